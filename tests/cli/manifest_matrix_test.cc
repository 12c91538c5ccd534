// Every field that a manifest may have, of every kind, written in every wrong way: an error with
// its file and line, and what would be right. The cases come from the contracts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/errors.h"
#include "cli/manifest.h"

namespace nave::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using testing::HasSubstr;
using testing::StartsWith;

constexpr int kMaxDepth = 3;

// A field of a kind, and where it stands: `targets.port`.
struct Case {
  const Kind* kind;
  std::vector<const FieldDescriptor*> path;
};

void Collect(const Kind& kind, const Descriptor& message,
             const std::vector<const FieldDescriptor*>& above, std::vector<Case>* cases) {
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor* field = message.field(i);
    const bool hidden = RuleOf(*field).output_only() ||
                        (above.empty() && (field->name() == "name" || field->name() == "metadata"));
    if (hidden || field->is_map()) continue;
    std::vector<const FieldDescriptor*> path = above;
    path.push_back(field);
    cases->push_back({&kind, path});
    const Descriptor* inner = field->message_type();
    if (inner != nullptr && inner->name() != "Timestamp" && path.size() < kMaxDepth) {
      Collect(kind, *inner, path, cases);
    }
  }
}

std::vector<Case> AllCases() {
  std::vector<Case> cases;
  for (const Kind& kind : Kinds()) {
    if (kind.type != "Token") Collect(kind, *kind.message, {}, &cases);
  }
  return cases;
}

std::string TitleOf(const testing::TestParamInfo<Case>& info) {
  std::string title = info.param.kind->type;
  for (const FieldDescriptor* field : info.param.path) absl::StrAppend(&title, "_", field->name());
  return title;
}

class ManifestMatrixTest : public testing::TestWithParam<Case> {
 protected:
  const FieldDescriptor& field() const { return *GetParam().path.back(); }

  // A document whose last line, the `line_`-th, has the field under `name` with `value`.
  std::string Document(const std::string& name, const std::string& value) {
    std::string document =
        absl::StrCat("kind: ", GetParam().kind->type, "\nname: ", Name(), "\nspec:\n");
    line_ = 4;
    std::string indent = "  ";
    for (size_t i = 0; i + 1 < GetParam().path.size(); ++i, ++line_) {
      const FieldDescriptor& above = *GetParam().path[i];
      absl::StrAppend(&document, indent, above.name(), ":\n");
      indent += above.is_repeated() ? "- " : "  ";
    }
    return absl::StrCat(document, indent, name, ": ", value, "\n");
  }
  std::string Name() const {
    std::vector<std::string> parts = absl::StrSplit(GetParam().kind->pattern, '/');
    for (std::string& part : parts) {
      if (part.front() == '{') part = "x";
    }
    return absl::StrJoin(parts, "/");
  }
  void ExpectRefused(const std::string& name, const std::string& value, const std::string& why) {
    const std::string document = Document(name, value);
    const auto parsed = ParseManifest("m.yaml", document);
    ASSERT_EQ(kExitUsage, ExitCodeOf(parsed.status())) << document;
    EXPECT_THAT(std::string(parsed.status().message()), StartsWith(absl::StrCat("m.yaml:", line_)))
        << document;
    EXPECT_THAT(std::string(parsed.status().message()), HasSubstr(why)) << document;
  }

  int line_ = 0;
};

TEST_P(ManifestMatrixTest, TheNameMistyped) {
  ExpectRefused(field().name() + "x", "a", absl::StrCat("did you mean '", field().name(), "'?"));
}

TEST_P(ManifestMatrixTest, TheWrongShape) {
  if (field().is_repeated()) {
    ExpectRefused(field().name(), "a", "is a list, such as [a, b]");
    return;
  }
  const bool is_message =
      field().message_type() != nullptr && field().message_type()->name() != "Timestamp";
  ExpectRefused(field().name(), "[a, b]", is_message ? "expected here are fields" : "is one value");
  if (!is_message) ExpectRefused(field().name(), "{a: b}", "is one value");
}

TEST_P(ManifestMatrixTest, AValueOfTheWrongType) {
  const std::string value = field().is_repeated() ? "[here]" : "here";
  switch (field().cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
      ExpectRefused(field().name(), value, "is no whole number");
      ExpectRefused(field().name(), "99999999999999999999", "is no whole number");
      return;
    case FieldDescriptor::CPPTYPE_BOOL:
      return ExpectRefused(field().name(), value, "is true or false");
    case FieldDescriptor::CPPTYPE_ENUM:
      return ExpectRefused(field().name(), value, "is no value of");
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return ExpectRefused(field().name(), value,
                           field().message_type()->name() == "Timestamp"
                               ? "is no time"
                               : "expected here are fields");
    default:
      // Every text is one; its form is for the server to check, which knows it.
      EXPECT_TRUE(ParseManifest("m.yaml", Document(field().name(), value)).ok());
  }
}

INSTANTIATE_TEST_SUITE_P(All, ManifestMatrixTest, testing::ValuesIn(AllCases()), TitleOf);

}  // namespace
}  // namespace nave::cli
