#include "plugins/plugins.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

namespace nave::plugins {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(PluginsTest, TheThreeProductsAreThere) {
  std::vector<std::string> names;
  for (const auto& product : AllProducts()) names.push_back(product->name());
  EXPECT_THAT(names, ElementsAre("outbound", "inbound", "private_dns"));
}

TEST(PluginsTest, EveryParameterAndSettingIsExplainedOnceAndInTheReadme) {
  for (const auto& product : AllProducts()) {
    std::ifstream file(std::string(NAVE_SOURCE_DIR) + "/plugins/" + product->name() + "/README.md");
    const std::string readme((std::istreambuf_iterator<char>(file)),
                             std::istreambuf_iterator<char>());
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
