// What a view answers where zones, rules and recursive resolvers meet: tables of cases.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/resolver/view_world.h"

namespace nave::resolver {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Case {
  std::string qname;
  std::string answer;
  std::vector<std::string> asked = {};
};

void Check(ViewWorld& world, const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    EXPECT_EQ(world.Ask(one.qname), one.answer) << one.qname;
    EXPECT_EQ(world.asked(), one.asked) << one.qname;
  }
}

// Zone, rule and default, each with an alias into each of the others.
ViewWorld Crossing() {
  ViewWorld world;
  world
      .Zone(
          "zone.example.",
          {"www.zone.example. 60 IN A 192.0.2.1",  //
           "z2.zone.example. 60 IN CNAME www.two.example.",
           "f.zone.example. 60 IN CNAME www.corp.example.",
           "fz.zone.example. 60 IN CNAME z.corp.example.",
           "ff.zone.example. 60 IN CNAME f2.corp.example.",
           "r.zone.example. 60 IN CNAME www.public.example.",
           "rz.zone.example. 60 IN CNAME z.public.example.",
           "none.zone.example. 60 IN CNAME gone.two.example.",
           "d.zone.example. 60 IN DNAME two.example.", "df.zone.example. 60 IN DNAME corp.example.",
           "self.zone.example. 60 IN CNAME self.zone.example.",
           "loop.zone.example. 60 IN CNAME loop.two.example.",
           "floop.zone.example. 60 IN CNAME loop.corp.example.",
           "dloop.zone.example. 60 IN DNAME dloop.two.example."})
      .Zone("two.example.",
            {"www.two.example. 60 IN A 192.0.2.2", "z.two.example. 60 IN CNAME www.zone.example.",
             "f.two.example. 60 IN CNAME www.corp.example.",
             "loop.two.example. 60 IN CNAME loop.zone.example.",
             "dloop.two.example. 60 IN DNAME dloop.zone.example."})
      .Forward("corp.example.", "192.0.2.100")
      .Target("192.0.2.100", {"www.corp.example. 60 IN A 192.0.2.3",
                              "z.corp.example. 60 IN CNAME www.zone.example.",
                              // Of a zone it has no say about.
                              "www.zone.example. 60 IN A 203.0.113.1",
                              "f2.corp.example. 60 IN CNAME www.other.example.",
                              "r.corp.example. 60 IN CNAME www.public.example.",
                              "in.corp.example. 60 IN CNAME www.corp.example.",
                              "open.corp.example. 60 IN CNAME www.public.example.",
                              "loop.corp.example. 60 IN CNAME floop.zone.example."})
      .Forward("other.example.", "192.0.2.101")
      .Target("192.0.2.101", {"www.other.example. 60 IN A 192.0.2.4"})
      .Resolver("192.0.2.53")
      .Target("192.0.2.53", {"www.public.example. 60 IN A 192.0.2.5",
                             "z.public.example. 60 IN CNAME f.zone.example.",
                             "f.public.example. 60 IN CNAME www.corp.example."});
  return world;
}

