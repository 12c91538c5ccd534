#include "terraform/resources/lifecycle.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "absl/strings/match.h"
#include "terraform/resources/resources.h"
#include "tests/terraform/resources/resource_testing.h"
#include "tests/testing/source_dir.h"

namespace nave::terraform {
namespace {

// What Terraform holds against a schema when it loads it.
TEST(ResourcesTest, EverySchemaIsOneThatTerraformTakes) {
  const std::set<std::string> reserved = {"count",     "for_each",   "provider",   "depends_on",
                                          "lifecycle", "connection", "provisioner"};
  for (const auto& resource : MakeResources()) {
    EXPECT_EQ(resource->type().find("nave_"), 0u);
    std::set<std::string> names;
    for (const Attribute& attribute : resource->schema().attributes) {
      EXPECT_TRUE(std::regex_match(attribute.name, std::regex("[a-z0-9_]+"))) << attribute.name;
      EXPECT_EQ(reserved.count(attribute.name), 0u) << attribute.name;
      EXPECT_TRUE(names.insert(attribute.name).second) << attribute.name;
      EXPECT_FALSE(attribute.description.empty()) << attribute.name;
    }
    EXPECT_EQ(names.count("name"), 1u) << resource->type();
  }
}

TEST(ResourcesTest, EveryAttributeIsInTheReadme) {
  const std::string readme = nave::testing::ReadSource("terraform/README.md");
  for (const auto& resource : MakeResources()) {
    const size_t begin = readme.find("## " + resource->type() + "\n");
    ASSERT_NE(begin, std::string::npos) << resource->type();
    const std::string section = readme.substr(begin, readme.find("\n## ", begin) - begin);
    for (const Attribute& attribute : resource->schema().attributes) {
      EXPECT_NE(section.find("| `" + attribute.name + "` |"), std::string::npos)
          << resource->type() << " " << attribute.name;
    }
  }
}

// Any value may be unknown in a plan; none of it may become known by a guess, nor the reverse.
TEST(LifecycleTest, AnUnknownConfigurationIsPlannedAsUnknown) {
  FakeWorld world;
  for (const auto& resource : MakeResources()) {
    Object config;
    for (const Attribute& attribute : resource->schema().attributes) {
      config[attribute.name] =
          attribute.given == Attribute::Given::kComputed ? Value() : Value::Unknown();
    }
    Diagnostics diagnostics;
    CheckConfig(*resource, config, &diagnostics);
    EXPECT_EQ(ErrorsOf(diagnostics), "") << resource->type();
    for (const auto& [name, value] : PlanChange(*resource, nullptr, std::nullopt, config).planned) {
      EXPECT_TRUE(value.is_unknown()) << resource->type() << " " << name;
    }
    Object prior = ImportStub(*resource, "x", &diagnostics);
    const Plan update = PlanChange(*resource, nullptr, prior, config);
    for (const Attribute& attribute : resource->schema().attributes) {
      if (attribute.given == Attribute::Given::kComputed) continue;
      EXPECT_TRUE(update.planned.at(attribute.name).is_unknown()) << attribute.name;
    }
  }
}

TEST(LifecycleTest, NullInsideOfACollectionIsRefused) {
  for (const auto& resource : MakeResources()) {
    for (const Attribute& attribute : resource->schema().attributes) {
      const Type::Kind kind = attribute.type.kind();
      if (kind != Type::Kind::kMap && kind != Type::Kind::kSet) continue;
      const Value holed = kind == Type::Kind::kMap ? Value::OfMap({{"k", Value()}})
                                                   : Value::OfList({Value::Unknown(), Value()});
      EXPECT_TRUE(absl::StrContains(CheckErrors(*resource, {{attribute.name, holed}}),
                                    attribute.name + "` must not contain null"))
          << resource->type() << " " << attribute.name;
    }
  }
}

TEST(LifecycleTest, APlanIsTheSameEveryTime) {
  FakeWorld world;
  for (const auto& resource : MakeResources()) {
    Object config = Config(*resource, {{"name", Value::String("n")}});
    const Plan first = PlanChange(*resource, &world.client, std::nullopt, config);
    EXPECT_EQ(first.planned, PlanChange(*resource, &world.client, std::nullopt, config).planned);
  }
}

}  // namespace
}  // namespace nave::terraform
