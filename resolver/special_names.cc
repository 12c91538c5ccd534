#include "resolver/special_names.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "lib/base/check.h"
#include "lib/dns/reverse.h"

namespace nave::resolver {
namespace {

// RFC 6303 section 3 gives the SOA in full.
constexpr uint32_t kTtl = 10800;

struct Entry {
  const char* apex;
  const char* authority;
  bool is_delegated;
};

// What each RFC asks of a caching resolver, and by which words.
constexpr Entry kEntries[] = {
    {"localhost.", "RFC 6761 section 6.3", false},  // SHOULD answer with the loopback addresses.
    {"test.", "RFC 6761 section 6.2", false},       // SHOULD by default answer negatively.
    {"invalid.", "RFC 6761 section 6.4", false},    // SHOULD answer NXDOMAIN.
    {"local.", "RFC 6762 section 22.1", false},     // SHOULD answer NXDOMAIN.
    {"onion.", "RFC 7686 section 2", false},        // MUST answer NXDOMAIN.
    {"alt.", "RFC 9476 section 2", false},          // No significance in DNS: no need to look up.
    {"home.arpa.", "RFC 8375 section 4", true},     // MUST NOT be forwarded, but for DS.
};

struct ReverseEntry {
  const char* prefix;
  const char* authority;
};

constexpr ReverseEntry kReverseEntries[] = {
    {"10.0.0.0/8", "RFC 6303 section 4.1"},
    {"192.168.0.0/16", "RFC 6303 section 4.1"},
    {"0.0.0.0/8", "RFC 6303 section 4.2"},
    {"127.0.0.0/8", "RFC 6303 section 4.2"},
    {"169.254.0.0/16", "RFC 6303 section 4.2"},
    {"192.0.2.0/24", "RFC 6303 section 4.2"},
    {"198.51.100.0/24", "RFC 6303 section 4.2"},
    {"203.0.113.0/24", "RFC 6303 section 4.2"},
    {"255.255.255.255/32", "RFC 6303 section 4.2"},
    {"::/128", "RFC 6303 section 4.3"},
    {"::1/128", "RFC 6303 section 4.3"},
    {"fd00::/8", "RFC 6303 section 4.4"},
    {"fe80::/12", "RFC 6303 section 4.5"},
    {"fe90::/12", "RFC 6303 section 4.5"},
    {"fea0::/12", "RFC 6303 section 4.5"},
    {"feb0::/12", "RFC 6303 section 4.5"},
    {"2001:db8::/32", "RFC 6303 section 4.6"},
};

dns::Name NameOf(absl::string_view text) {
  const absl::StatusOr<dns::Name> name = dns::Name::FromText(text);
  NAVE_CHECK(name.ok());
  return *name;
}

dns::RRset MakeRRset(const dns::Name& owner, dns::RRType type, absl::string_view rdata) {
  dns::RRset rrset;
  rrset.owner = owner;
  rrset.type = type;
  rrset.ttl = kTtl;
  NAVE_CHECK(rrset.AddText(rdata).ok());
  return rrset;
}

// RFC 6761 section 6.3: every name at and below localhost has the loopback addresses.
void AddLoopback(const dns::Name& apex, std::vector<dns::RRset>* rrsets) {
  for (const dns::Name& owner : {apex, NameOf("*.localhost.")}) {
    rrsets->push_back(MakeRRset(owner, dns::RRType::kA, "127.0.0.1"));
    rrsets->push_back(MakeRRset(owner, dns::RRType::kAaaa, "::1"));
  }
}

class Table {
 public:
  Table() {
    for (const Entry& entry : kEntries) {
      Add(NameOf(entry.apex), entry.authority, entry.is_delegated);
    }
    for (const ReverseEntry& entry : kReverseEntries) AddReverse(entry.prefix, entry.authority);
    for (int i = 16; i < 32; ++i) {
      AddReverse(absl::StrCat("172.", i, ".0.0/16"), "RFC 6303 section 4.1");
    }
    for (int i = 64; i < 128; ++i) {
      AddReverse(absl::StrCat("100.", i, ".0.0/16"), "RFC 7793 section 2.1");
    }
    for (size_t i = 0; i < names_.size(); ++i) {
      const Suffixes apex(names_[i].zone->apex());
      top_labels_.insert(std::string(apex.suffix(1)));
      by_apex_.emplace(std::string(apex.whole()), i);
      max_labels_ = std::max(max_labels_, apex.label_count());
    }
  }

  const SpecialName* Find(const Suffixes& qname, int labels) const {
    if (labels == 0 || !top_labels_.contains(qname.suffix(1))) return nullptr;
    for (int depth = std::min(labels, max_labels_); depth > 0; --depth) {
      auto found = by_apex_.find(qname.suffix(depth));
      if (found != by_apex_.end()) return &names_[found->second];
    }
    return nullptr;
  }

  absl::Span<const SpecialName> names() const { return names_; }

 private:
  void AddReverse(absl::string_view prefix, absl::string_view authority) {
    const absl::StatusOr<dns::Name> apex = dns::ReverseZone(prefix);
    NAVE_CHECK(apex.ok());
    Add(*apex, authority, true);
  }

  void Add(const dns::Name& apex, absl::string_view authority, bool is_delegated) {
    std::vector<dns::RRset> rrsets;
    rrsets.push_back(
        MakeRRset(apex, dns::RRType::kSoa,
                  absl::StrCat(apex.ToText(), " nobody.invalid. 1 3600 1200 604800 ", kTtl)));
    rrsets.push_back(MakeRRset(apex, dns::RRType::kNs, apex.ToText()));
    if (apex == NameOf("localhost.")) AddLoopback(apex, &rrsets);
    for (const char* address : {"127.0.0.1", "::1"}) {
      // RFC 6303 section 4.2 leaves it to us; people look for it.
      const dns::Name owner = *dns::ReverseName(address);
      if (!owner.IsSubdomainOf(apex)) continue;
      rrsets.push_back(MakeRRset(owner, dns::RRType::kPtr, "localhost."));
    }
    auto zone = Zone::Make(absl::StrCat("built-in ", apex.ToText()), apex, std::move(rrsets));
    NAVE_CHECK(zone.ok());
    names_.push_back({*std::move(zone), authority, is_delegated});
  }

  std::vector<SpecialName> names_;
  // Which last labels occur at all: nearly every name ends the search here.
  absl::flat_hash_set<std::string> top_labels_;
  absl::flat_hash_map<std::string, size_t> by_apex_;
  int max_labels_ = 0;
};

const Table& TheTable() {
  static const Table* const table = new Table();
  return *table;
}

}  // namespace

const SpecialName* FindSpecialName(const Suffixes& qname, int labels) {
  return TheTable().Find(qname, labels);
}

absl::Span<const SpecialName> AllSpecialNames() { return TheTable().names(); }

}  // namespace nave::resolver
