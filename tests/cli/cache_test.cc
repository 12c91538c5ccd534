#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/errors.h"
#include "nave/dns/v1/cache.pb.h"
#include "tests/cli/fake_control_plane.h"

namespace nave::cli {
namespace {

using dns::v1::FlushCacheRequest;
using dns::v1::FlushCacheResponse;
using dns::v1::ListCacheUseRequest;
using dns::v1::ListCacheUseResponse;
using testing::ContainsRegex;
using testing::HasSubstr;

constexpr char kFlush[] = "nave.dns.v1.CacheService/FlushCache";
constexpr char kList[] = "nave.dns.v1.CacheService/ListCacheUse";

TEST(CacheTest, FlushesWhatIsSaid) {
  FlushCacheResponse response;
  response.add_nodes()->set_node("nodes/r1");
  response.mutable_nodes(0)->set_replies(12);
  FakeControlPlane server;
  server.Returns(kFlush, response);
  FakeSession session(server);
  ASSERT_TRUE(RunLine(session, AddCache,
                      {"cache", "flush", "--suffix", "Bücher.example", "--rule", "corp", "--vpc",
                       "main", "--account", "hub"})
                  .ok());
  FlushCacheRequest request = server.last<FlushCacheRequest>(kFlush);
  EXPECT_EQ(request.suffix(), "xn--bcher-kva.example.");
  EXPECT_EQ(request.rule(), "accounts/hub/rules/corp");
  EXPECT_EQ(request.vpc(), "accounts/hub/vpcs/main");
  EXPECT_FALSE(request.all());
  EXPECT_THAT(session.out(), ContainsRegex("nodes/r1 +12"));
  ASSERT_TRUE(RunLine(session, AddCache, {"cache", "flush", "--name", "www.example"}).ok());
  EXPECT_EQ(server.last<FlushCacheRequest>(kFlush).name(), "www.example.");
  ASSERT_TRUE(RunLine(session, AddCache, {"cache", "flush", "--all"}).ok());
  EXPECT_TRUE(server.last<FlushCacheRequest>(kFlush).all());
}

TEST(CacheTest, WhoDidNotForgetIsAnErrorBesideWhoDid) {
  FlushCacheResponse response;
  response.add_nodes()->set_node("nodes/r1");
  response.add_errors()->set_node("nodes/r2");
  response.mutable_errors(0)->set_error("is not connected");
  FakeControlPlane server;
  server.Returns(kFlush, response);
  FakeSession session(server);
  const absl::Status status = RunLine(session, AddCache, {"cache", "flush", "--all"});
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("nodes/r2: is not connected"));
  EXPECT_THAT(session.out(), HasSubstr("nodes/r1"));
}

TEST(CacheTest, ListsTheUseByRule) {
  ListCacheUseResponse response;
  resolver::v1::CacheUse& use = *response.add_uses();
  use.set_rule("accounts/hub/rules/corp");
  use.set_hits(3);
  use.set_stale_hits(1);
  use.set_misses(1);
  use.set_failures(5);
  use.set_replies(6);
  use.set_octets(7000);
  response.add_uses()->set_replies(1);
  FakeControlPlane server;
  server.Returns(kList, response);
  FakeSession session(server);
  ASSERT_TRUE(RunLine(session, AddCache, {"cache", "list", "--vpc", "accounts/a/vpcs/main"}).ok());
  EXPECT_EQ(server.last<ListCacheUseRequest>(kList).vpc(), "accounts/a/vpcs/main");
  EXPECT_THAT(session.out(),
              ContainsRegex("accounts/hub/rules/corp +75.0% +3 +1 +1 +5 +6 +7000\n"));
  EXPECT_THAT(session.out(), ContainsRegex("\\(others\\) +- +0 +0 +0 +0 +1 +0\n"));
}

TEST(CacheTest, WhatMakesNoSenseIsAUsageError) {
  FakeControlPlane server;
  FakeSession session(server);
  const std::vector<std::vector<std::string>> wrong = {
      {"cache", "flush"},
      {"cache", "flush", "--vpc", "accounts/a/vpcs/main"},
      {"cache", "flush", "--name", "a..b"},
      {"cache", "flush", "--name", "a.", "--vpc", "main"},
      {"cache", "flush", "--rule", "corp"},
      {"cache", "list", "--vpc", "main"}};
  for (const auto& line : wrong) {
    EXPECT_EQ(ExitCodeOf(RunLine(session, AddCache, line)), kExitUsage)
        << testing::PrintToString(line);
  }
  EXPECT_TRUE(server.calls().empty());
}

}  // namespace
}  // namespace nave::cli
