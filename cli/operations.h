// Operations as the command line waits for them (control-plane.md section 6): progress on a
// terminal, and an end that says what happened. For the thread of the session.
#ifndef NAVE_CLI_OPERATIONS_H_
#define NAVE_CLI_OPERATIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/command.h"
#include "nave/catalog/v1/operation.pb.h"
#include "nave/governance/v1/node.pb.h"

namespace nave::cli {

// Waiting ends after this unless the user said otherwise.
inline constexpr char kDefaultOperationTimeout[] = "2m";
inline constexpr char kDefaultServedTimeout[] = "10s";

// Waits for the end of an operation and shows its steps on a terminal. The operation when it
// SUCCEEDED, its conditions as notes. A failed one is an error with its reason and its failing
// step; NotServedError when it has not ended in time, since it goes on.
absl::StatusOr<catalog::v1::Operation> AwaitOperation(Session& session, const std::string& name,
                                                      absl::Duration timeout);

// Waits until every live node of the VPCs (none: all nodes) answers by a revision, and returns what
// they answer by, or at once that there is no such node. NotServedError at the end of the time.
absl::StatusOr<governance::v1::WaitServedResponse> AwaitServed(Session& session, int64_t revision,
                                                               const std::vector<std::string>& vpcs,
                                                               absl::Duration timeout);

// `--wait` and `--timeout` of a change that is one commit.
struct ServedFlags {
  bool wait = false;
  std::string timeout = kDefaultServedTimeout;
};
void AddServedFlags(CLI::App& command, ServedFlags& flags);
// A usage error for a timeout that is none.
absl::Status CheckServedFlags(const ServedFlags& flags);
// Says at which revision the change was committed, or waits until it is served.
absl::Status FinishCommit(Session& session, const ServedFlags& flags, int64_t revision);

// For people: state, steps and what is wrong.
Table OperationTable(const catalog::v1::Operation& operation);

}  // namespace nave::cli

#endif  // NAVE_CLI_OPERATIONS_H_
