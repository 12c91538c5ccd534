#include "resolver/delegation.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/hash/hash.h"
#include "lib/dns/rdata.h"
#include "lib/dns/wire_reader.h"

namespace nave::resolver {
namespace {

constexpr uint16_t kDnsPort = 53;
// Rules' groups are numbered from 1 up; delegations have the top bit.
constexpr uint64_t kDelegationBit = uint64_t{1} << 63;

const dns::RRset* FindAddresses(const View& view, const Zone& zone, const dns::Name& server,
                                dns::RRType type) {
  const Suffixes name(server);
  if (server.IsSubdomainOf(zone.apex())) {
    const ZoneNode* node = zone.FindNode(name.whole());
    if (node != nullptr && node->Find(type) != nullptr) return node->Find(type);
  }
  const Decision decision = view.Decide(name);
  if (decision.kind != Decision::Kind::kZone) return nullptr;
  const ZoneResult found = decision.zone->Lookup(name, type);
  return found.kind == ZoneResult::Kind::kAnswer ? found.rrset : nullptr;
}

}  // namespace

std::shared_ptr<const TargetGroup> MakeDelegationGroup(const View& view, const Zone& zone,
                                                       const dns::RRset& ns) {
  auto group = std::make_shared<TargetGroup>();
  group->name = zone.name();
  group->domain_name = ns.owner;
  group->recursion_desired = false;
  std::vector<net::Endpoint> endpoints;
  for (const absl::string_view rdata : ns.rdatas) {
    const std::optional<dns::Name> server = dns::RdataTarget(dns::RRType::kNs, rdata);
    if (!server.has_value()) continue;
    for (dns::RRType type : {dns::RRType::kA, dns::RRType::kAaaa}) {
      const dns::RRset* addresses = FindAddresses(view, zone, *server, type);
      if (addresses == nullptr) continue;
      for (const absl::string_view address : addresses->rdatas) {
        if (group->targets.size() >= kMaxTargetsPerGroup) break;
        Target target;
        target.endpoint = {net::IpAddress::FromBytes(dns::ToOctets(address)), kDnsPort};
        endpoints.push_back(target.endpoint);
        group->targets.push_back(target);
      }
    }
  }
  group->id = kDelegationBit | absl::HashOf(endpoints);
  return group;
}

}  // namespace nave::resolver
