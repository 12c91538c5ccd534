#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/dns/lexer.h"
#include "lib/dns/rdata.h"
#include "lib/dns/zone_file.h"

namespace nave::dns {
namespace {

absl::Status AtLine(int line, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat("line ", line, ": ", status.message()));
}

// One pass over a file; what RFC 1035 section 5.1 lets a line leave out is remembered here.
class ZoneFileReader {
 public:
  explicit ZoneFileReader(const ZoneFileOptions& options)
      : options_(options), origin_(options.origin) {}

  absl::StatusOr<ZoneFile> Read(absl::string_view text) {
    Lexer lexer(text, kMaxTokensPerEntry);
    Entry entry;
    while (true) {
      const absl::StatusOr<bool> found = lexer.Next(&entry);
      if (!found.ok()) return AtLine(lexer.line(), found.status());
      if (!*found) return std::move(file_);
      line_ = entry.line;
      const absl::Status status = ReadEntry(entry);
      if (!status.ok()) return AtLine(line_, status);
    }
  }

 private:
  absl::Status ReadEntry(const Entry& entry) {
    const Token& first = entry.tokens[0];
    if (!first.quoted && absl::StartsWith(first.text, "$")) return ReadDirective(entry.tokens);
    return ReadRecord(entry);
  }

  absl::Status ReadDirective(const std::vector<Token>& tokens) {
    const std::string name = absl::AsciiStrToUpper(tokens[0].text);
    if (name == "$INCLUDE" || name == "$GENERATE") {
      return absl::InvalidArgumentError(
          absl::StrCat(name, " is not supported: write the records into this file"));
    }
    if (name != "$ORIGIN" && name != "$TTL") {
      return absl::InvalidArgumentError(absl::StrCat("unknown directive ", name));
    }
    if (tokens.size() != 2)
      return absl::InvalidArgumentError(absl::StrCat(name, " needs one value"));
    return name == "$TTL" ? SetDefaultTtl(tokens[1].text) : SetOrigin(tokens[1].text);
  }

