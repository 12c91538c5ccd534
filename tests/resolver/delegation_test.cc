#include "resolver/delegation.h"

#include <gtest/gtest.h>

#include "tests/resolver/resolver_testing.h"

namespace nave::resolver {
namespace {

TEST(DelegationTest, GlueFirstThenTheViewsOtherZones) {
  const auto snapshot = CompileJson(R"({
    'views': [{'name': 'v', 'zones': ['a', 'b']}],
    'zones': [
      {'name': 'a', 'apex': 'a.test.', 'rrsets': [
        {'owner': 'sub.a.test.', 'type': 'NS', 'ttl': 60,
         'rdata': ['ns.sub.a.test.', 'ns.b.test.', 'ns.unknown.test.']},
        {'owner': 'ns.sub.a.test.', 'type': 'A', 'ttl': 60, 'rdata': ['192.0.2.1']},
        {'owner': 'ns.sub.a.test.', 'type': 'AAAA', 'ttl': 60, 'rdata': ['2001:db8::1']}]},
      {'name': 'b', 'apex': 'b.test.', 'rrsets': [
        {'owner': 'ns.b.test.', 'type': 'A', 'ttl': 60, 'rdata': ['192.0.2.2']}]}]})");
  const View* view = snapshot->FindView("v");
  const Zone& zone = *view->zones()[0];
  const dns::RRset* ns = zone.FindNode(N("sub.a.test."))->Find(dns::RRType::kNs);
  ASSERT_NE(ns, nullptr);
  const auto group = MakeDelegationGroup(*view, zone, *ns);
  std::vector<std::string> targets;
  for (const Target& target : group->targets) targets.push_back(target.endpoint.ToString());
  EXPECT_EQ(targets,
            (std::vector<std::string>{"192.0.2.1:53", "[2001:db8::1]:53", "192.0.2.2:53"}));
  EXPECT_FALSE(group->recursion_desired);
  EXPECT_EQ(group->id, MakeDelegationGroup(*view, zone, *ns)->id);
  EXPECT_GT(group->id, uint64_t{1} << 62);
}

}  // namespace
}  // namespace nave::resolver
