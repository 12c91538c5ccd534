#include "cli/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/errors.h"
#include "nave/governance/v1/vpc.pb.h"
#include "tests/testing/temp_dir.h"

namespace nave::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string ErrorOf(const std::string& text) {
  const auto documents = ParseManifest("m.yaml", text);
  EXPECT_EQ(kExitUsage, ExitCodeOf(documents.status())) << text;
  return std::string(documents.status().message());
}

std::vector<std::string> NamesOf(const std::vector<Document>& documents) {
  std::vector<std::string> names;
  for (const Document& document : documents) names.push_back(NameOf(*document.resource));
  return names;
}

std::vector<std::string> Sorted(const std::string& text) {
  auto documents = ParseManifest("m.yaml", text);
  EXPECT_TRUE(documents.ok()) << documents.status();
  const absl::Status status = SortByDependency(&*documents);
  EXPECT_TRUE(status.ok()) << status;
  return NamesOf(*documents);
}

TEST(ManifestTest, ADocumentHasKindNameSpecAndLabels) {
  const auto documents = ParseManifest("m.yaml",
                                       "# comment\n"
                                       "kind: Vpc\n"
                                       "name: accounts/a/vpcs/v\n"
                                       "spec: {cidrs: [10.0.0.0/8]}\n"
                                       "labels: {team: web}\n"
                                       "---\n"
                                       "kind: Account\n"
                                       "name: accounts/a\n"
                                       "---\n");
  ASSERT_TRUE(documents.ok()) << documents.status();
  ASSERT_EQ(2u, documents->size());
  const Document& first = (*documents)[0];
  const auto& vpc = static_cast<const governance::v1::Vpc&>(*first.resource);
  EXPECT_THAT(vpc.cidrs(), ElementsAre("10.0.0.0/8"));
  EXPECT_EQ("web", vpc.metadata().labels().at("team"));
  EXPECT_THAT(first.fields, ElementsAre("cidrs", "metadata.labels"));
  EXPECT_EQ("m.yaml:2: Vpc accounts/a/vpcs/v", first.Where());
}

TEST(ManifestTest, MistakesNameFileLineAndNearestWord) {
  EXPECT_EQ("m.yaml:1: unknown kind 'VPC'; did you mean 'Vpc'?",
            ErrorOf("kind: VPC\nname: accounts/a/vpcs/v\n"));
  EXPECT_EQ("m.yaml:3: a document has no 'specs'; did you mean 'spec'?",
            ErrorOf("kind: Vpc\nname: accounts/a/vpcs/v\nspecs: {}\n"));
  EXPECT_EQ("m.yaml:1: the document has no 'kind'", ErrorOf("name: accounts/a\n"));
  EXPECT_EQ("m.yaml:1: the document has no 'name'; it has the form accounts/{account}",
            ErrorOf("kind: Account\n"));
  EXPECT_THAT(ErrorOf("kind: Vpc\nname: accounts/a\n"),
              HasSubstr("m.yaml:2: the name 'accounts/a' must have the form"));
  EXPECT_THAT(ErrorOf("kind: Vpc\nname: v\n"), HasSubstr("'v' needs --account, or the whole name"));
  EXPECT_EQ("m.yaml:1: a document has kind, name and spec", ErrorOf("- a\n"));
  EXPECT_EQ("m.yaml:3: 'name' stands here twice",
            ErrorOf("kind: Account\nname: accounts/a\nname: accounts/b\n"));
  EXPECT_THAT(ErrorOf("kind: Token\nname: tokens/t\n"), HasSubstr("unknown kind 'Token'"));
  EXPECT_THAT(ErrorOf("kind: Account\nname: accounts/a\ndepends_on: x\n"),
              HasSubstr("m.yaml:3: depends_on is a list of names"));
  EXPECT_THAT(ErrorOf("kind: Account\nname: accounts/a\nlabels: [x]\n"), HasSubstr("is a map"));
}

TEST(ManifestTest, WhatIsNamedComesFirst) {
  EXPECT_THAT(Sorted("kind: OrganizationalUnit\nname: organizationalUnits/child\n"
                     "spec: {parent_unit: organizationalUnits/parent}\n---\n"
                     "kind: OrganizationalUnit\nname: organizationalUnits/parent\n"),
              ElementsAre("organizationalUnits/parent", "organizationalUnits/child"));
}

TEST(ManifestTest, WhatStandsAboveComesFirst) {
  EXPECT_THAT(
      Sorted("kind: RecordSet\nname: accounts/a/zones/z/recordSets/www.example.com./A\n---\n"
             "kind: Zone\nname: accounts/a/zones/z\n---\n"
             "kind: NamespaceGrant\nname: namespaceGrants/a\nspec: {grantee: accounts/a}\n---\n"
             "kind: Account\nname: accounts/a\n"),
      ElementsAre("accounts/a", "namespaceGrants/a", "accounts/a/zones/z",
                  "accounts/a/zones/z/recordSets/www.example.com./A"));
}

