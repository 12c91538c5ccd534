#include "tests/testing/source_dir.h"

#include <fstream>
#include <iterator>

namespace nave::testing {

std::string SourcePath(const std::string& name) {
  return std::string(NAVE_SOURCE_DIR) + "/" + name;
}

std::string ReadSource(const std::string& name) {
  std::ifstream file(SourcePath(name), std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

}  // namespace nave::testing