TEST(WalkViewTest, ChainsGoFromZoneToZoneToRuleAndBack) {
  ViewWorld world = Crossing();
  const std::string z2 = " | z2.zone.example. 60 IN CNAME www.two.example.";
  Check(
      world,
      {{"www.zone.example.", "NOERROR AA | www.zone.example. 60 IN A 192.0.2.1"},
       {"z2.zone.example.", "NOERROR AA" + z2 + " | www.two.example. 60 IN A 192.0.2.2"},
       // AA speaks of the first owner (RFC 1035 section 4.1.1), the rest may come from outside.
       {"f.zone.example.",
        "NOERROR AA | f.zone.example. 60 IN CNAME www.corp.example. | www.corp.example. 60 IN A "
        "192.0.2.3",
        {"192.0.2.100 www.corp.example. A"}},
       {"fz.zone.example.",
        "NOERROR AA | fz.zone.example. 60 IN CNAME z.corp.example. | z.corp.example. 60 IN CNAME "
        "www.zone.example. | www.zone.example. 60 IN A 192.0.2.1",
        {"192.0.2.100 z.corp.example. A"}},
       {"ff.zone.example.",
        "NOERROR AA | ff.zone.example. 60 IN CNAME f2.corp.example. | f2.corp.example. 60 IN CNAME "
        "www.other.example. | www.other.example. 60 IN A 192.0.2.4",
        {"192.0.2.100 f2.corp.example. A", "192.0.2.101 www.other.example. A"}},
       {"r.zone.example.",
        "NOERROR AA | r.zone.example. 60 IN CNAME www.public.example. | www.public.example. 60 IN "
        "A 192.0.2.5",
        {"192.0.2.53 www.public.example. A"}},
       {"rz.zone.example.",
        "NOERROR AA | rz.zone.example. 60 IN CNAME z.public.example. | z.public.example. 60 IN "
        "CNAME f.zone.example. | f.zone.example. 60 IN CNAME www.corp.example. | "
        "www.corp.example. 60 IN A 192.0.2.3",
        {"192.0.2.53 z.public.example. A", "192.0.2.100 www.corp.example. A"}}});
}

TEST(WalkViewTest, ForwardedChainsLeadBackIntoZonesWithoutAa) {
  ViewWorld world = Crossing();
  Check(world, {{"z.corp.example.",
                 "NOERROR | z.corp.example. 60 IN CNAME www.zone.example. | www.zone.example. 60 "
                 "IN A 192.0.2.1",
                 {"192.0.2.100 z.corp.example. A"}},
                {"in.corp.example.",
                 "NOERROR | in.corp.example. 60 IN CNAME www.corp.example. | www.corp.example. 60 "
                 "IN A 192.0.2.3",
                 {"192.0.2.100 in.corp.example. A"}},
                {"open.corp.example.",
                 "NOERROR | open.corp.example. 60 IN CNAME www.public.example. | "
                 "www.public.example. 60 IN A 192.0.2.5",
                 {"192.0.2.100 open.corp.example. A", "192.0.2.53 www.public.example. A"}},
                {"f.public.example.",
                 "NOERROR | f.public.example. 60 IN CNAME www.corp.example. | www.corp.example. "
                 "60 IN A 192.0.2.3",
                 {"192.0.2.53 f.public.example. A", "192.0.2.100 www.corp.example. A"}}});
}

// RFC 6672 section 3.1, RFC 6604 section 3.
TEST(WalkViewTest, DnamesLeadOnAndTheRcodeIsTheLastNames) {
  ViewWorld world = Crossing();
  Check(world,
        {{"www.d.zone.example.",
          "NOERROR AA | d.zone.example. 60 IN DNAME two.example. | www.d.zone.example. 60 IN "
          "CNAME www.two.example. | www.two.example. 60 IN A 192.0.2.2"},
         {"f.d.zone.example.",
          "NOERROR AA | d.zone.example. 60 IN DNAME two.example. | f.d.zone.example. 60 IN CNAME "
          "f.two.example. | f.two.example. 60 IN CNAME www.corp.example. | www.corp.example. 60 "
          "IN A 192.0.2.3",
          {"192.0.2.100 www.corp.example. A"}},
         {"z.df.zone.example.",
          "NOERROR AA | df.zone.example. 60 IN DNAME corp.example. | z.df.zone.example. 60 IN "
          "CNAME z.corp.example. | z.corp.example. 60 IN CNAME www.zone.example. | "
          "www.zone.example. 60 IN A 192.0.2.1",
          {"192.0.2.100 z.corp.example. A"}},
         {"none.zone.example.", "NXDOMAIN AA | none.zone.example. 60 IN CNAME gone.two.example."},
         {"x.df.zone.example.",
          "NXDOMAIN AA | df.zone.example. 60 IN DNAME corp.example. | x.df.zone.example. 60 IN "
          "CNAME x.corp.example.",
          {"192.0.2.100 x.corp.example. A"}}});
}

