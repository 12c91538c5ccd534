// What one VPC sees: its zones and rules in one table of suffixes, and the choice between them
// (product.md section 6, step 2). Immutable once made; any thread may read.
#ifndef NAVE_RESOLVER_VIEW_H_
#define NAVE_RESOLVER_VIEW_H_

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "lib/dns/name.h"
#include "lib/net/prefix.h"
#include "resolver/rule.h"
#include "resolver/special_names.h"
#include "resolver/suffixes.h"
#include "resolver/zone.h"

namespace nave::resolver {

// What decides a name.
struct Decision {
  enum class Kind : uint8_t {
    kNone,       // Nothing matched and there are no recursive resolvers: REFUSED.
    kZone,       // `zone` answers.
    kForward,    // `rule` forwards to `group`.
    kRecursive,  // The view's recursive resolvers, in `group`; `rule` if a RECURSIVE rule said so.
  };
  Kind kind = Kind::kNone;
  const Zone* zone = nullptr;
  const Rule* rule = nullptr;
  const std::shared_ptr<const TargetGroup>* group = nullptr;
  // The SYSTEM rule that took the name out of wider FORWARD rules, if one did.
  const Rule* system_rule = nullptr;
  // `zone` is built in: the recursive resolvers would decide, but are never asked for such names.
  const SpecialName* special = nullptr;

  // True if both come from one object: a chain need not be cut between them.
  bool SameOwner(const Decision& other) const {
    return kind == other.kind && zone == other.zone && rule == other.rule;
  }
};

class View {
 public:
  // `id` is never used again for another view; it is part of the cache's key. A null `recursive`
  // means none. REQUIRES: no two zones with one apex, no two rules with one domain name.
  View(uint64_t id, std::string name, std::vector<net::Prefix> networks,
       std::vector<std::shared_ptr<const Zone>> zones,
       std::vector<std::shared_ptr<const Rule>> rules,
       std::shared_ptr<const TargetGroup> recursive);

  uint64_t id() const { return id_; }
  // Of this object alone, in the whole process: what was true of a view with another one may not be
  // true of this.
  uint64_t serial() const { return serial_; }
  const std::string& name() const { return name_; }
  const std::vector<net::Prefix>& networks() const { return networks_; }
  const std::vector<std::shared_ptr<const Zone>>& zones() const { return zones_; }
  const std::vector<std::shared_ptr<const Rule>>& rules() const { return rules_; }
  // Null if there are none.
  const std::shared_ptr<const TargetGroup>& recursive() const { return recursive_; }

  // For zones of every length.
  static constexpr int kAllZones = dns::kMaxLabels + 1;

  // The zone or rule with the longest suffix of the name; for one suffix the rule. A SYSTEM rule
  // takes its name out of wider FORWARD rules, and no more: a narrower FORWARD rule, a zone and a
  // RECURSIVE rule decide as without it. Special names (special_names.h) are kept from the
  // recursive resolvers unless a RECURSIVE rule is about them. What it points to is valid while the
  // view lives.
  Decision Decide(const Suffixes& qname) const { return DecideBelow(qname, qname.label_count()); }
  // As if the name had only its last `labels` labels (who is the parent of a zone, for DS), and as
  // if the zones with `zone_labels_end` labels and more were absent (for fallback_on_nxdomain).
  Decision DecideBelow(const Suffixes& qname, int labels, int zone_labels_end = kAllZones) const;

  // The zone and the rule of one suffix; null for what there is not.
  struct Match {
    const Zone* zone = nullptr;
    const Rule* rule = nullptr;
  };
  // REQUIRES: 0 <= labels <= qname.label_count().
  Match Find(const Suffixes& qname, int labels) const;

 private:
  // Nothing decides but the recursive resolvers, by `rule` if a RECURSIVE one says so.
  Decision Recurse(const Suffixes& qname, int labels, const Rule* rule,
                   const Rule* system_rule) const;

  const uint64_t id_;
  const uint64_t serial_;
  const std::string name_;
  const std::vector<net::Prefix> networks_;
  const std::vector<std::shared_ptr<const Zone>> zones_;
  const std::vector<std::shared_ptr<const Rule>> rules_;
  const std::shared_ptr<const TargetGroup> recursive_;
  // `name` in lower-case wire form: its own octets, or a copy of ours.
  absl::string_view LowerWire(const dns::Name& name);

  // By suffix in lower-case wire form, the octets of the zone's or the rule's own name: a view has
  // many zones, and many views have a zone.
  absl::flat_hash_map<absl::string_view, Match> matches_;
  // Of the few names that are not in lower case.
  std::vector<std::unique_ptr<const std::string>> lowered_;
  // Label counts that occur among the suffixes: only these are probed.
  std::bitset<dns::kMaxLabels + 1> depths_;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_VIEW_H_
