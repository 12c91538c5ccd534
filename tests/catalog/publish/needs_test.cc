#include "catalog/publish/needs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nave::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

resolver::v1::View ViewOf(const std::vector<std::string>& zones) {
  resolver::v1::View view;
  for (const std::string& zone : zones) view.add_zones(zone);
  return view;
}

TEST(NeedsTest, ObjectGoesWhenTheLastViewLetsItGo) {
  Needs needs;
  const resolver::v1::View both = ViewOf({"y", "z"});
  needs.Replace("a", &both);
  needs.Replace("b", &both);
  EXPECT_THAT(needs.zones().Take().come, ElementsAre("y", "z"));
  const resolver::v1::View one = ViewOf({"y"});
  needs.Replace("a", &one);
  NeedCounts::Difference difference = needs.zones().Take();
  EXPECT_THAT(difference.come, IsEmpty());
  EXPECT_THAT(difference.gone, IsEmpty());
  needs.Replace("b", nullptr);
  EXPECT_THAT(needs.zones().Take().gone, ElementsAre("z"));
  EXPECT_TRUE(needs.zones().Has("y"));
  EXPECT_FALSE(needs.zones().Has("z"));
  EXPECT_THAT(needs.views(), ElementsAre("a"));
}

TEST(NeedsTest, WhatCameAndWentIsNoDifference) {
  Needs needs;
  const resolver::v1::View view = ViewOf({"z"});
  needs.Replace("a", &view);
  needs.Replace("a", nullptr);
  const NeedCounts::Difference difference = needs.zones().Take();
  EXPECT_THAT(difference.come, IsEmpty());
  EXPECT_THAT(difference.gone, IsEmpty());
}

}  // namespace
}  // namespace nave::catalog
