// Where the sources of this build stand, for tests that read files of the tree. Any thread.
#ifndef NAVE_TESTS_TESTING_SOURCE_DIR_H_
#define NAVE_TESTS_TESTING_SOURCE_DIR_H_

#include <string>

namespace nave::testing {

// The path of a file of the tree, such as `docs/reference/flags.md`.
std::string SourcePath(const std::string& name);
// What stands in it; empty when it cannot be read.
std::string ReadSource(const std::string& name);

}  // namespace nave::testing

#endif  // NAVE_TESTS_TESTING_SOURCE_DIR_H_
