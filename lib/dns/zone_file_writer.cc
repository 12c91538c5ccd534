#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/dns/zone_file.h"

namespace nave::dns {
namespace {

// SOA first: a reader that finds another record before it may refuse the file.
bool WrittenBefore(const RRset* a, const RRset* b) {
  const bool a_soa = a->type == RRType::kSoa, b_soa = b->type == RRType::kSoa;
  if (a_soa != b_soa) return a_soa;
  const int order = a->owner.Compare(b->owner);
  return order != 0 ? order < 0 : a->type < b->type;
}

}  // namespace

std::string WriteZoneFile(const Name& apex, absl::Span<const RRset> rrsets) {
  std::vector<const RRset*> sorted;
  sorted.reserve(rrsets.size());
  for (const RRset& rrset : rrsets) sorted.push_back(&rrset);
  std::stable_sort(sorted.begin(), sorted.end(), WrittenBefore);
  std::string text = absl::StrCat("$ORIGIN ", apex.ToText(), "\n");
  for (const RRset* rrset : sorted) absl::StrAppend(&text, rrset->ToText());
  return text;
}

}  // namespace nave::dns
