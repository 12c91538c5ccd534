#include "cli/root.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/errors.h"
#include "cli/names.h"
#include "cli/version.h"

namespace nave::cli {
namespace {

constexpr char kFooter[] =
    "The server, its CA and your token come from a context file (--config, NAVE_CONFIG, or\n"
    "~/.config/nave/config.yaml); naved writes the first one, admin.context.yaml, into its data\n"
    "directory.\n\n"
    "Exit status: 0 done, 1 refused or failed, 2 wrong usage, 3 no server or credential,\n"
    "4 done but not served in time.";

void AddRootFlags(CLI::App& root, RootFlags& flags) {
  root.add_option("--config", flags.context.config, "The file of contexts");
  root.add_option("--context", flags.context.context, "The context to use, instead of the current");
  root.add_option("--server", flags.context.server, "HOST:PORT of naved");
  root.add_option("--ca", flags.context.ca, "The certificate of the server's CA, PEM");
  root.add_option("--token", flags.context.token, "The token; NAVE_TOKEN keeps it out of ps");
  const std::map<std::string, Form> forms = {
      {"table", Form::kTable}, {"json", Form::kJson}, {"yaml", Form::kYaml}, {"name", Form::kName}};
  root.add_option("-o,--output", flags.form, "table, json, yaml or name")
      ->transform(CLI::Transformer(forms, CLI::ignore_case))
      ->option_text("FORM");
}

// The deepest command that was understood.
CLI::App& DeepestOf(CLI::App& root, std::string* path) {
  CLI::App* app = &root;
  *path = root.get_name();
  while (!app->get_subcommands().empty()) {
    app = app->get_subcommands()[0];
    absl::StrAppend(path, " ", app->get_name());
  }
  return *app;
}

std::vector<std::string> CommandsOf(CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

std::vector<std::string> FlagsOf(CLI::App& app, CLI::App& root) {
  std::vector<std::string> names;
  for (CLI::App* part : {&app, &root}) {
    for (const CLI::Option* option : part->get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

// What was meant by a word that nothing knows.
absl::Status Unknown(CLI::App& root, const std::string& error) {
  std::string path;
  CLI::App& app = DeepestOf(root, &path);
  const std::vector<std::string> commands = CommandsOf(app);
  const std::vector<std::string> left = root.remaining(/*recurse=*/true);
  std::string text = error;
  if (!left.empty()) {
    const bool is_flag = left[0].size() > 1 && left[0][0] == '-';
    text = absl::StrCat("'", path, "' takes no '", left[0], "'");
    const std::string nearest = NearestName(left[0], is_flag ? FlagsOf(app, root) : commands);
    if (!nearest.empty()) absl::StrAppend(&text, "; did you mean '", nearest, "'?");
  } else if (!commands.empty()) {
    text = absl::StrCat("'", path, "' needs one of ", absl::StrJoin(commands, ", "));
  }
  return UsageError(absl::StrCat(text, "; see `", path, " --help`"));
}

}  // namespace

std::unique_ptr<CLI::App> MakeRoot(Chosen& chosen, RootFlags& flags) {
  auto root = std::make_unique<CLI::App>("nave: DNS and accounts of many private networks", "nave");
  root->fallthrough();  // `nave vpc list -o json` as well as `nave -o json vpc list`
  root->footer(kFooter);
  root->require_subcommand(1);
  root->set_version_flag("--version", absl::StrCat("nave ", Version()), "Prints the version");
  AddRootFlags(*root, flags);
  AddApply(*root, chosen);
  AddProducts(*root, chosen);
  AddNouns(*root, chosen);
  AddZoneRecords(*root, chosen);
  AddLedgers(*root, chosen);
  AddExplain(*root, chosen);
  AddCache(*root, chosen);
  AddOperations(*root, chosen);
  AddEvents(*root, chosen);
  AddAdministration(*root, chosen);
  AddContexts(*root, chosen);
  return root;
}

absl::StatusOr<Line> ParseLine(CLI::App& root, const std::vector<std::string>& words) {
  // CLI11 takes the last word first.
  std::vector<std::string> reversed(words.rbegin(), words.rend());
  Line line;
  try {
    root.parse(reversed);
  } catch (const CLI::CallForVersion& version) {
    line.text = absl::StrCat(version.what(), "\n");
  } catch (const CLI::CallForHelp&) {
    line.text = root.help();
  } catch (const CLI::ExtrasError& error) {
    return Unknown(root, error.what());
  } catch (const CLI::ParseError& error) {
    std::string path;
    CLI::App& app = DeepestOf(root, &path);
    const bool required = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
    if (required && !CommandsOf(app).empty()) return Unknown(root, error.what());
    return UsageError(absl::StrCat(error.what(), "; see `", path, " --help`"));
  }
  return line;
}

}  // namespace nave::cli