TEST(WalkViewTest, LoopsAreServFailAndNameTheObject) {
  struct Loop {
    const char* qname;
    const char* error;
  };
  ViewWorld world = Crossing();
  for (const Loop& loop :
       {Loop{"self.zone.example.", "CNAME loop: zone zone.example. leads to self.zone.example."},
        Loop{"loop.zone.example.", "CNAME loop: zone two.example. leads to loop.zone.example."},
        Loop{"floop.zone.example.",
             "CNAME loop: forward corp.example. leads to floop.zone.example."},
        Loop{"x.dloop.zone.example.",
             "CNAME loop: zone two.example. leads to "
             "x.dloop.zone.example."}}) {
    EXPECT_EQ(world.Ask(loop.qname), "SERVFAIL");
    EXPECT_THAT(world.errors(), ElementsAre(std::string("Other Error: ") + loop.error));
  }
}

TEST(WalkViewTest, ChainBetweenObjectsIsBounded) {
  for (int links : {kMaxFollows, kMaxFollows + 1}) {
    ViewWorld world;
    for (int i = 0; i < links; ++i) {
      const std::string apex = absl::StrCat("z", i, ".example.");
      world.Zone(apex, {absl::StrCat("a.", apex, " 60 IN CNAME a.z", i + 1, ".example.")});
    }
    const std::string last = absl::StrCat("z", links, ".example.");
    world.Zone(last, {absl::StrCat("a.", last, " 60 IN A 192.0.2.1")});
    const std::string answer = world.Ask("a.z0.example.");
    if (links == kMaxFollows) {
      EXPECT_THAT(answer, HasSubstr("192.0.2.1"));
    } else {
      EXPECT_EQ(answer, "SERVFAIL");
      EXPECT_THAT(world.errors(), ElementsAre("Other Error: the chain of CNAMEs is too long: zone "
                                              "z8.example. leads to a.z9.example."));
    }
  }
}

TEST(WalkViewTest, SystemTakesOutOfWiderForwardRulesOnly) {
  ViewWorld world;
  world.Forward(".", "192.0.2.100")
      .System("corp.example.")
      .Forward("f.corp.example.", "192.0.2.101")
      .System("s.f.corp.example.")
      .Forward("f2.s.f.corp.example.", "192.0.2.102")
      .Zone("z.corp.example.", {"www.z.corp.example. 60 IN A 192.0.2.1"})
      .System("s.z.corp.example.")
      .System("both.example.")
      .Zone("both.example.", {"www.both.example. 60 IN A 192.0.2.2"})
      .Resolver("192.0.2.53");
  for (const char* address : {"192.0.2.100", "192.0.2.101", "192.0.2.102", "192.0.2.53"}) {
    world.Target(address, {});
  }
  const std::string nx = "NXDOMAIN";
  Check(world, {{"x.example.", nx, {"192.0.2.100 x.example. A"}},
                {"corp.example.", nx, {"192.0.2.53 corp.example. A"}},
                {"x.corp.example.", nx, {"192.0.2.53 x.corp.example. A"}},
                {"x.f.corp.example.", nx, {"192.0.2.101 x.f.corp.example. A"}},
                // Neither the FORWARD rule around it nor the one around that.
                {"s.f.corp.example.", nx, {"192.0.2.53 s.f.corp.example. A"}},
                {"x.f2.s.f.corp.example.", nx, {"192.0.2.102 x.f2.s.f.corp.example. A"}},
                {"www.z.corp.example.", "NOERROR AA | www.z.corp.example. 60 IN A 192.0.2.1"},
                // A SYSTEM rule takes nothing out of a zone, at its apex or below.
                {"x.s.z.corp.example.", "NXDOMAIN AA"},
                {"www.both.example.", "NOERROR AA | www.both.example. 60 IN A 192.0.2.2"}});
}

