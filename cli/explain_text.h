// An explanation for people: the steps, who could have decided and why not, the targets, the
// answer. Function; any thread.
#ifndef NAVE_CLI_EXPLAIN_TEXT_H_
#define NAVE_CLI_EXPLAIN_TEXT_H_

#include <string>

#include "nave/resolver/v1/explain.pb.h"

namespace nave::cli {

// Lines, the last one ended too. A star marks the candidate that decides.
std::string ExplanationText(const resolver::v1::Explanation& explanation);

}  // namespace nave::cli

#endif  // NAVE_CLI_EXPLAIN_TEXT_H_
