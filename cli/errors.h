// Errors of the command line: the reason that the server gave, and the exit code of the process.
// Functions; any thread.
#ifndef NAVE_CLI_ERRORS_H_
#define NAVE_CLI_ERRORS_H_

#include <map>
#include <string>

#include "absl/status/status.h"

namespace nave::cli {

// docs/reference/cli.md says them too.
enum ExitCode {
  kExitOk = 0,
  kExitFailed = 1,       // the server refused, or the operation failed
  kExitUsage = 2,        // the command line, a file or the context is wrong
  kExitUnreachable = 3,  // no server, no credential
  kExitNotServed = 4,    // done, but not served in time
};

// An error with a reason of api.v1.Reason by its name, such as `IN_USE`, and its metadata.
absl::Status WithReason(absl::Status status, const std::string& reason,
                        const std::map<std::string, std::string>& metadata = {});
// The reason; empty when the error has none.
std::string ReasonOf(const absl::Status& status);
std::map<std::string, std::string> ErrorMetadataOf(const absl::Status& status);

// What the user typed or wrote in a file is wrong: ends with kExitUsage.
absl::Status UsageError(const std::string& message);
// It is done, but the resolvers did not serve it in time: ends with kExitNotServed.
absl::Status NotServedError(const std::string& message);
int ExitCodeOf(const absl::Status& status);

}  // namespace nave::cli

#endif  // NAVE_CLI_ERRORS_H_
