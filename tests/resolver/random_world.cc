#include "tests/resolver/random_world.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/resolver/resolver_testing.h"

namespace nave::resolver {
namespace {

// Few labels, so that names meet.
constexpr const char* kLabels[] = {"a", "b", "c"};
constexpr const char* kTops[] = {"example.", "example.", "example.",         "example.",
                                 "net.",     "local.",   "10.in-addr.arpa.", "localhost."};
constexpr const char* kTypes[] = {"A",  "A",     "A",     "AAAA", "MX",  "TXT",
                                  "DS", "CNAME", "DNAME", "ANY",  "SOA", "NS"};

v1::RRset* AddRRset(const std::string& owner, const char* type, uint32_t ttl,
                    const std::vector<std::string>& rdatas, v1::Zone* zone) {
  v1::RRset* rrset = zone->add_rrsets();
  rrset->set_owner(owner);
  rrset->set_type(type);
  rrset->set_ttl(ttl);
  for (const std::string& rdata : rdatas) rrset->add_rdata(rdata);
  return rrset;
}

// Below a cut or a DNAME there are no data, and an owner has one kind of them.
bool Fits(const std::string& owner, bool ends_the_zone, const v1::Zone& zone) {
  const dns::Name name = N(owner);
  return std::none_of(zone.rrsets().begin(), zone.rrsets().end(), [&](const v1::RRset& rrset) {
    const dns::Name other = N(rrset.owner());
    const bool other_ends = rrset.type() == "DNAME" || rrset.type() == "NS";
    return other == name || (other_ends && name.IsSubdomainOf(other)) ||
           (ends_the_zone && other.IsSubdomainOf(name));
  });
}

}  // namespace

std::string RandomWorld::MakeName(int labels_max) {
  std::string name;
  for (int i = Below(labels_max + 1); i > 0; --i) absl::StrAppend(&name, kLabels[Below(3)], ".");
  return absl::StrCat(name, kTops[Below(8)]);
}

std::string RandomWorld::MakeSuffix() { return Chance(4) ? "." : MakeName(3); }

void RandomWorld::AddRecord(const std::string& owner, v1::Zone* zone) {
  const uint32_t ttl = static_cast<uint32_t>(Below(5) * 10);
  const int kind = Below(12);
  const bool ends_the_zone = kind >= 9;
  if (!Fits(owner, ends_the_zone, *zone) || (ends_the_zone && owner[0] == '*')) return;
  if (kind < 3) {
    AddRRset(owner, "A", ttl, {"192.0.2.1", "192.0.2.2"}, zone);
    if (kind == 0) AddRRset(owner, "AAAA", ttl, {"2001:db8::1"}, zone);
  } else if (kind < 5) {
    AddRRset(owner, "MX", ttl, {absl::StrCat("10 ", MakeName(3))}, zone);
  } else if (kind < 9) {
    if (owner == zone->apex()) return;
    AddRRset(owner, "CNAME", ttl, {MakeName(4)}, zone);
  } else if (kind == 9 || owner == zone->apex()) {
    AddRRset(owner, "DNAME", ttl, {MakeName(2)}, zone);
  } else {
    AddRRset(owner, "NS", ttl, {absl::StrCat("ns.", owner)}, zone);
    if (kind == 10) AddRRset(absl::StrCat("ns.", owner), "A", ttl, {"192.0.2.77"}, zone);
  }
}

void RandomWorld::AddRecords(v1::Zone* zone) {
  for (int i = Below(12); i > 0; --i) {
    std::string below;
    for (int labels = Below(4); labels > 0; --labels) {
      absl::StrAppend(&below, kLabels[Below(3)], ".");
    }
    AddRecord(absl::StrCat(Chance(15) ? "*." : "", below, zone->apex() == "." ? "" : zone->apex(),
                           below.empty() && zone->apex() == "." ? "." : ""),
              zone);
  }
}

v1::Snapshot RandomWorld::MakeState() {
  v1::Snapshot state;
  for (int i = 0; i < 6; ++i) {
    v1::Zone* zone = state.add_zones();
    zone->set_name(absl::StrCat("zones/", i));
    zone->set_apex(MakeName(3));
    zone->set_fallback_on_nxdomain(Chance(40));
    AddRecords(zone);
  }
  for (int i = 0; i < 8; ++i) {
    v1::Rule* rule = state.add_rules();
    rule->set_name(absl::StrCat("rules/", i));
    rule->set_domain_name(MakeSuffix());
    rule->set_kind(static_cast<v1::Rule::Kind>(1 + (Chance(50) ? 0 : Below(3))));
    if (rule->kind() != v1::Rule::FORWARD) continue;
    rule->add_targets()->set_address(absl::StrCat("198.51.100.", i));
  }
  v1::Listener* listener = state.add_listeners();
  listener->set_address("127.0.0.1:1");
  for (int i = 0; i < kViews; ++i) {
    v1::View* view = state.add_views();
    view->set_name(absl::StrCat("v", i));
    view->add_networks(absl::StrCat("10.", i, ".0.0/16"));
    listener->add_views(view->name());
    if (Chance(60)) view->add_recursive_resolvers(absl::StrCat("203.0.113.", i, ":53"));
    std::vector<dns::Name> apexes, domains;
    for (const v1::Zone& zone : state.zones()) {
      const dns::Name apex = N(zone.apex());
      if (Chance(40) || std::count(apexes.begin(), apexes.end(), apex) > 0) continue;
      apexes.push_back(apex);
      view->add_zones(zone.name());
    }
    for (const v1::Rule& rule : state.rules()) {
      const dns::Name domain = N(rule.domain_name());
      if (Chance(50) || std::count(domains.begin(), domains.end(), domain) > 0) continue;
      domains.push_back(domain);
      view->add_rules(rule.name());
    }
  }
  return state;
}

v1::Question RandomWorld::MakeQuestion() {
  v1::Question question;
  question.set_view(absl::StrCat("v", Below(kViews)));
  question.set_qname(absl::StrCat(Chance(3) ? "*." : "", MakeName(4)));
  question.set_qtype(kTypes[Below(12)]);
  question.set_no_recursion(Chance(20));
  question.set_dnssec_ok(Chance(30));
  question.set_checking_disabled(Chance(20));
  return question;
}

std::optional<dns::Message> RandomWorld::Reply(uint64_t seed, const dns::Question& question,
                                               bool* cacheable) {
  const std::string name = question.name.ToLower().ToText();
  for (const char c : absl::StrCat(name, " ", dns::RRTypeToText(question.type))) {
    seed = (seed ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  }
  RandomWorld random(seed);
  const uint32_t ttl = static_cast<uint32_t>(random.Below(4) * 2);
  *cacheable = ttl > 0;
  dns::Message reply =
      dns::MakeReply(dns::MakeQuery(1, question.name, question.type), dns::Rcode::kNoError);
  reply.header.ad = random.Chance(50);
  const auto add = [&](const std::string& text, std::vector<dns::ResourceRecord>* section) {
    for (const dns::RRset& rrset : ParseRecords({text})) {
      for (const auto& record : rrset.ToRecords()) section->push_back(record);
    }
  };
  const std::string soa = absl::StrCat(". ", ttl, " IN SOA ns. root. 1 2 3 4 ", ttl);
  switch (random.Below(10)) {
    case 0:
      *cacheable = true;
      return std::nullopt;
    case 1:
      *cacheable = true;
      reply.header.rcode = random.Chance(50) ? dns::Rcode::kServFail : dns::Rcode::kRefused;
      return reply;
    case 2:
      reply.header.rcode = dns::Rcode::kNxDomain;
      add(soa, &reply.authorities);
      return reply;
    case 3:
      add(soa, &reply.authorities);
      return reply;
    case 4:
      *cacheable = false;
      add(absl::StrCat(name, " 60 IN NS ns.", name), &reply.authorities);
      return reply;
    case 5:
    case 6:
    case 7: {
      const std::string target = random.MakeName(4);
      add(absl::StrCat(name, " ", ttl, " IN CNAME ", target), &reply.answers);
      if (random.Chance(50)) add(absl::StrCat(target, " 60 IN A 192.0.2.9"), &reply.answers);
      return reply;
    }
    default:
      // Of other types this is NODATA without SOA (RFC 2308 section 5).
      *cacheable &= question.type == dns::RRType::kA || question.type == dns::RRType::kAaaa ||
                    question.type == dns::RRType::kTxt || question.type == dns::RRType::kAny;
      add(absl::StrCat(name, " ", ttl, " IN A 192.0.2.8"), &reply.answers);
      add(absl::StrCat(name, " ", ttl, " IN AAAA 2001:db8::8"), &reply.answers);
      add(absl::StrCat(name, " ", ttl, " IN TXT \"t\""), &reply.answers);
      return reply;
  }
}

}  // namespace nave::resolver
