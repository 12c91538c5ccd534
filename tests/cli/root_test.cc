#include "cli/root.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "cli/errors.h"
#include "tests/testing/source_dir.h"

namespace nave::cli {
namespace {

using ::testing::HasSubstr;

class RootTest : public ::testing::Test {
 protected:
  absl::StatusOr<Line> Parse(const std::vector<std::string>& words) {
    chosen_ = Chosen();
    flags_ = RootFlags();
    root_ = MakeRoot(chosen_, flags_);
    return ParseLine(*root_, words);
  }
  std::string ErrorOf(const std::vector<std::string>& words) {
    const auto line = Parse(words);
    EXPECT_EQ(kExitUsage, ExitCodeOf(line.status()));
    return std::string(line.status().message());
  }

  Chosen chosen_;
  RootFlags flags_;
  std::unique_ptr<CLI::App> root_;
};

TEST_F(RootTest, GlobalFlagsStandBeforeOrBehindTheCommand) {
  ASSERT_TRUE(Parse({"-o", "json", "vpc", "list"}).ok());
  EXPECT_EQ(Form::kJson, flags_.form);
  ASSERT_TRUE(Parse({"vpc", "list", "--output", "NAME", "--context", "lab"}).ok());
  EXPECT_EQ(Form::kName, flags_.form);
  EXPECT_EQ("lab", flags_.context.context);
  EXPECT_NE(nullptr, chosen_.body);
}

TEST_F(RootTest, HelpIsOfTheCommandThatWasNamed) {
  const auto line = Parse({"zone", "records", "set", "--help"});
  ASSERT_TRUE(line.ok());
  EXPECT_THAT(line->text, HasSubstr("Creates an RRset, or replaces its TTL and values"));
  EXPECT_THAT(line->text, HasSubstr("Examples:"));
  EXPECT_THAT(Parse({"--version"})->text, HasSubstr("nave "));
}

TEST_F(RootTest, MistypedWordsAreAnsweredWithTheNearest) {
  EXPECT_EQ("'nave' takes no 'vpcc'; did you mean 'vpc'?; see `nave --help`",
            ErrorOf({"vpcc", "list"}));
  EXPECT_EQ("'nave vpc' takes no 'lst'; did you mean 'list'?; see `nave vpc --help`",
            ErrorOf({"vpc", "lst"}));
  EXPECT_EQ(
      "'nave vpc list' takes no '--acount'; did you mean '--account'?; see `nave vpc list "
      "--help`",
      ErrorOf({"vpc", "list", "--acount", "a"}));
}

TEST_F(RootTest, WhatIsMissingIsSaid) {
  EXPECT_THAT(ErrorOf({}), HasSubstr("'nave' needs one of apply, launch"));
  EXPECT_THAT(ErrorOf({"node"}), HasSubstr("'nave node' needs one of list, show, delete"));
  EXPECT_THAT(ErrorOf({"vpc", "show"}), HasSubstr("NAME is required; see `nave vpc show --help`"));
  EXPECT_THAT(ErrorOf({"vpc", "list", "-o", "xml"}), HasSubstr("see `nave vpc list --help`"));
}

// Below every command: `use(path, app)`.
template <typename Use>
void ForEachCommand(CLI::App& app, const std::string& path, const Use& use) {
  use(path, app);
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) {
    ForEachCommand(*command, path + " " + command->get_name(), use);
  }
}

TEST_F(RootTest, EveryCommandHasHelpAndEveryLeafAnExample) {
  const auto root = MakeRoot(chosen_, flags_);
  ForEachCommand(*root, "nave", [](const std::string& path, CLI::App& app) {
    EXPECT_FALSE(app.get_description().empty()) << path;
    const bool leaf = app.get_subcommands([](CLI::App*) { return true; }).empty();
    EXPECT_EQ(leaf, app.get_footer().find("Examples:") != std::string::npos) << path;
  });
}

// The flags of nouns come from the contracts, so that no search of the sources finds them.
TEST_F(RootTest, EveryCommandAndFlagIsInTheReference) {
  const std::string reference = testing::ReadSource("docs/reference/flags.md");
  ASSERT_THAT(reference, HasSubstr("## nave"));
  const auto root = MakeRoot(chosen_, flags_);
  std::set<std::string> missing;
  ForEachCommand(*root, "nave", [&](const std::string&, CLI::App& app) {
    for (const CLI::Option* option : app.get_options()) {
      for (const std::string& name : option->get_lnames()) {
        if (name == "help" || name == "help-all") continue;
        if (reference.find("`--" + name) == std::string::npos) missing.insert("--" + name);
      }
    }
  });
  EXPECT_THAT(missing, ::testing::IsEmpty());
}

TEST_F(RootTest, EveryNounIsInTheReference) {
  const std::string reference = testing::ReadSource("docs/reference/cli.md");
  const auto root = MakeRoot(chosen_, flags_);
  for (CLI::App* command : root->get_subcommands([](CLI::App*) { return true; })) {
    EXPECT_THAT(reference, HasSubstr("`" + command->get_name())) << command->get_name();
  }
}

}  // namespace
}  // namespace nave::cli
