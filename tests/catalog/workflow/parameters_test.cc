#include "catalog/workflow/parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/errors.h"
#include "catalog/workflow/plugin_settings.h"
#include "plugins/plugins.h"

namespace nave::catalog {
namespace {

using ::testing::HasSubstr;

ParameterList List(const std::vector<Output>& entries) { return ParametersOf(entries); }

const ParameterSchema kSchema = {
    {{"vpc", "the VPC", true, false}, {"rule", "the rules", false, true}},
    {{"vpc", "the VPC for all", false, false}, {"size", "how big", true, false}}};

TEST(ParametersTest, ValuesByKey) {
  auto values = ValuesOf(List({{"vpc", {"main"}}, {"rule", {"a", "b"}}, {"none", {}}}));
  ASSERT_TRUE(values.ok());
  EXPECT_EQ(*values, (Values{{"vpc", {"main"}}, {"rule", {"a", "b"}}}));
}

TEST(ParametersTest, MalformedListsAreRefused) {
  const std::string long_value(kMaxParameterValueBytes + 1, 'x');
  const std::vector<std::string> many(kMaxParameterValues + 1, "x");
  for (const auto& list : {List({{"", {"x"}}}), List({{"a", {"x"}}, {"a", {"y"}}}),
                           List({{"a", {""}}}), List({{"a", {long_value}}}), List({{"a", many}})}) {
    EXPECT_EQ(ReasonOf(ValuesOf(list).status()), api::v1::INVALID_PARAMETER);
  }
}

TEST(ParametersTest, CheckedAgainstTheSchema) {
  EXPECT_TRUE(CheckParameters(kSchema, {}, {{"vpc", {"main"}}, {"rule", {"a", "b"}}}).ok());
  EXPECT_TRUE(CheckParameters(kSchema, {{"vpc", {"main"}}}, {}).ok());
  absl::Status unknown = CheckParameters(kSchema, {}, {{"vcp", {"main"}}});
  EXPECT_EQ(ReasonOf(unknown), api::v1::INVALID_PARAMETER);
  EXPECT_THAT(std::string(unknown.message()), HasSubstr("vpc, rule"));
  EXPECT_FALSE(CheckParameters(kSchema, {}, {}).ok());
  EXPECT_FALSE(CheckParameters(kSchema, {}, {{"vpc", {"a", "b"}}}).ok());
  EXPECT_FALSE(CheckParameters(kSchema, {{"vpc", {"a"}}}, {{"vpc", {"b"}}}).ok());
}

TEST(ParametersTest, SettingsCheckedAgainstTheSchema) {
  EXPECT_TRUE(CheckSettings(kSchema, {{"size", {"1"}}}).ok());
  EXPECT_FALSE(CheckSettings(kSchema, {}).ok());
  EXPECT_FALSE(CheckSettings(kSchema, {{"size", {"1"}}, {"rule", {"a"}}}).ok());
}

TEST(ParametersTest, PluginErrorsBecomeReasons) {
  EXPECT_EQ(ReasonOf(FromPlugin("p", absl::InvalidArgumentError("x"))), api::v1::INVALID_PARAMETER);
  EXPECT_EQ(ReasonOf(FromPlugin("p", absl::InternalError("x"))), api::v1::PLUGIN_FAILED);
  EXPECT_EQ(FromPlugin("p", absl::UnavailableError("x")).code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(FromPlugin("p", absl::OkStatus()).ok());
  absl::Status refusal = Error(api::v1::NOT_FOUND, "x");
  EXPECT_EQ(FromPlugin("p", refusal), refusal);
}

TEST(PluginSettingsTest, ChecksWhatIsRegistered) {
  const ProductList products = plugins::AllProducts();
  PluginSettings settings(products);
  EXPECT_TRUE(settings.CheckPlugin("private_dns").ok());
  EXPECT_THAT(std::string(settings.CheckPlugin("magic").message()), HasSubstr("outbound"));
  api::v1::Parameter hub;
  hub.set_key("hub_vpc");
  hub.add_values("accounts/hub/vpcs/main");
  EXPECT_TRUE(settings.CheckSettings("private_dns", {hub}).ok());
  EXPECT_EQ(ReasonOf(settings.CheckSettings("outbound", {hub})), api::v1::INVALID_PARAMETER);
  hub.set_values(0, "main");
  EXPECT_EQ(ReasonOf(settings.CheckSettings("private_dns", {hub})), api::v1::INVALID_PARAMETER);
}

}  // namespace
}  // namespace nave::catalog
