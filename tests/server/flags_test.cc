#include "server/flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace nave::server {
namespace {

using ::testing::HasSubstr;

absl::StatusOr<ParsedFlags> Parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "naved");
  return ParseFlags(static_cast<int>(arguments.size()), arguments.data());
}

TEST(FlagsTest, DefaultsServeOnLoopbackWithoutMetrics) {
  const auto parsed = Parse({"--data-dir", "/d"});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->flags.data_dir, "/d");
  ASSERT_EQ(parsed->flags.listen.size(), 1u);
  EXPECT_EQ(parsed->flags.listen[0].ToString(), "127.0.0.1:7443");
  EXPECT_FALSE(parsed->flags.metrics.has_value());
  EXPECT_FALSE(parsed->flags.check);
  EXPECT_FALSE(parsed->text.has_value());
}

TEST(FlagsTest, TakesSeveralListenersAndNames) {
  const auto parsed =
      Parse({"--data-dir", "/d", "--listen", "127.0.0.1:0", "--listen", "[::1]", "--tls-name",
             "nave.example.com", "--metrics-address", "127.0.0.1:9100", "--log-format", "json",
             "--log-level", "debug", "--check"});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  ASSERT_EQ(parsed->flags.listen.size(), 2u);
  EXPECT_EQ(parsed->flags.listen[0].port, 0);
  EXPECT_EQ(parsed->flags.listen[1].ToString(), "[::1]:7443");
  EXPECT_THAT(parsed->flags.tls_names, ::testing::ElementsAre("nave.example.com"));
  EXPECT_EQ(parsed->flags.metrics->ToString(), "127.0.0.1:9100");
  EXPECT_EQ(parsed->flags.log_form, log::Form::kJson);
  EXPECT_EQ(parsed->flags.log_level, log::Level::kDebug);
  EXPECT_TRUE(parsed->flags.check);
}

struct Refusal {
  std::vector<const char*> arguments;
  const char* says;
};

TEST(FlagsTest, RefusalsNameTheFlag) {
  const Refusal refusals[] = {
      {{}, "--data-dir"},
      {{"--data-dir", "/d", "--listen", "localhost:1"}, "--listen"},
      {{"--data-dir", "/d", "--metrics-address", "x"}, "--metrics-address"},
      {{"--data-dir", "/d", "--log-level", "loud"}, "--log-level"},
      {{"--data-dir", "/d", "--log-format", "xml"}, "--log-format"},
      {{"--data-dir", "/d", "--tls-cert", "c"}, "given together"},
      {{"--data-dir", "/d", "--tls-cert", "c", "--tls-key", "k", "--tls-ca", "a", "--tls-name",
        "n"},
       "--tls-name"},
      {{"--data-dir", "/d", "--unknown"}, "--unknown"},
  };
  for (const Refusal& refusal : refusals) {
    const auto parsed = Parse(refusal.arguments);
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument) << refusal.says;
    EXPECT_THAT(std::string(parsed.status().message()), HasSubstr(refusal.says));
  }
}

TEST(FlagsTest, HelpAndVersionNeedNothingElse) {
  const auto help = Parse({"--help"});
  ASSERT_TRUE(help.ok());
  EXPECT_THAT(help->text.value_or(""), HasSubstr("--data-dir"));
  const auto version = Parse({"--version"});
  ASSERT_TRUE(version.ok());
  EXPECT_THAT(version->text.value_or(""), HasSubstr(Version()));
}

}  // namespace
}  // namespace nave::server
