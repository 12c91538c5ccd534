#include "plugins/plugins.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/testing/source_dir.h"

namespace nave::plugins {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(PluginsTest, TheThreeProductsAreThere) {
  std::vector<std::string> names;
  for (const auto& product : AllProducts()) names.push_back(product->name());
  EXPECT_THAT(names, ElementsAre("outbound", "inbound", "private_dns"));
}

TEST(PluginsTest, EveryParameterAndSettingIsExplainedOnceAndInTheReadme) {
  for (const auto& product : AllProducts()) {
    const std::string readme = testing::ReadSource("plugins/" + product->name() + "/README.md");
    const catalog::ParameterSchema schema = product->schema();
    for (const auto* specs : {&schema.parameters, &schema.settings}) {
      std::set<std::string> keys;
      for (const catalog::ParameterSpec& spec : *specs) {
        SCOPED_TRACE(product->name() + " " + spec.key);
        EXPECT_TRUE(keys.insert(spec.key).second);
        EXPECT_FALSE(spec.description.empty());
        EXPECT_THAT(readme, HasSubstr("`" + spec.key + "`"));
      }
    }
  }
}

}  // namespace
}  // namespace nave::plugins
