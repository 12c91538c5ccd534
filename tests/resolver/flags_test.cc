#include "resolver/flags.h"

#include <gtest/gtest.h>

#include <vector>

namespace nave::resolver {
namespace {

std::optional<int> Parse(std::vector<std::string> arguments, Flags* flags) {
  arguments.insert(arguments.begin(), "nave-resolver");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  return ParseFlags(static_cast<int>(argv.size()), argv.data(), flags);
}

TEST(FlagsTest, SnapshotFile) {
  Flags flags;
  EXPECT_EQ(Parse({"--snapshot", "s.json", "--workers", "3", "--metrics-address", "127.0.0.1:9",
                   "--log-level", "debug", "--log-format", "json"},
                  &flags),
            std::nullopt);
  EXPECT_EQ(flags.snapshot, "s.json");
  EXPECT_EQ(flags.workers, 3);
  EXPECT_EQ(flags.metrics_address->ToString(), "127.0.0.1:9");
  EXPECT_EQ(flags.log_level, log::Level::kDebug);
  EXPECT_EQ(flags.log_form, log::Form::kJson);
}

TEST(FlagsTest, ControlPlane) {
  Flags flags;
  EXPECT_EQ(
      Parse({"--control-plane", "127.0.0.1:7443", "--node", "r1", "--ca", "ca.crt", "--token-file",
             "t", "--state-dir", "d", "--vpc", "accounts/a/vpcs/v", "--vpc", "accounts/b/vpcs/w"},
            &flags),
      std::nullopt);
  EXPECT_EQ(flags.stream.node, "r1");
  EXPECT_EQ(flags.stream.vpcs,
            (std::vector<std::string>{"accounts/a/vpcs/v", "accounts/b/vpcs/w"}));
  EXPECT_EQ(flags.stream.version, kVersion);
}

TEST(FlagsTest, HowClientsAreMet) {
  Flags flags;
  EXPECT_EQ(Parse({"--snapshot",
                   "s.json",
                   "--tcp-connections",
                   "10",
                   "--tcp-connections-per-client",
                   "2",
                   "--tcp-idle-timeout",
                   "3",
                   "--cookie-secret-file",
                   "c",
                   "--require-cookies",
                   "--hide-identity",
                   "--hide-version",
                   "--client-rate",
                   "7",
                   "--vpc-rate",
                   "8",
                   "--serve-stale",
                   "60",
                   "--no-prefetch",
                   "--cache-ttl-min",
                   "5",
                   "--cache-ttl-max",
                   "600",
                   "--cache-negative-ttl-max",
                   "0",
                   "--answer-rate",
                   "0",
                   "--rate-exempt",
                   "10.0.0.0/8",
                   "--rate-exempt",
                   "fd00::/8"},
                  &flags),
            std::nullopt);
  EXPECT_EQ(flags.tcp_connections, 10);
  EXPECT_EQ(flags.tcp_connections_per_client, 2);
  EXPECT_EQ(flags.tcp_idle_seconds, 3);
  EXPECT_EQ(flags.cookie_secret_file, "c");
  EXPECT_TRUE(flags.require_cookies);
  EXPECT_TRUE(flags.hide_identity);
  EXPECT_TRUE(flags.hide_version);
  EXPECT_EQ(flags.serve_stale_seconds, 60);
  EXPECT_TRUE(flags.no_prefetch);
  EXPECT_EQ(flags.ttl_bounds.min, 5u);
  EXPECT_EQ(flags.ttl_bounds.max, 600u);
  EXPECT_EQ(flags.ttl_bounds.negative_max, 0u);
  EXPECT_EQ(flags.rate_limits.queries_per_client, 7u);
  EXPECT_EQ(flags.rate_limits.queries_per_vpc, 8u);
  EXPECT_EQ(flags.rate_limits.answers_per_client, 0u);
  ASSERT_EQ(flags.rate_limits.exempt.size(), 2u);
  EXPECT_EQ(flags.rate_limits.exempt[1].ToString(), "fd00::/8");
}

TEST(FlagsTest, WrongOnesEndTheProgram) {
  const std::vector<std::vector<std::string>> cases = {
      {},
      {"--snapshot", "s", "--control-plane", "c"},
      {"--control-plane", "c"},
      {"--snapshot", "s", "--workers", "0"},
      {"--snapshot", "s", "--workers", "many"},
      {"--snapshot", "s", "--metrics-address", "here"},
      {"--snapshot", "s", "--log-level", "loud"},
      {"--snapshot", "s", "--tcp-connections", "0"},
      {"--snapshot", "s", "--tcp-idle-timeout", "7000"},
      {"--snapshot", "s", "--client-rate", "-1"},
      {"--snapshot", "s", "--rate-exempt", "10.0.0.1/8"},
      {"--snapshot", "s", "--cache-ttl-max", "86401"},
      {"--snapshot", "s", "--cache-negative-ttl-max", "3601"},
      {"--snapshot", "s", "--cache-ttl-min", "10", "--cache-ttl-max", "9"},
      {"--snapshot", "s", "--nope"},
  };
  for (const auto& arguments : cases) {
    Flags flags;
    const std::optional<int> code = Parse(arguments, &flags);
    ASSERT_TRUE(code.has_value());
    EXPECT_NE(*code, 0);
  }
}

TEST(FlagsTest, HelpAndVersionEndWell) {
  Flags flags;
  EXPECT_EQ(Parse({"--help"}, &flags), 0);
  EXPECT_EQ(Parse({"--version"}, &flags), 0);
}

}  // namespace
}  // namespace nave::resolver
