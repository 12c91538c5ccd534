#include "lib/base/rare.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace nave {
namespace {

struct Thing {
  std::string text;
};

TEST(RareTest, IsADefaultUntilItIsMade) {
  Rare<Thing> rare;
  EXPECT_FALSE(rare.is_made());
  EXPECT_EQ(rare->text, "");
  rare.Make().text = "made";
  EXPECT_TRUE(rare.is_made());
  EXPECT_EQ(rare->text, "made");
  EXPECT_EQ(rare.Make().text, "made");
  EXPECT_EQ(Rare<Thing>()->text, "");
}

TEST(RareTest, ACopyIsItsOwn) {
  Rare<Thing> rare;
  rare.Make().text = "first";
  Rare<Thing> copy = rare;
  copy.Make().text = "copy";
  EXPECT_EQ(rare->text, "first");
  copy = rare;
  EXPECT_EQ(copy->text, "first");
  copy = Rare<Thing>();
  EXPECT_FALSE(copy.is_made());
  const Rare<Thing> moved = std::move(rare);
  EXPECT_EQ(moved->text, "first");
}

TEST(RareTest, TakesAPointersRoom) { EXPECT_EQ(sizeof(Rare<Thing>), sizeof(void*)); }

}  // namespace
}  // namespace nave
