// Errors of the command line: the reason that the server gave (client/error_info.h), and the exit
// code of the process.
// Functions; any thread.
#ifndef NAVE_CLI_ERRORS_H_
#define NAVE_CLI_ERRORS_H_

#include <string>

#include "absl/status/status.h"
#include "client/error_info.h"

namespace nave::cli {

// docs/reference/cli.md says them too.
enum ExitCode {
  kExitOk = 0,
  kExitFailed = 1,       // the server refused, or the operation failed
  kExitUsage = 2,        // the command line, a file or the context is wrong
  kExitUnreachable = 3,  // no server, no credential
  kExitNotServed = 4,    // done, but not served in time
};

using client::ErrorMetadataOf;
using client::ReasonOf;
using client::WithMessage;
using client::WithReason;

// What the user typed or wrote in a file is wrong: ends with kExitUsage.
absl::Status UsageError(const std::string& message);
// It is done, but the resolvers did not serve it in time: ends with kExitNotServed.
absl::Status NotServedError(const std::string& message);
int ExitCodeOf(const absl::Status& status);

}  // namespace nave::cli

#endif  // NAVE_CLI_ERRORS_H_
