#include "server/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "server/context_file.h"
#include "tests/testing/temp_dir.h"

namespace nave::server {
namespace {

using ::testing::HasSubstr;

TEST(FilesTest, WritesWithTheModeAndReplacesAsAWhole) {
  testing::TempDir dir;
  const std::string path = dir.File("secret");
  ASSERT_TRUE(WriteSmallFile(path, "one", kPublicMode).ok());
  EXPECT_EQ(CheckPrivate(path).code(), absl::StatusCode::kPermissionDenied);
  ASSERT_TRUE(WriteSmallFile(path, "two", kPrivateMode).ok());
  EXPECT_TRUE(CheckPrivate(path).ok());
  EXPECT_EQ(*ReadSmallFile(path), "two");
  EXPECT_FALSE(FileExists(path + ".new"));
}

TEST(FilesTest, ALinkInPlaceOfTheNewFileIsNotFollowed) {
  testing::TempDir dir;
  ASSERT_TRUE(WriteSmallFile(dir.File("victim"), "kept", kPublicMode).ok());
  ASSERT_EQ(::symlink(dir.File("victim").c_str(), dir.File("secret.new").c_str()), 0);
  ASSERT_TRUE(WriteSmallFile(dir.File("secret"), "two", kPrivateMode).ok());
  EXPECT_EQ(*ReadSmallFile(dir.File("victim")), "kept");
}

TEST(FilesTest, ReadsAreBoundedAndNameThePath) {
  testing::TempDir dir;
  ASSERT_TRUE(
      WriteSmallFile(dir.File("big"), std::string(kMaxSmallFileBytes + 1, 'x'), kPublicMode).ok());
  EXPECT_EQ(ReadSmallFile(dir.File("big")).status().code(), absl::StatusCode::kResourceExhausted);
  const absl::Status missing = ReadSmallFile(dir.File("missing")).status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.message()), HasSubstr("missing"));
}

TEST(FilesTest, DirectoriesAreMadePrivateAndAFileInTheWayIsNamed) {
  testing::TempDir dir;
  const std::string path = dir.File("a/b/c");
  ASSERT_TRUE(MakeDirectory(path).ok());
  EXPECT_TRUE(MakeDirectory(path).ok());
  struct stat info = {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
  ASSERT_TRUE(WriteSmallFile(dir.File("file"), "", kPublicMode).ok());
  EXPECT_FALSE(MakeDirectory(dir.File("file")).ok());
}

TEST(ContextFileTest, IsPrivateAndRefreshKeepsTheToken) {
  testing::TempDir dir;
  const std::string path = dir.File(kContextFileName);
  ASSERT_TRUE(WriteContext(path, {"127.0.0.1:1", "/old/ca.crt", "s3cret"}).ok());
  EXPECT_TRUE(CheckPrivate(path).ok());
  ASSERT_TRUE(RefreshContext(path, "127.0.0.1:2", "/new/ca.crt").ok());
  EXPECT_EQ(*ReadSmallFile(path), FormatContext({"127.0.0.1:2", "/new/ca.crt", "s3cret"}));
  EXPECT_TRUE(CheckPrivate(path).ok());
}

TEST(ContextFileTest, AFileThatIsGoneOrNotOursIsLeftAlone) {
  testing::TempDir dir;
  const std::string path = dir.File(kContextFileName);
  ASSERT_TRUE(RefreshContext(path, "127.0.0.1:2", "/ca").ok());
  EXPECT_FALSE(FileExists(path));
  ASSERT_TRUE(WriteSmallFile(path, "contexts: [", kPrivateMode).ok());
  ASSERT_TRUE(RefreshContext(path, "127.0.0.1:2", "/ca").ok());
  EXPECT_EQ(*ReadSmallFile(path), "contexts: [");
}

}  // namespace
}  // namespace nave::server
