#include "tests/testing/temp_dir.h"

#include <cstdlib>
#include <filesystem>

#include "lib/base/check.h"

namespace nave::testing {

TempDir::TempDir() {
  std::string pattern = (std::filesystem::temp_directory_path() / "nave-test-XXXXXX").string();
  NAVE_CHECK(mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

TempDir::~TempDir() {
  std::error_code ignored;  // a leftover directory is no failure of the test
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace nave::testing
