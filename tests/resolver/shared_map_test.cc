#include "resolver/shared_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace nave::resolver {
namespace {

using testing::ElementsAre;
using testing::Pair;

std::map<std::string, int> Contents(const SharedMap<int>& map) {
  std::map<std::string, int> contents;
  for (const auto& [name, value] : map) contents[name] = value;
  EXPECT_EQ(contents.size(), map.size());
  return contents;
}

std::map<std::string, int> Differences(const SharedMap<int>& before, const SharedMap<int>& after) {
  std::map<std::string, int> differences;
  SharedMap<int>::ForEachDifference(before, after, [&](const std::string& name, const int* value) {
    EXPECT_TRUE(differences.emplace(name, value == nullptr ? -1 : *value).second);
  });
  return differences;
}

SharedMap<int> Numbers(int count) {
  SharedMap<int> map;
  for (int i = 0; i < count; ++i) EXPECT_TRUE(map.emplace(absl::StrCat("n", i), i));
  return map;
}

TEST(SharedMapTest, IsTheSameAsAnOrdinaryMapThroughCopiesAndChanges) {
  std::mt19937 random(7);
  SharedMap<int> map;
  std::map<std::string, int> model;
  std::vector<std::pair<SharedMap<int>, std::map<std::string, int>>> copies;
  for (int step = 0; step < 20000; ++step) {
    const std::string name = absl::StrCat("n", random() % 3000);
    const int value = static_cast<int>(random() % 1000);
    switch (random() % 4) {
      case 0:
        ASSERT_EQ(map.erase(name), model.erase(name));
        break;
      case 1:
        ASSERT_EQ(map.emplace(name, value), model.emplace(name, value).second);
        break;
      default:
        map[name] = value;
        model[name] = value;
    }
    ASSERT_EQ(map.count(name), model.count(name));
    if (step % 2000 == 0) copies.emplace_back(map, model);
    // The one that is changed from here on is the copy.
    if (step % 3000 == 0) std::swap(map, copies.emplace_back(map, model).first);
  }
  EXPECT_EQ(Contents(map), model);
  for (const auto& [copy, contents] : copies) {
    EXPECT_EQ(Contents(copy), contents);
    std::map<std::string, int> expected;
    for (const auto& [name, value] : contents) {
      if (model.count(name) == 0) expected[name] = -1;
    }
    for (const auto& [name, value] : model) {
      auto old = contents.find(name);
      if (old == contents.end() || old->second != value) expected[name] = value;
    }
    EXPECT_EQ(Differences(copy, map), expected);
  }
}

TEST(SharedMapTest, AChangeOfEitherIsNotSeenInTheOther) {
  SharedMap<int> map = Numbers(1000);
  SharedMap<int> copy = map;
  map["n500"] = -5;
  copy["n501"] = -6;
  map.erase("n502");
  EXPECT_EQ(copy.at("n500"), 500);
  EXPECT_EQ(map.at("n501"), 501);
  EXPECT_EQ(copy.at("n502"), 502);
  EXPECT_THAT(Differences(map, copy),
              ElementsAre(Pair("n500", 500), Pair("n501", -6), Pair("n502", 502)));
}

TEST(SharedMapTest, EmptyAgainAfterTheLastIsErased) {
  SharedMap<int> map = Numbers(600);
  const SharedMap<int> copy = map;
  for (int i = 0; i < 600; ++i) EXPECT_EQ(map.erase(absl::StrCat("n", i)), 1u);
  EXPECT_TRUE(map.empty());
  EXPECT_TRUE(map.begin() == map.end());
  EXPECT_EQ(map.erase("n1"), 0u);
  map["n1"] = 1;
  EXPECT_EQ(Contents(map), (std::map<std::string, int>{{"n1", 1}}));
  EXPECT_EQ(copy.size(), 600u);
}

}  // namespace
}  // namespace nave::resolver