TEST(ManifestTest, ASharedRuleIsSharedBeforeItIsUsed) {
  EXPECT_THAT(
      Sorted("kind: RuleAssociation\nname: accounts/b/ruleAssociations/x\n"
             "spec: {rule: accounts/a/rules/r, vpc: accounts/b/vpcs/v}\n---\n"
             "kind: Share\nname: accounts/a/shares/r\n"
             "spec: {resource: accounts/a/rules/r, principal: accounts/b}\n---\n"
             "kind: Rule\nname: accounts/a/rules/r\n"),
      ElementsAre("accounts/a/rules/r", "accounts/a/shares/r", "accounts/b/ruleAssociations/x"));
}

TEST(ManifestTest, DependsOnDecidesWhereNothingElseDoes) {
  EXPECT_THAT(Sorted("kind: Account\nname: accounts/a\ndepends_on: [accounts/b]\n---\n"
                     "kind: Account\nname: accounts/b\n"),
              ElementsAre("accounts/b", "accounts/a"));
}

TEST(ManifestTest, OtherwiseTheOrderOfTheFileStays) {
  EXPECT_THAT(Sorted("kind: Account\nname: accounts/b\n---\nkind: Account\nname: accounts/a\n"),
              ElementsAre("accounts/b", "accounts/a"));
}

TEST(ManifestTest, ACircleIsRefused) {
  auto documents = ParseManifest("m.yaml",
                                 "kind: Account\nname: accounts/a\ndepends_on: [accounts/b]\n---\n"
                                 "kind: Account\nname: accounts/b\ndepends_on: [accounts/a]\n");
  ASSERT_TRUE(documents.ok());
  EXPECT_THAT(std::string(SortByDependency(&*documents).message()),
              HasSubstr("depend on each other"));
}

TEST(ManifestTest, AnUnknownDependencyIsRefused) {
  auto documents = ParseManifest("m.yaml",
                                 "kind: Account\nname: accounts/spoke1\n---\n"
                                 "kind: Account\nname: accounts/a\ndepends_on: [accounts/spok1]\n");
  ASSERT_TRUE(documents.ok());
  EXPECT_EQ(
      "m.yaml:4: depends_on: no document is named 'accounts/spok1'; did you mean "
      "'accounts/spoke1'?",
      std::string(SortByDependency(&*documents).message()));
}

// The search keeps its own stack.
TEST(ManifestTest, ALongChainIsSorted) {
  constexpr int kLength = 20000;
  std::string text;
  for (int i = 0; i < kLength; ++i) {
    text += "kind: Account\nname: accounts/a" + std::to_string(i) + "\n";
    if (i + 1 < kLength) text += "depends_on: [accounts/a" + std::to_string(i + 1) + "]\n";
    text += "---\n";
  }
  const std::vector<std::string> sorted = Sorted(text);
  ASSERT_EQ(kLength, static_cast<int>(sorted.size()));
  EXPECT_EQ("accounts/a19999", sorted.front());
  EXPECT_EQ("accounts/a0", sorted.back());
}

class ManifestFilesTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = directory_.path() + "/" + name;
    std::ofstream(path) << text;
    return path;
  }
  testing::TempDir directory_;
  std::istringstream input_;
};

TEST_F(ManifestFilesTest, ADirectoryIsItsYamlFilesInTheOrderOfTheirNames) {
  Write("b.yml", "kind: Account\nname: accounts/b\n");
  Write("a.yaml", "kind: Account\nname: accounts/a\n");
  Write("notes.txt", "not yaml: [");
  const auto documents = ReadManifests({directory_.path()}, input_);
  ASSERT_TRUE(documents.ok()) << documents.status();
  EXPECT_THAT(NamesOf(*documents), ElementsAre("accounts/a", "accounts/b"));
}

TEST_F(ManifestFilesTest, StandardInputIsAFileToo) {
  input_.str("kind: Account\nname: accounts/a\n");
  const auto documents = ReadManifests({"-"}, input_);
  ASSERT_TRUE(documents.ok()) << documents.status();
  EXPECT_EQ("standard input:1: Account accounts/a", (*documents)[0].Where());
}

TEST_F(ManifestFilesTest, ANameThatStandsTwiceIsRefused) {
  const std::string a = Write("a.yaml", "kind: Account\nname: accounts/a\n");
  const std::string b = Write("b.yaml", "\nkind: Account\nname: accounts/a\n");
  EXPECT_EQ(b + ":2: 'accounts/a' stands at " + a + ":1 too",
            std::string(ReadManifests({a, b}, input_).status().message()));
}

TEST_F(ManifestFilesTest, WhatCannotBeReadIsSaid) {
  EXPECT_THAT(std::string(ReadManifests({directory_.path()}, input_).status().message()),
              HasSubstr("holds no *.yaml"));
  EXPECT_THAT(std::string(ReadManifests({directory_.path() + "/x"}, input_).status().message()),
              HasSubstr("cannot read"));
  const std::string large = Write("large.yaml", std::string(kMaxManifestBytes + 1, '#'));
  EXPECT_THAT(std::string(ReadManifests({large}, input_).status().message()),
              HasSubstr("split it into several files"));
}

}  // namespace
}  // namespace nave::cli
