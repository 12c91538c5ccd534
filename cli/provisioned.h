// Provisioned products on the command line: what launch, update and terminate have in common. For
// the thread of the session.
#ifndef NAVE_CLI_PROVISIONED_H_
#define NAVE_CLI_PROVISIONED_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "cli/command.h"
#include "cli/operations.h"
#include "nave/api/v1/common.pb.h"
#include "nave/catalog/v1/provisioned_product.pb.h"

namespace nave::cli {

inline constexpr char kProvisionedPattern[] =
    "accounts/{account}/provisionedProducts/{provisioned_product}";
inline constexpr char kVersionPattern[] = "products/{product}/versions/{version}";

// How a change of a product ends.
struct ChangeFlags {
  bool plan = false;     // show what would happen, and end
  bool no_wait = false;  // print the operation's name, and end
  std::string timeout = kDefaultOperationTimeout;
};
void AddChangeFlags(CLI::App& command, ChangeFlags& flags);
// A usage error for a timeout that is none.
absl::Status CheckChangeFlags(const ChangeFlags& flags);

// `--param KEY=VALUE`, repeated.
void AddParameterFlag(CLI::App& command, std::vector<std::string>& parameters);
using Parameters = google::protobuf::RepeatedPtrField<api::v1::Parameter>;
// Sets each key of `given` (`key=value`, `key=a,b`; a repeated key has several values) in the
// place of what it had, and takes the keys of `unset` away. A usage error names `flag` and what is
// malformed.
absl::Status SetParameters(const std::vector<std::string>& given,
                           const std::vector<std::string>& unset, Parameters* parameters,
                           const std::string& flag = "--param");

// Prints the plan, or the operation's name, or waits for the operation and prints the product, or
// the operation when the product is gone after it.
absl::Status FinishChange(Session& session, const catalog::v1::ChangeProductResponse& response,
                          const std::string& name, const ChangeFlags& flags);

// `provisioned list|show|update|terminate|history`; those that stand there already are left alone.
void AddProvisioned(CLI::App& root, Chosen& chosen);

}  // namespace nave::cli

#endif  // NAVE_CLI_PROVISIONED_H_
