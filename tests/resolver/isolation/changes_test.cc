// A snapshot that was made step by step, change after change, is the one that is made from nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "resolver/snapshot_compiler.h"
#include "tests/resolver/isolation/model.h"

namespace nave::resolver::isolation {
namespace {

constexpr int kChanges = 40;

std::string TextOf(const View& view) {
  std::string text = absl::StrCat(view.name(), ":");
  for (const auto& network : view.networks()) absl::StrAppend(&text, " ", network.ToString());
  for (const auto& zone : view.zones()) {
    absl::StrAppend(&text, " ", zone->name(), "=", zone->apex().ToText());
  }
  for (const auto& rule : view.rules()) {
    absl::StrAppend(&text, " ", rule->name, ">", rule->group->targets.at(0).endpoint.ToString());
    for (const auto& source : rule->group->sources) absl::StrAppend(&text, "<", source.ToString());
  }
  return text;
}

// Views, and who sees which of them.
std::vector<std::string> TextsOf(const Snapshot& snapshot, const State& state) {
  std::vector<std::string> texts = {
      absl::StrCat(snapshot.revision(), " ", snapshot.zone_count(), " ", snapshot.rule_count())};
  for (const auto& [name, source] : state.views) texts.push_back(TextOf(*snapshot.FindView(name)));
  for (const auto& listener : snapshot.listeners()) {
    for (uint32_t source : AllSources()) {
      const View* view = listener->SelectView(*net::IpAddress::Parse(Ipv4Text(source)));
      // The very object that the snapshot has, not one of the same name from before.
      EXPECT_TRUE(view == nullptr || view == snapshot.FindView(view->name()));
      texts.push_back(absl::StrCat(listener->endpoint().ToString(), " ",
                                   view == nullptr ? "nobody" : view->name()));
    }
  }
  return texts;
}

TEST(SnapshotChangesTest, StepByStepIsAsFromNothing) {
  for (uint64_t seed : {1, 2, 3}) {
    Dice dice(seed);
    StateBuilder builder(ServerPorts{1001, 1002, 1003, 1004, 1005, 1006});
    SnapshotCompiler compiler;
    World world = FirstWorld(&dice);
    for (int i = 0; i < kChanges; ++i) {
      const State state = builder.Build(world);
      // One that is refused in between leaves nothing behind.
      State refused = builder.Build(ChangedWorld(world, &dice));
      auto bad = std::make_shared<v1::View>();
      bad->set_name("zzz");
      bad->add_zones("nobody's zone");
      refused.views["zzz"] = bad;
      EXPECT_FALSE(compiler.Compile(refused).ok());
      const auto stepped = compiler.Compile(state);
      const auto fresh = SnapshotCompiler().Compile(state);
      ASSERT_TRUE(stepped.ok() && fresh.ok()) << stepped.status();
      ASSERT_EQ(TextsOf(**stepped, state), TextsOf(**fresh, state)) << "seed " << seed;
      world = ChangedWorld(world, &dice);
    }
  }
}

}  // namespace
}  // namespace nave::resolver::isolation
