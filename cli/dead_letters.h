// `nave dead-letters`: work that gave up, and what to do about it. For the thread of the session.
#ifndef NAVE_CLI_DEAD_LETTERS_H_
#define NAVE_CLI_DEAD_LETTERS_H_

#include "cli/command.h"

namespace nave::cli {

void AddDeadLetters(CLI::App& root, Chosen& chosen);

}  // namespace nave::cli

#endif  // NAVE_CLI_DEAD_LETTERS_H_
