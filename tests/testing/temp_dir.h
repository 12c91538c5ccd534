// A directory of a test's own, removed with everything in it at the end.
#ifndef NAVE_TESTS_TESTING_TEMP_DIR_H_
#define NAVE_TESTS_TESTING_TEMP_DIR_H_

#include <string>

namespace nave::testing {

class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::string& path() const { return path_; }
  std::string File(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace nave::testing

#endif  // NAVE_TESTS_TESTING_TEMP_DIR_H_
