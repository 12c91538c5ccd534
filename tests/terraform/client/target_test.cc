#include "terraform/client/target.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "absl/strings/match.h"
#include "lib/base/clock.h"
#include "terraform/client/channel.h"
#include "tests/testing/temp_dir.h"

namespace nave::terraform {
namespace {

class TargetTest : public ::testing::Test {
 protected:
  TargetTest() { environment_["HOME"] = dir_.path(); }

  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(dir_.File(name)) << text;
    return dir_.File(name);
  }
  absl::StatusOr<Target> Choose(const TargetSettings& settings) {
    return ChooseTarget(settings, [this](const char* name) { return environment_[name]; });
  }

  nave::testing::TempDir dir_;
  std::map<std::string, std::string> environment_;
};

constexpr char kContexts[] =
    "current_context: admin\n"
    "contexts:\n"
    "- {name: admin, server: '127.0.0.1:7443', ca: tls/ca.crt, token: t1}\n"
    "- {name: other, server: 'other:1', ca: /ca.crt}\n";

TEST_F(TargetTest, TheCurrentContextOfTheNamedFile) {
  environment_["NAVE_CONFIG"] = Write("contexts.yaml", kContexts);
  const auto target = Choose({});
  ASSERT_TRUE(target.ok()) << target.status();
  EXPECT_EQ(target->server, "127.0.0.1:7443");
  EXPECT_EQ(target->ca_path, dir_.File("tls/ca.crt"));
  EXPECT_EQ(target->token, "t1");
}

TEST_F(TargetTest, TheConfigurationGoesBeforeTheEnvironmentBeforeTheFile) {
  TargetSettings settings;
  settings.config = Write("contexts.yaml", kContexts);
  settings.context = "other";
  environment_["NAVE_CONFIG"] = "/missing";
  environment_["NAVE_TOKEN"] = "t2";
  auto target = Choose(settings);
  ASSERT_TRUE(target.ok()) << target.status();
  EXPECT_EQ(target->server, "other:1");
  EXPECT_EQ(target->ca_path, "/ca.crt");
  EXPECT_EQ(target->token, "t2");
  settings.server = "given:2";
  settings.ca = "given.crt";
  settings.token = "t3";
  target = Choose(settings);
  ASSERT_TRUE(target.ok()) << target.status();
  EXPECT_EQ(target->server, "given:2");
  EXPECT_EQ(target->ca_path, "given.crt");
  EXPECT_EQ(target->token, "t3");
}

TEST_F(TargetTest, OnlyTheFileAtHomeMayBeMissing) {
  EXPECT_TRUE(Choose({}).ok());
  environment_["NAVE_CONFIG"] = dir_.File("missing");
  EXPECT_TRUE(absl::StrContains(Choose({}).status().message(), "cannot read"));
}

TEST_F(TargetTest, AFileThatIsWrongIsNamed) {
  const struct {
    const char* text;
    const char* part;
  } cases[] = {
      {"[", "line 1"},
      {"- a", "current_context and contexts are expected"},
      {"current_context: gone", "there is no context 'gone'"},
      {"current_context: gone\ncontexts: 5", "there is no context 'gone'"},
      {"current_context: gone\ncontexts: [5, {name: x}]", "there is no context 'gone'"},
  };
  for (const auto& c : cases) {
    environment_["NAVE_CONFIG"] = Write("wrong.yaml", c.text);
    const absl::Status status = Choose({}).status();
    EXPECT_TRUE(absl::StrContains(status.message(), c.part)) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), "wrong.yaml")) << status;
  }
}

TEST_F(TargetTest, AFileWithoutACurrentContextIsNoContext) {
  environment_["NAVE_CONFIG"] = Write("empty.yaml", "");
  const auto target = Choose({});
  ASSERT_TRUE(target.ok()) << target.status();
  EXPECT_EQ(target->server, "");
}

TEST_F(TargetTest, AChannelNeedsServerAndCa) {
  const auto error = [](const Target& target) {
    return std::string(OpenChannel(target, RealClock()).status().message());
  };
  EXPECT_TRUE(absl::StrContains(error({}), "no server is known"));
  EXPECT_TRUE(absl::StrContains(error({"a:1", "", ""}), "no CA is known"));
  EXPECT_TRUE(absl::StrContains(error({"a:1", dir_.File("missing"), ""}), "no file with a"));
}

}  // namespace
}  // namespace nave::terraform
