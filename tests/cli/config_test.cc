#include "cli/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "cli/errors.h"
#include "tests/testing/temp_dir.h"

namespace nave::cli {
namespace {

using ::testing::HasSubstr;

constexpr char kTwo[] =
    "current_context: admin\n"
    "contexts:\n"
    "- {name: admin, server: \"127.0.0.1:7443\", ca: ca.crt, token: secret}\n"
    "- {name: lab, server: \"192.0.2.1:7443\", ca: /etc/lab.crt, token: other}\n";

class ConfigTest : public ::testing::Test {
 protected:
  ConfigTest() {
    ::unsetenv("NAVE_TOKEN");
    ::unsetenv("NAVE_CONFIG");
  }
  std::string Write(const std::string& text) {
    const std::string path = directory_.File("config.yaml");
    std::ofstream(path) << text;
    flags_.config = path;
    return path;
  }
  std::string ErrorOf(const std::string& text) {
    const auto config = ReadConfig(Write(text));
    EXPECT_EQ(kExitUsage, ExitCodeOf(config.status())) << text;
    return std::string(config.status().message());
  }

  testing::TempDir directory_;
  ContextFlags flags_;
};

TEST_F(ConfigTest, TheCurrentContextIsChosen) {
  Write(kTwo);
  const auto target = ChooseTarget(flags_);
  ASSERT_TRUE(target.ok()) << target.status();
  EXPECT_EQ("127.0.0.1:7443", target->server);
  EXPECT_EQ("secret", target->token);
  // Relative to the file.
  EXPECT_EQ(directory_.File("ca.crt"), target->ca_path);
}

TEST_F(ConfigTest, FlagsAndEnvironmentStandAboveTheFile) {
  Write(kTwo);
  flags_.context = "lab";
  flags_.server = "192.0.2.9:1";
  ::setenv("NAVE_TOKEN", "environment", 1);
  auto target = ChooseTarget(flags_);
  ASSERT_TRUE(target.ok());
  EXPECT_EQ("192.0.2.9:1", target->server);
  EXPECT_EQ("/etc/lab.crt", target->ca_path);
  EXPECT_EQ("environment", target->token);
  flags_.token = "flag";
  target = ChooseTarget(flags_);
  EXPECT_EQ("flag", target->token);
  ::unsetenv("NAVE_TOKEN");
}

TEST_F(ConfigTest, TheFileIsFoundByFlagThenEnvironmentThenHome) {
  ::setenv("HOME", "/home/ana", 1);
  EXPECT_EQ("/home/ana/.config/nave/config.yaml", ConfigPath({}));
  ::setenv("NAVE_CONFIG", "/etc/nave.yaml", 1);
  EXPECT_EQ("/etc/nave.yaml", ConfigPath({}));
  ContextFlags flags;
  flags.config = "mine.yaml";
  EXPECT_EQ("mine.yaml", ConfigPath(flags));
  ::unsetenv("NAVE_CONFIG");
}

TEST_F(ConfigTest, AFileThatIsNotThereIsEmpty) {
  const auto config = ReadConfig(directory_.File("none.yaml"));
  ASSERT_TRUE(config.ok());
  EXPECT_TRUE(config->contexts.empty());
}

TEST_F(ConfigTest, UseChangesTheCurrentContextAndKeepsTheRest) {
  const std::string path = Write(kTwo);
  ASSERT_TRUE(UseContext(path, "lab").ok());
  const auto config = ReadConfig(path);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ("lab", config->current);
  ASSERT_EQ(2u, config->contexts.size());
  EXPECT_EQ("secret", config->contexts[0].target.token);
  // The file holds tokens.
  struct stat found;
  ASSERT_EQ(0, ::stat(path.c_str(), &found));
  EXPECT_EQ(0600u, found.st_mode & 0777u);
}

TEST_F(ConfigTest, UnknownContextsAreRefusedWithTheNearest) {
  const std::string path = Write(kTwo);
  EXPECT_THAT(std::string(UseContext(path, "admn").message()), HasSubstr("did you mean 'admin'?"));
  flags_.context = "nowhere";
  EXPECT_THAT(std::string(ChooseTarget(flags_).status().message()),
              HasSubstr("see `nave context list`"));
}

TEST_F(ConfigTest, MistakesNameTheirLine) {
  EXPECT_THAT(ErrorOf("current_context: x\ncontext: []\n"), HasSubstr("config.yaml:2: expected"));
  EXPECT_THAT(ErrorOf("contexts:\n- {name: a, port: 1}\n"),
              HasSubstr("config.yaml:2: a context has no 'port'"));
  EXPECT_THAT(ErrorOf("contexts:\n- {server: a}\n"), HasSubstr("the context has no name"));
  EXPECT_THAT(ErrorOf("contexts: [\n"), HasSubstr("config.yaml:"));
  EXPECT_THAT(ErrorOf("- a\n"), HasSubstr("current_context and contexts are expected"));
  EXPECT_THAT(ErrorOf(std::string(kMaxConfigBytes + 1, '#')), HasSubstr("has more than"));
}

TEST_F(ConfigTest, AChannelNeedsServerAndCa) {
  EXPECT_THAT(std::string(OpenChannel({}).status().message()), HasSubstr("no server is known"));
  Target target;
  target.server = "127.0.0.1:1";
  EXPECT_THAT(std::string(OpenChannel(target).status().message()), HasSubstr("no CA is known"));
  target.ca_path = Write("no certificate");
  EXPECT_THAT(std::string(OpenChannel(target).status().message()),
              HasSubstr("is no file with a certificate"));
}

}  // namespace
}  // namespace nave::cli
