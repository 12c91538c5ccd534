#include "resolver/identity.h"

#include <cstddef>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace nave::resolver {
namespace {

using dns::RRType;

// One <character-string>.
constexpr size_t kMaxText = 255;

struct IdentityName {
  absl::string_view wire;
  std::string Identity::*text;
};
constexpr IdentityName kNames[] = {
    {"\x02id\x06server", &Identity::node},
    {"\x08hostname\x04"
     "bind",
     &Identity::node},
    {"\x07version\x06server", &Identity::version},
    {"\x07version\x04"
     "bind",
     &Identity::version},
};

const std::string* FindText(const Query& query, const Identity& identity) {
  const RRType type = query.question.type;
  if (type != RRType::kTxt && type != RRType::kAny) return nullptr;
  absl::string_view wire = query.question.name.wire_view();
  // Without the root, which no literal can hold beside other octets.
  wire.remove_suffix(1);
  for (const IdentityName& name : kNames) {
    if (absl::EqualsIgnoreCase(wire, name.wire)) return &(identity.*name.text);
  }
  return nullptr;
}

}  // namespace

void AnswerIdentity(const Query& query, const Identity& identity, Answer* answer) {
  const std::string* text = FindText(query, identity);
  if (text == nullptr || text->empty()) {
    return answer->Fail(dns::Rcode::kRefused, dns::ExtendedErrorCode::kNotSupported,
                        "class CH is not served for this name and type");
  }
  const std::string told = text->substr(0, kMaxText);
  const std::string rdata = absl::StrCat(std::string(1, static_cast<char>(told.size())), told);
  answer->authoritative = true;
  answer->answers.push_back({query.question.name, RRType::kTxt, 0, answer->Keep({rdata})});
}

}  // namespace nave::resolver
