// A message in words, for people.
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "lib/dns/message.h"
#include "lib/dns/rdata.h"

namespace nave::dns {
namespace {

std::string FlagsText(const Header& header) {
  std::string text;
  const std::pair<bool, absl::string_view> flags[] = {
      {header.qr, " qr"}, {header.aa, " aa"}, {header.tc, " tc"}, {header.rd, " rd"},
      {header.ra, " ra"}, {header.ad, " ad"}, {header.cd, " cd"}};
  for (const auto& [set, name] : flags) {
    if (set) absl::StrAppend(&text, name);
  }
  return text;
}

void AppendEdns(const Edns& edns, std::string* text) {
  absl::StrAppend(text, ";; EDNS: version ", edns.version, ", flags", edns.dnssec_ok ? " do" : "",
                  ", udp ", edns.udp_payload_size, "\n");
  for (const EdnsOption& option : edns.options) {
    absl::StrAppend(text, ";; option ", static_cast<int>(option.code), ": ",
                    absl::BytesToHexString(option.data), "\n");
  }
  if (const std::optional<ExtendedError> error = edns.FindExtendedError(); error.has_value()) {
    absl::StrAppend(text, ";; EDE: ", static_cast<int>(error->code), " (",
                    ExtendedErrorName(error->code), ") ", Quote(error->text), "\n");
  }
}

void AppendSection(absl::string_view title, const std::vector<ResourceRecord>& section,
                   std::string* text) {
  if (section.empty()) return;
  absl::StrAppend(text, ";; ", title, "\n");
  for (const ResourceRecord& record : section) absl::StrAppend(text, record.ToText(), "\n");
}

}  // namespace

std::string ResourceRecord::ToText() const {
  return absl::StrCat(owner.ToText(), " ", ttl, " ", RRClassToText(rrclass), " ",
                      RRTypeToText(type), " ", RdataToText(type, rdata));
}

std::string Message::ToText() const {
  std::string text = absl::StrCat(";; ", OpcodeToText(header.opcode), " ", RcodeToText(FullRcode()),
                                  ", id ", header.id, ", flags", FlagsText(header), "\n");
  if (edns.has_value()) AppendEdns(*edns, &text);
  for (const Question& question : questions) {
    absl::StrAppend(&text, ";; QUESTION\n;", question.name.ToText(), " ",
                    RRClassToText(question.rrclass), " ", RRTypeToText(question.type), "\n");
  }
  AppendSection("ANSWER", answers, &text);
  AppendSection("AUTHORITY", authorities, &text);
  AppendSection("ADDITIONAL", additionals, &text);
  return text;
}

}  // namespace nave::dns
