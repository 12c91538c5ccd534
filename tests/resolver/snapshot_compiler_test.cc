#include "resolver/snapshot_compiler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <set>

#include "tests/resolver/resolver_testing.h"

namespace nave::resolver {
namespace {

constexpr char kJson[] =
    "{'revision': '1',"
    " 'listeners': [{'address': '127.0.0.1:0', 'views': ['v']}],"
    " 'views': [{'name': 'v', 'networks': ['10.0.0.0/8'], 'zones': ['z'], 'rules': ['r']},"
    "           {'name': 'w', 'networks': ['10.0.0.0/8'], 'zones': ['z'], 'rules': ['r']}],"
    " 'zones': [{'name': 'z', 'apex': 'example.com.', 'rrsets': [{'owner': 'www.example.com.',"
    "            'type': 'A', 'ttl': 60, 'rdata': ['192.0.2.1']}]}],"
    " 'rules': [{'name': 'r', 'domainName': 'example.net.', 'kind': 'FORWARD',"
    "            'targets': [{'address': '192.0.2.7', 'port': 5353, 'priority': 2},"
    "                        {'address': '2001:db8::7', 'transport': 'TCP', 'weight': 3}],"
    "            'sourceAddresses': ['127.0.0.9']}]}";

TEST(SnapshotCompilerTest, CompilesTargetsInOrderOfPriority) {
  const auto snapshot = CompileJson(kJson);
  const auto& rule = snapshot->FindView("v")->rules().at(0);
  const TargetGroup& group = *rule->group;
  ASSERT_EQ(group.targets.size(), 2u);
  EXPECT_EQ(group.targets[0].endpoint.ToString(), "[2001:db8::7]:53");
  EXPECT_EQ(group.targets[0].transport, Transport::kTcp);
  EXPECT_EQ(group.targets[0].weight, 3u);
  EXPECT_EQ(group.targets[1].endpoint.ToString(), "192.0.2.7:5353");
  EXPECT_EQ(group.targets[1].weight, 1u);
  ASSERT_EQ(group.sources.size(), 1u);
  EXPECT_TRUE(group.recursion_desired);
}

TEST(SnapshotCompilerTest, SharesZonesAndRulesBetweenViews) {
  const auto snapshot = CompileJson(kJson);
  const View* v = snapshot->FindView("v");
  const View* w = snapshot->FindView("w");
  EXPECT_EQ(v->zones()[0], w->zones()[0]);
  EXPECT_EQ(v->rules()[0], w->rules()[0]);
  EXPECT_NE(v->id(), w->id());
}

TEST(SnapshotCompilerTest, CompilesAgainOnlyWhatChanged) {
  SnapshotCompiler compiler;
  State state = StateFromJson(kJson);
  const auto first = *compiler.Compile(state);
  auto changed = std::make_shared<v1::View>(*state.views["w"]);
  changed->clear_rules();
  state.views["w"] = changed;
  const auto second = *compiler.Compile(state);
  EXPECT_EQ(second->FindView("v"), first->FindView("v"));
  EXPECT_NE(second->FindView("w"), first->FindView("w"));
  EXPECT_EQ(second->FindView("w")->id(), first->FindView("w")->id());
  EXPECT_EQ(second->FindView("w")->zones()[0], first->FindView("w")->zones()[0]);
  // A zone that changed changes the views that have it, and the rule stays.
  state.zones["z"] = std::make_shared<StoredZone>(*state.zones["z"]);
  const auto third = *compiler.Compile(state);
  EXPECT_NE(third->FindView("v"), second->FindView("v"));
  EXPECT_NE(third->FindView("v")->zones()[0], second->FindView("v")->zones()[0]);
  EXPECT_EQ(third->FindView("v")->rules()[0], second->FindView("v")->rules()[0]);
}

TEST(SnapshotCompilerTest, ChangedTargetsGetAnotherGroupId) {
  SnapshotCompiler compiler;
  State state = StateFromJson(kJson);
  const auto id = [&] { return (*compiler.Compile(state))->FindView("v")->rules()[0]->group->id; };
  const uint64_t first = id();
  auto rule = std::make_shared<v1::Rule>(*state.rules["r"]);
  state.rules["r"] = rule;
  EXPECT_EQ(id(), first);
  const auto before = state.rules["r"];
  rule = std::make_shared<v1::Rule>(*before);
  rule->mutable_targets(0)->set_port(54);
  state.rules["r"] = rule;
  const uint64_t second = id();
  EXPECT_NE(second, first);
  // The same targets after a time away: nothing that was cached then may come back.
  state.rules["r"] = before;
  EXPECT_NE(id(), first);
}

// What is cached by one policy need not be what another one would have found.
TEST(SnapshotCompilerTest, ChangedPolicyGetsAnotherGroupId) {
  SnapshotCompiler compiler;
  State state = StateFromJson(kJson);
  const auto group = [&] { return (*compiler.Compile(state))->FindView("v")->rules()[0]->group; };
  EXPECT_EQ(group()->policy.on_nxdomain, ForwardingPolicy::OnError::kAnswer);
  std::set<uint64_t> ids = {group()->id};
  const auto set = [&](void (*change)(v1::ForwardingPolicy*)) {
    auto rule = std::make_shared<v1::Rule>(*state.rules["r"]);
    change(rule->mutable_policy());
    state.rules["r"] = rule;
    EXPECT_TRUE(ids.insert(group()->id).second) << rule->policy().ShortDebugString();
  };
  set([](v1::ForwardingPolicy* policy) { policy->set_selection(v1::ForwardingPolicy::LATENCY); });
  set([](v1::ForwardingPolicy* policy) { policy->set_on_servfail(v1::ForwardingPolicy::ANSWER); });
  set([](v1::ForwardingPolicy* policy) { policy->set_on_refused(v1::ForwardingPolicy::ANSWER); });
  set([](v1::ForwardingPolicy* policy) {
    policy->set_on_nxdomain(v1::ForwardingPolicy::NEXT_TARGET);
  });
  set([](v1::ForwardingPolicy* policy) { policy->set_on_all_down(v1::ForwardingPolicy::FAIL); });
  set([](v1::ForwardingPolicy* policy) { policy->set_hedge_percentile(50); });
  EXPECT_EQ(group()->policy.selection, ForwardingPolicy::Selection::kLatency);
  EXPECT_EQ(group()->policy.hedge_percentile, 50);
}

TEST(SnapshotCompilerTest, ViewThatWasAwayGetsAnotherId) {
  SnapshotCompiler compiler;
  const State state = StateFromJson(kJson);
  const uint64_t first = (*compiler.Compile(state))->FindView("w")->id();
  State without = state;
  without.views.erase("w");
  ASSERT_TRUE(compiler.Compile(without).ok());
  EXPECT_NE((*compiler.Compile(state))->FindView("w")->id(), first);
}

TEST(SnapshotCompilerTest, RefusedStateLeavesTheCompilerAsItWas) {
  SnapshotCompiler compiler;
  State state = StateFromJson(kJson);
  const auto first = *compiler.Compile(state);
  State bad = state;
  bad.zones.erase("z");
  EXPECT_FALSE(compiler.Compile(bad).ok());
  EXPECT_EQ((*compiler.Compile(state))->FindView("v"), first->FindView("v"));
}

TEST(SnapshotCompilerTest, RefusesAndNamesTheObject) {
  const struct {
    const char* json;
    const char* message;
  } cases[] = {
      {"{'listeners': [{'address': 'here'}]}", "listener 'here'"},
      {"{'listeners': [{'address': '127.0.0.1:1', 'views': ['v']}]}", "view 'v' does not exist"},
      {"{'views': [{'name': 'v', 'zones': ['z']}]}", "view 'v': zone 'z' does not exist"},
      {"{'views': [{'name': 'v', 'rules': ['r']}]}", "view 'v': rule 'r' does not exist"},
      {"{'views': [{'name': 'v', 'networks': ['10.0.0.1/8']}]}", "10.0.0.0/8"},
      {"{'views': [{'name': 'v', 'recursiveResolvers': ['x']}]}", "view 'v'"},
      {"{'zones': [{'name': 'z', 'apex': 'a..b.'}]}", "zone 'z'"},
      {"{'zones': [{'name': 'z', 'apex': 'a.', 'rrsets': [{'owner': 'a.', 'type': 'NOPE'}]}]}",
       "'NOPE' is not an rrtype"},
      {"{'zones': [{'name': 'z', 'apex': 'a.', 'rrsets': [{'owner': 'a.', 'type': 'A',"
       " 'rdata': ['1.2.3']}]}]}",
       "a. A"},
      {"{'rules': [{'name': 'r', 'domainName': 'a.', 'kind': 'FORWARD'}]}", "needs a target"},
      {"{'rules': [{'name': 'r', 'domainName': 'a.'}]}", "the kind must be"},
      {"{'rules': [{'name': 'r', 'domainName': 'a.', 'kind': 'FORWARD',"
       " 'targets': [{'address': 'dns.example'}]}]}",
       "rule 'r'"},
      {"{'rules': [{'name': 'r', 'domainName': 'a.', 'kind': 'FORWARD',"
       " 'targets': [{'address': '192.0.2.1', 'port': 70000}]}]}",
       "above 65535"},
      {"{'rules': [{'name': 'r', 'domainName': 'a.', 'kind': 'FORWARD',"
       " 'targets': [{'address': '192.0.2.1'}], 'policy': {'hedgePercentile': 49}}]}",
       "rule 'r': hedge_percentile 49 is neither 0 nor in 50 to 99"},
      {"{'rules': [{'name': 'r', 'domainName': 'a.', 'kind': 'FORWARD',"
       " 'targets': [{'address': '192.0.2.1'}], 'policy': {'hedgePercentile': 100}}]}",
       "neither 0 nor in 50 to 99"},
      {"{'views': [{'name': 'v', 'zones': ['y', 'z']}], 'zones': [{'name': 'y', 'apex': 'a.'},"
       " {'name': 'z', 'apex': 'A.'}]}",
       "both stand for"},
      {"{'views': [{'name': 'v', 'rules': ['q', 'r']}],"
       " 'rules': [{'name': 'q', 'domainName': 'a.', 'kind': 'SYSTEM'},"
       " {'name': 'r', 'domainName': 'a.', 'kind': 'SYSTEM'}]}",
       "both stand for"},
      {"{'listeners': [{'address': '127.0.0.1:1', 'views': ['v', 'w']}], 'views':"
       " [{'name': 'v', 'networks': ['10.0.0.0/8']}, {'name': 'w', 'networks': ['10.0.0.0/8']}]}",
       "both have the network 10.0.0.0/8"},
  };
  for (const auto& c : cases) {
    const auto snapshot = SnapshotCompiler().Compile(StateFromJson(c.json));
    EXPECT_EQ(snapshot.status().code(), absl::StatusCode::kInvalidArgument) << c.json;
    EXPECT_THAT(std::string(snapshot.status().message()), ::testing::HasSubstr(c.message));
  }
}

}  // namespace
}  // namespace nave::resolver