TEST(WalkViewTest, RecursiveRulesAndTheDefault) {
  ViewWorld world;
  world.Forward("example.", "192.0.2.100")
      .Recursive("r.example.")
      .Forward("f.r.example.", "192.0.2.101")
      .Zone("z.r.example.", {"www.z.r.example. 60 IN A 192.0.2.1"})
      .Zone("zone.", {"www.zone. 60 IN A 192.0.2.2"})
      .Recursive("r.zone.")
      .Recursive("rz.example.")
      .Zone("rz.example.", {"www.rz.example. 60 IN A 192.0.2.3"});
  const std::string nx = "NXDOMAIN";
  for (const char* address : {"192.0.2.100", "192.0.2.101", "192.0.2.53"})
    world.Target(address, {});
  EXPECT_EQ(world.Ask("x.r.example."), "REFUSED");
  EXPECT_EQ(world.Ask("elsewhere."), "REFUSED");
  EXPECT_THAT(world.errors(), ElementsAre("Not Authoritative: no zone and no rule for elsewhere."));
  world.Resolver("192.0.2.53");
  Check(world, {{"x.example.", nx, {"192.0.2.100 x.example. A"}},
                {"x.r.example.", nx, {"192.0.2.53 x.r.example. A"}},
                {"x.f.r.example.", nx, {"192.0.2.101 x.f.r.example. A"}},
                {"www.z.r.example.", "NOERROR AA | www.z.r.example. 60 IN A 192.0.2.1"},
                {"x.r.zone.", nx, {"192.0.2.53 x.r.zone. A"}},
                // A rule beats a zone of the same name, a RECURSIVE one too.
                {"www.rz.example.", nx, {"192.0.2.53 www.rz.example. A"}},
                {"elsewhere.", nx, {"192.0.2.53 elsewhere. A"}}});
}

TEST(WalkViewTest, WithoutRecursionOnlyOwnDataComes) {
  ViewWorld world = Crossing();
  EXPECT_EQ(world.Ask("z2.zone.example.", "A", false),
            "NOERROR AA | z2.zone.example. 60 IN CNAME www.two.example.");
  EXPECT_EQ(world.Ask("self.zone.example.", "A", false),
            "NOERROR AA | self.zone.example. 60 IN CNAME self.zone.example.");
  EXPECT_EQ(world.Ask("www.corp.example.", "A", false), "REFUSED");
  EXPECT_EQ(world.Ask("www.public.example.", "A", false), "REFUSED");
  EXPECT_THAT(world.asked(), IsEmpty());
}

// RFC 4035 section 3.1.4.1.
TEST(WalkViewTest, DsOfAnApexIsAskedAboveItAndIsNoDataWithoutRecursion) {
  ViewWorld world;
  world.Zone("zone.example.", {}).Resolver("192.0.2.53").Target("192.0.2.53", {});
  EXPECT_EQ(world.Ask("zone.example.", "DS"), "NXDOMAIN");
  EXPECT_THAT(world.asked(), ElementsAre("192.0.2.53 zone.example. DS"));
  EXPECT_EQ(world.Ask("zone.example.", "DS", false), "NOERROR AA");
  EXPECT_THAT(world.soas(), ElementsAre("zone.example."));
}

TEST(WalkViewTest, DelegationToAnAddressOfTheSameViewIsALoop) {
  ViewWorld world;
  world.Zone("zone.example.", {"sub.zone.example. 60 IN NS ns.sub.zone.example.",
                               "ns.sub.zone.example. 60 IN A 192.0.2.250"});
  EXPECT_EQ(world.Ask("www.sub.zone.example."), "SERVFAIL");
  EXPECT_THAT(world.errors(), ElementsAre(HasSubstr("loop: zone zone.example. delegates "
                                                    "sub.zone.example.")));
}

TEST(WalkViewTest, TargetsThatDoNotAnswerFailTheWholeChain) {
  ViewWorld world;
  world.Zone("zone.example.", {"f.zone.example. 60 IN CNAME www.dead.example."})
      .Forward("dead.example.", "192.0.2.102");
  EXPECT_EQ(world.Ask("f.zone.example."), "SERVFAIL");
  EXPECT_THAT(world.errors(), ElementsAre("No Reachable Authority: forward dead.example.: "
                                          "192.0.2.102 does not answer"));
}

}  // namespace
}  // namespace nave::resolver
