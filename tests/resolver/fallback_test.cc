// Zones with fallback_on_nxdomain.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/resolver/resolver_testing.h"
#include "tests/resolver/view_world.h"

namespace nave::resolver {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr bool kFallback = true;

ViewWorld Split() {
  ViewWorld world;
  world
      .Zone("corp.example.",
            {"www.corp.example. 60 IN A 10.0.0.1", "deep.ent.corp.example. 60 IN A 10.0.0.2",
             "*.wild.corp.example. 60 IN A 10.0.0.3",
             "alias.corp.example. 60 IN CNAME mail.corp.example.",
             "sub.corp.example. 60 IN NS ns.sub.corp.example.",
             "ns.sub.corp.example. 60 IN A 192.0.2.99"},
            kFallback)
      .Resolver("192.0.2.53")
      .Target("192.0.2.53",
              {"mail.corp.example. 60 IN A 192.0.2.1", "www.corp.example. 60 IN A 192.0.2.2",
               "chain.corp.example. 60 IN CNAME mail.corp.example.",
               "back.corp.example. 60 IN CNAME www.corp.example."})
      .Target("192.0.2.99", {"www.sub.corp.example. 60 IN A 192.0.2.3"});
  return world;
}

TEST(FallbackTest, NameThatIsNotThereIsResolvedAsIfTheZoneWereAbsent) {
  ViewWorld world = Split();
  EXPECT_EQ(world.Ask("mail.corp.example."), "NOERROR | mail.corp.example. 60 IN A 192.0.2.1");
  EXPECT_THAT(world.asked(), ElementsAre("192.0.2.53 mail.corp.example. A"));
  // Nobody has it: the answer is theirs.
  EXPECT_EQ(world.Ask("none.corp.example."), "NXDOMAIN");
  EXPECT_THAT(world.soas(), ElementsAre("."));
}

TEST(FallbackTest, WhatTheZoneHasStaysTheZones) {
  ViewWorld world = Split();
  EXPECT_EQ(world.Ask("www.corp.example."), "NOERROR AA | www.corp.example. 60 IN A 10.0.0.1");
  EXPECT_EQ(world.Ask("www.corp.example.", "AAAA"), "NOERROR AA");
  EXPECT_EQ(world.Ask("ent.corp.example."), "NOERROR AA");
  EXPECT_EQ(world.Ask("x.wild.corp.example."),
            "NOERROR AA | x.wild.corp.example. 60 IN A 10.0.0.3");
  EXPECT_EQ(world.Ask("corp.example.", "MX"), "NOERROR AA");
  EXPECT_THAT(world.asked(), IsEmpty());
  EXPECT_EQ(world.Ask("www.sub.corp.example."),
            "NOERROR | www.sub.corp.example. 60 IN A 192.0.2.3");
  EXPECT_THAT(world.asked(), ElementsAre("192.0.2.99 www.sub.corp.example. A"));
}

TEST(FallbackTest, WithoutRecursionTheZonesNxDomainStays) {
  ViewWorld world = Split();
  EXPECT_EQ(world.Ask("mail.corp.example.", "A", false), "NXDOMAIN AA");
  EXPECT_THAT(world.soas(), ElementsAre("corp.example."));
}

TEST(FallbackTest, OffByDefault) {
  ViewWorld world;
  world.Zone("corp.example.", {}).Resolver("192.0.2.53");
  EXPECT_EQ(world.Ask("mail.corp.example."), "NXDOMAIN AA");
  EXPECT_THAT(world.asked(), IsEmpty());
}

TEST(FallbackTest, WithNobodyElseTheZonesOwnNxDomainStays) {
  ViewWorld world;
  world.Zone("corp.example.", {}, kFallback);
  EXPECT_EQ(world.Ask("mail.corp.example."), "NXDOMAIN AA");
  EXPECT_THAT(world.soas(), ElementsAre("corp.example."));
}

TEST(FallbackTest, ChainsInsideGoOnOutside) {
  ViewWorld world = Split();
  EXPECT_EQ(world.Ask("alias.corp.example."),
            "NOERROR AA | alias.corp.example. 60 IN CNAME mail.corp.example. | "
            "mail.corp.example. 60 IN A 192.0.2.1");
  // Both names are the resolvers': one question. A name of the zone in their chain is the zone's.
  EXPECT_EQ(world.Ask("chain.corp.example."),
            "NOERROR | chain.corp.example. 60 IN CNAME mail.corp.example. | mail.corp.example. 60 "
            "IN A 192.0.2.1");
  EXPECT_THAT(world.asked(), ElementsAre("192.0.2.53 chain.corp.example. A"));
  EXPECT_EQ(world.Ask("back.corp.example."),
            "NOERROR | back.corp.example. 60 IN CNAME www.corp.example. | www.corp.example. 60 IN "
            "A 10.0.0.1");
}

TEST(FallbackTest, WiderZonesAndRulesComeFirst) {
  ViewWorld world;
  world.Zone("a.b.example.", {}, kFallback)
      .Zone("b.example.", {"x.a.b.example. 60 IN A 10.0.0.1"}, kFallback)
      .Forward("example.", "192.0.2.100")
      .Target("192.0.2.100", {"y.a.b.example. 60 IN A 10.0.0.2"})
      .Resolver("192.0.2.53");
  EXPECT_EQ(world.Ask("x.a.b.example."), "NOERROR AA | x.a.b.example. 60 IN A 10.0.0.1");
  EXPECT_EQ(world.Ask("y.a.b.example."), "NOERROR | y.a.b.example. 60 IN A 10.0.0.2");
  // A SYSTEM rule on the zone's own name takes the name out of the wider FORWARD rule.
  world.System("a.b.example.").Target("192.0.2.53", {});
  EXPECT_EQ(world.Ask("y.a.b.example."), "NXDOMAIN");
  EXPECT_THAT(world.asked(), ElementsAre("192.0.2.53 y.a.b.example. A"));
}

TEST(FallbackTest, StateThatChangedMeanwhileDecidesAnew) {
  const char* const json =
      "{'views': [{'name': 'v', 'zones': ['z'], 'recursiveResolvers': ['192.0.2.53:53']}],"
      " 'zones': [{'name': 'z', 'apex': 'corp.example.', 'fallbackOnNxdomain': FLAG}]}";
  const auto with = [&](const char* flag) {
    std::string text = json;
    return text.replace(text.find("FLAG"), 4, flag);
  };
  State state = StateFromJson(with("true"));
  const auto before = Compile(state);
  const auto after = CompileJson(with("false"));
  Cache cache;
  Walk walk(MakeTestQuery("x.corp.example.", dns::RRType::kA), nullptr);
  ASSERT_EQ(walk.Start(*before, *before->FindView("v"), &cache, absl::UnixEpoch()),
            Walk::State::kAsk);
  auto reply = std::make_shared<const Reply>(MakeFailure("late", 0, absl::UnixEpoch()));
  ASSERT_EQ(walk.Resume(*after, *after->FindView("v"), &cache, absl::UnixEpoch(), reply),
            Walk::State::kDone);
  EXPECT_EQ(walk.answer().rcode, dns::Rcode::kNxDomain);
  EXPECT_TRUE(walk.answer().errors.empty());
}

}  // namespace
}  // namespace nave::resolver