  absl::Status SetDefaultTtl(absl::string_view text) {
    default_ttl_ = ParseTtl(text);
    if (default_ttl_.has_value()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is not a TTL"));
  }

  absl::Status SetOrigin(absl::string_view text) {
    const absl::StatusOr<Name> origin = Name::FromText(text, origin_);
    if (!origin.ok()) return origin.status();
    origin_ = *origin;
    return absl::OkStatus();
  }

  absl::Status ReadRecord(const Entry& entry) {
    absl::Span<const Token> tokens = entry.tokens;
    if (!entry.leading_space) {
      const absl::StatusOr<Name> owner = Name::FromText(tokens[0].text, origin_);
      if (!owner.ok()) return owner.status();
      owner_ = *owner;
      tokens.remove_prefix(1);
    } else if (!owner_.has_value()) {
      return absl::InvalidArgumentError("the first record has no owner");
    }
    std::optional<uint32_t> ttl;
    if (absl::Status status = ReadTtlAndClass(&tokens, &ttl); !status.ok()) return status;
    if (tokens.empty()) return absl::InvalidArgumentError("the record has no type");
    const std::optional<RRType> type = RRTypeFromText(tokens[0].text);
    if (!type.has_value()) {
      return absl::InvalidArgumentError(absl::StrCat("\"", tokens[0].text, "\" is not a type"));
    }
    absl::StatusOr<std::string> rdata = RdataFromTokens(*type, tokens.subspan(1), origin_);
    if (!rdata.ok()) return rdata.status();
    return AddRecord(*type, ttl, *std::move(rdata));
  }

  // Both may be left out, and come in any order (RFC 1035 section 5.1).
  absl::Status ReadTtlAndClass(absl::Span<const Token>* tokens, std::optional<uint32_t>* ttl) {
    bool has_class = false;
    while (!tokens->empty()) {
      const absl::string_view word = tokens->front().text;
      const std::optional<RRClass> rrclass = RRClassFromText(word);
      if (!has_class && rrclass.has_value()) {
        has_class = true;
        if (*rrclass != RRClass::kIn) {
          return absl::InvalidArgumentError(
              absl::StrCat("class ", word, " is not served, only IN"));
        }
      } else if (!ttl->has_value() && !word.empty() && absl::ascii_isdigit(word[0])) {
        *ttl = ParseTtl(word);
        if (!ttl->has_value()) {
          return absl::InvalidArgumentError(absl::StrCat("\"", word, "\" is not a TTL"));
        }
      } else {
        break;
      }
      tokens->remove_prefix(1);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<uint32_t> ChooseTtl(RRType type, std::optional<uint32_t> ttl,
                                     absl::string_view rdata) {
    if (ttl.has_value()) last_ttl_ = ttl;
    if (ttl.has_value()) return *ttl;
    // RFC 2308 section 4: $TTL before what an earlier line said.
    if (default_ttl_.has_value()) return *default_ttl_;
    if (last_ttl_.has_value()) return *last_ttl_;
    if (options_.default_ttl.has_value()) return *options_.default_ttl;
    if (type == RRType::kSoa) {
      const std::optional<Soa> soa = ParseSoa(rdata);
      if (soa.has_value()) last_ttl_ = std::min(soa->minimum_seconds, kMaxTtlSeconds);
    }
    if (last_ttl_.has_value()) return *last_ttl_;
    return absl::InvalidArgumentError("the record has no TTL; put $TTL at the top of the file");
  }

  absl::Status AddRecord(RRType type, std::optional<uint32_t> given_ttl, std::string rdata) {
    const absl::StatusOr<uint32_t> ttl = ChooseTtl(type, given_ttl, rdata);
    if (!ttl.ok()) return ttl.status();
    if (++records_ > options_.max_records) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the file has more than ", options_.max_records, " records"));
    }
    const auto [found, fresh] =
        index_.try_emplace(std::make_pair(*owner_, type), file_.rrsets.size());
    if (fresh) {
      file_.rrsets.push_back({*owner_, type, RRClass::kIn, *ttl, {}});
      first_lines_.push_back(line_);
    }
    RRset& rrset = file_.rrsets[found->second];
    if (rrset.ttl != *ttl) {
      if (options_.refuse_mixed_ttls && type != RRType::kRrsig) {
        return MixedTtls(rrset, *ttl, first_lines_[found->second]);
      }
      rrset.ttl = std::min(rrset.ttl, *ttl);
      Warn(rrset, absl::StrCat("different TTLs; the smallest, ", rrset.ttl, ", is used"));
    }
    if (!seen_.emplace(found->second, CanonicalRdata(type, rdata)).second) {
      Warn(rrset, "the same record again, left out");
      return absl::OkStatus();
    }
    if (rrset.rdatas.size() == kMaxRdatasPerRRset) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the RRset has more than ", kMaxRdatasPerRRset, " records"));
    }
    rrset.rdatas.push_back(rdata);
    return absl::OkStatus();
  }

  static absl::Status MixedTtls(const RRset& rrset, uint32_t ttl, int first_line) {
    return absl::InvalidArgumentError(absl::StrCat(
        rrset.owner.ToText(), " ", RRTypeToText(rrset.type), ": the TTL ", ttl, " differs from ",
        rrset.ttl, " at line ", first_line, "; an RRset has one (RFC 2181 section 5.2)"));
  }

  void Warn(const RRset& rrset, absl::string_view what) {
    if (file_.warnings.size() == kMaxZoneFileWarnings) return;
    file_.warnings.push_back(absl::StrCat("line ", line_, ": ", rrset.owner.ToText(), " ",
                                          RRTypeToText(rrset.type), ": ", what));
  }

  const ZoneFileOptions& options_;
  Name origin_;
  std::optional<Name> owner_;
  std::optional<uint32_t> default_ttl_;
  std::optional<uint32_t> last_ttl_;
  int line_ = 0;
  size_t records_ = 0;
  absl::flat_hash_map<std::pair<Name, RRType>, size_t> index_;
  absl::flat_hash_set<std::pair<size_t, std::string>> seen_;
  ZoneFile file_;
  std::vector<int> first_lines_;  // of each RRset of the file
};

// Seconds of a unit letter, 0 for none.
uint64_t UnitSeconds(char unit) {
  switch (absl::ascii_tolower(unit)) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3600;
    case 'd':
      return 86400;
    case 'w':
      return 604800;
    default:
      return 0;
  }
}

}  // namespace

absl::StatusOr<ZoneFile> ReadZoneFile(absl::string_view text, const ZoneFileOptions& options) {
  if (text.size() > options.max_size) {
    return absl::ResourceExhaustedError(absl::StrCat("the zone file has ", text.size(),
                                                     " octets; the bound is ", options.max_size));
  }
  return ZoneFileReader(options).Read(text);
}

std::optional<uint32_t> ParseTtl(absl::string_view text) {
  uint64_t total = 0, number = 0;
  bool digits = false, units = false;
  for (const char c : text) {
    if (absl::ascii_isdigit(c)) {
      number = number * 10 + (c - '0');
      digits = true;
    } else {
      const uint64_t unit = UnitSeconds(c);
      if (unit == 0 || !digits) return std::nullopt;
      total += number * unit;
      number = 0;
      digits = false;
      units = true;
    }
    if (number > kMaxTtlSeconds || total > kMaxTtlSeconds) return std::nullopt;
  }
  // "1h30" leaves open what the 30 are.
  if (digits == units) return std::nullopt;
  total += number;
  if (total > kMaxTtlSeconds) return std::nullopt;
  return static_cast<uint32_t>(total);
}

}  // namespace nave::dns
