#include "resolver/view.h"

#include <gtest/gtest.h>

#include "tests/resolver/resolver_testing.h"

namespace nave::resolver {
namespace {

using Kind = Decision::Kind;

std::string View1(const std::string& zones, const std::string& rules,
                  const std::string& recursive) {
  return "{'views': [{'name': 'v', 'zones': [" + zones + "], 'rules': [" + rules +
         "], 'recursiveResolvers': [" + recursive +
         "]}],"
         "'zones': [{'name': 'z-com', 'apex': 'example.com.'},"
         "          {'name': 'z-sub', 'apex': 'sub.example.com.'}],"
         "'rules': [{'name': 'r-com', 'domainName': 'example.com.', 'kind': 'FORWARD',"
         "           'targets': [{'address': '192.0.2.1'}]},"
         "          {'name': 'r-deep', 'domainName': 'deep.sub.example.com.', 'kind': 'FORWARD',"
         "           'targets': [{'address': '192.0.2.2'}]},"
         "          {'name': 'r-root', 'domainName': '.', 'kind': 'FORWARD',"
         "           'targets': [{'address': '192.0.2.3'}]},"
         "          {'name': 'r-system', 'domainName': 'sub.example.com.', 'kind': 'SYSTEM'},"
         "          {'name': 'r-recursive', 'domainName': 'open.example.com.',"
         "           'kind': 'RECURSIVE'}]}";
}

// "zone z-com", "forward r-com", "recursive", "recursive r-recursive", "none".
std::string Decide(const std::string& json, const char* qname) {
  const auto snapshot = CompileJson(json);
  const View* view = snapshot->FindView("v");
  const Decision decision = view->Decide(Suffixes(N(qname)));
  std::string text;
  switch (decision.kind) {
    case Kind::kNone:
      text = "none";
      break;
    case Kind::kZone:
      text = "zone " + decision.zone->name();
      break;
    case Kind::kForward:
      EXPECT_EQ((*decision.group)->name, decision.rule->name);
      text = "forward " + decision.rule->name;
      break;
    case Kind::kRecursive:
      text = "recursive";
      if (decision.rule != nullptr) text += " " + decision.rule->name;
      break;
  }
  if (decision.system_rule != nullptr) text += " by " + decision.system_rule->name;
  return text;
}

TEST(ViewTest, TheMostSpecificNameDecides) {
  const std::string json = View1("'z-com', 'z-sub'", "'r-deep', 'r-root'", "");
  EXPECT_EQ(Decide(json, "www.example.com."), "zone z-com");
  EXPECT_EQ(Decide(json, "example.com."), "zone z-com");
  EXPECT_EQ(Decide(json, "www.SUB.example.com."), "zone z-sub");
  EXPECT_EQ(Decide(json, "deep.sub.example.com."), "forward r-deep");
  EXPECT_EQ(Decide(json, "a.b.deep.sub.example.com."), "forward r-deep");
  EXPECT_EQ(Decide(json, "notexample.com."), "forward r-root");
  EXPECT_EQ(Decide(json, "."), "forward r-root");
}

TEST(ViewTest, RuleBeatsZoneOnTheSameName) {
  EXPECT_EQ(Decide(View1("'z-com'", "'r-com'", ""), "www.example.com."), "forward r-com");
}

TEST(ViewTest, SystemRuleTakesItsNameOutOfWiderForwardRules) {
  // Without a zone: as if no rule were there.
  EXPECT_EQ(Decide(View1("", "'r-com', 'r-system'", ""), "a.sub.example.com."), "none by r-system");
  EXPECT_EQ(Decide(View1("", "'r-com', 'r-system'", "'192.0.2.9:53'"), "a.sub.example.com."),
            "recursive by r-system");
  // A zone of the same name, or a wider one under the wider rule, answers.
  EXPECT_EQ(Decide(View1("'z-sub'", "'r-com', 'r-system'", ""), "a.sub.example.com."),
            "zone z-sub by r-system");
  EXPECT_EQ(Decide(View1("'z-com'", "'r-com', 'r-system'", ""), "a.sub.example.com."),
            "zone z-com by r-system");
  // More specific rules are not concerned, nor are names beside it.
  EXPECT_EQ(Decide(View1("", "'r-com', 'r-system', 'r-deep'", ""), "deep.sub.example.com."),
            "forward r-deep");
  EXPECT_EQ(Decide(View1("", "'r-com', 'r-system'", ""), "b.example.com."), "forward r-com");
}

TEST(ViewTest, RecursiveRuleAndDefault) {
  const std::string with = View1("'z-com'", "'r-recursive'", "'192.0.2.9:53'");
  EXPECT_EQ(Decide(with, "a.open.example.com."), "recursive r-recursive");
  EXPECT_EQ(Decide(with, "other.org."), "recursive");
  const std::string without = View1("'z-com'", "'r-recursive'", "");
  EXPECT_EQ(Decide(without, "a.open.example.com."), "none");
  EXPECT_EQ(Decide(without, "other.org."), "none");
}

TEST(ViewTest, DecideBelowSeesTheParent) {
  const auto snapshot = CompileJson(View1("'z-com', 'z-sub'", "", ""));
  const Suffixes name(N("sub.example.com."));
  const View* view = snapshot->FindView("v");
  EXPECT_EQ(view->Decide(name).zone->name(), "z-sub");
  EXPECT_EQ(view->DecideBelow(name, 2).zone->name(), "z-com");
  EXPECT_EQ(view->DecideBelow(name, 1).kind, Kind::kNone);
}

}  // namespace
}  // namespace nave::resolver
