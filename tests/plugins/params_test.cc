#include "plugins/params.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nave::plugins {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr size_t kMaxId = 63;

TEST(ParamsTest, OneValueIsExactlyOne) {
  EXPECT_EQ("a", *OneValue({{"k", {"a"}}}, "k"));
  EXPECT_THAT(std::string(OneValue({}, "k").status().message()), HasSubstr("'k': is required"));
  EXPECT_THAT(std::string(OneValue({{"k", {"a", "b"}}}, "k").status().message()),
              HasSubstr("takes one value"));
  EXPECT_THAT(std::string(OneValue({{"k", {""}}}, "k").status().message()), HasSubstr("is empty"));
  EXPECT_THAT(ValuesOf({{"k", {"a", "b"}}}, "k"), ElementsAre("a", "b"));
  EXPECT_THAT(ValuesOf({}, "k"), IsEmpty());
}

TEST(ParamsTest, ASettingStandsAboveAParameter) {
  catalog::PlanInput input;
  input.parameters = {{"k", {"mine"}}};
  EXPECT_EQ("mine", *SettingOrParameter(input, "k"));
  input.settings = {{"k", {"theirs"}}};
  EXPECT_EQ("theirs", *SettingOrParameter(input, "k"));
}

TEST(ParamsTest, ShortNamesAreOfTheAccount) {
  EXPECT_EQ("accounts/a/vpcs/main", *FullName("vpc", "accounts/a", "vpcs", "main"));
  EXPECT_EQ("accounts/b/vpcs/x", *FullName("vpc", "accounts/a", "vpcs", "accounts/b/vpcs/x"));
  for (const char* wrong : {"", "a/b", "accounts/b/rules/x", "accounts//vpcs/x", "-x", "a b"}) {
    EXPECT_FALSE(FullName("vpc", "accounts/a", "vpcs", wrong).ok()) << wrong;
  }
}

TEST(ParamsTest, JoinedIdsAreShortAndNeverTheSameForOtherParts) {
  EXPECT_EQ("out.main.hub.corp", JoinIds({"out", "main", "hub", "corp"}));
  EXPECT_NE(JoinIds({"a.b", "c"}), JoinIds({"a", "b.c"}));
  EXPECT_NE(JoinIds({"a", "b", "c"}), JoinIds({"a.b", "c"}));
  const std::string lengthy(60, 'x');
  EXPECT_LE(JoinIds({lengthy, lengthy}).size(), kMaxId);
  EXPECT_NE(JoinIds({lengthy, lengthy}), JoinIds({lengthy, lengthy + "y"}));
}

// Names are made of it, so that it is the same for ever.
TEST(ParamsTest, TheHashOfIdsDoesNotChange) {
  EXPECT_EQ("a.b.c-3db04b40cfbf", JoinIds({"a.b", "c"}));
}

}  // namespace
}  // namespace nave::plugins
