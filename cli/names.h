// Names as people type them: `--account spoke1` and the id `main` stand for
// `accounts/spoke1/vpcs/main`, and a misspelt word is answered with the nearest known one.
// Functions of the command line `nave`; any thread.
#ifndef NAVE_CLI_NAMES_H_
#define NAVE_CLI_NAMES_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace nave::cli {

// The resource name of `id` by a pattern such as `accounts/{account}/vpcs/{vpc}`. An id that has
// the pattern's form is returned as it is; otherwise it fills the last variable, and `parents`
// (variable -> id or resource name) the others. INVALID_ARGUMENT names the flag that is missing, or
// the form that the name must have.
absl::StatusOr<std::string> ExpandName(std::string_view pattern, std::string_view id,
                                       const std::map<std::string, std::string>& parents);

// The known word with the fewest edits to `word`; empty when none is within a third of its length
// (at least 2 edits).
std::string NearestName(std::string_view word, const std::vector<std::string>& known);

}  // namespace nave::cli

#endif  // NAVE_CLI_NAMES_H_
