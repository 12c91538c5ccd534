#include "cli/names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nave::cli {
namespace {

constexpr char kVpc[] = "accounts/{account}/vpcs/{vpc}";

TEST(ExpandName, FillsParentsFromFlags) {
  EXPECT_EQ(ExpandName(kVpc, "main", {{"account", "spoke1"}}).value(), "accounts/spoke1/vpcs/main");
  EXPECT_EQ(ExpandName(kVpc, "main", {{"account", "accounts/spoke1"}}).value(),
            "accounts/spoke1/vpcs/main");
}

TEST(ExpandName, KeepsWholeNames) {
  EXPECT_EQ(ExpandName(kVpc, "accounts/hub/vpcs/hub", {{"account", "spoke1"}}).value(),
            "accounts/hub/vpcs/hub");
  EXPECT_EQ(ExpandName("organization", "organization", {}).value(), "organization");
}

TEST(ExpandName, SaysWhatIsMissing) {
  EXPECT_THAT(std::string(ExpandName(kVpc, "main", {}).status().message()),
              testing::HasSubstr("--account"));
  for (const char* wrong : {"", "accounts/hub/zones/hub", "accounts//vpcs/main", "vpcs/main"}) {
    EXPECT_EQ(ExpandName(kVpc, wrong, {{"account", "a"}}).status().code(),
              absl::StatusCode::kInvalidArgument)
        << wrong;
  }
}

TEST(NearestName, FindsMisspellingsOnly) {
  EXPECT_EQ(NearestName("resolver_adresses", {"cidrs", "resolver_addresses"}),
            "resolver_addresses");
  EXPECT_EQ(NearestName("knid", {"name", "kind"}), "kind");
  EXPECT_EQ(NearestName("completely_other", {"name", "kind"}), "");
}

}  // namespace
}  // namespace nave::cli
