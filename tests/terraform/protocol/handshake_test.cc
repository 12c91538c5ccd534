#include "terraform/protocol/handshake.h"

#include <gtest/gtest.h>

#include <map>

#include "absl/strings/match.h"

namespace nave::terraform {
namespace {

constexpr char kCookie[] = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

absl::StatusOr<Launch> Read(const std::map<std::string, std::string>& environment) {
  return ReadLaunch([&](const char* name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
  });
}

TEST(HandshakeTest, ReadsWhatTerraformSets) {
  const auto launch = Read({{"TF_PLUGIN_MAGIC_COOKIE", kCookie},
                            {"PLUGIN_PROTOCOL_VERSIONS", "5,6"},
                            {"PLUGIN_CLIENT_CERT", "pem"},
                            {"PLUGIN_UNIX_SOCKET_DIR", "/run/x"}});
  ASSERT_TRUE(launch.ok()) << launch.status();
  EXPECT_EQ(launch->client_certificate, "pem");
  EXPECT_EQ(launch->socket_dir, "/run/x");
  EXPECT_FALSE(launch->asks_multiplexing);
}

TEST(HandshakeTest, APersonIsToldWhatThisIs) {
  EXPECT_TRUE(absl::StrContains(Read({}).status().message(), "Terraform provider"));
  EXPECT_FALSE(Read({{"TF_PLUGIN_MAGIC_COOKIE", "other"}}).ok());
}

TEST(HandshakeTest, AnotherProtocolIsRefused) {
  const auto launch =
      Read({{"TF_PLUGIN_MAGIC_COOKIE", kCookie}, {"PLUGIN_PROTOCOL_VERSIONS", "4,5"}});
  EXPECT_TRUE(absl::StrContains(launch.status().message(), "protocol 6"));
}

TEST(HandshakeTest, TheLineHasNoPadding) {
  EXPECT_EQ(HandshakeLine(Launch(), "/tmp/d/s", "\xff\xfe\xfd\xfc"),
            "1|6|unix|/tmp/d/s|grpc|//79/A\n");
  EXPECT_EQ(HandshakeLine(Launch(), "/s", ""), "1|6|unix|/s|grpc|\n");
  Launch launch;
  launch.asks_multiplexing = true;
  EXPECT_EQ(HandshakeLine(launch, "/s", ""), "1|6|unix|/s|grpc||false\n");
}

TEST(HandshakeTest, ReattachIsOneLineForTheShell) {
  EXPECT_EQ(ReattachLine("a/b/c", 12, "/d/s"),
            "TF_REATTACH_PROVIDERS='{\"a/b/c\":{\"Protocol\":\"grpc\",\"ProtocolVersion\":6,"
            "\"Pid\":12,\"Test\":true,\"Addr\":{\"Network\":\"unix\",\"String\":\"/d/s\"}}}'\n");
}

}  // namespace
}  // namespace nave::terraform
