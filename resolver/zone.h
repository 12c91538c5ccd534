// A private zone, compiled for lookups (RFC 1034 section 4.3.2, RFC 4592, RFC 6672; data-plane.md
// section 3). Immutable once made, shared by every view that has it; any thread may read.
#ifndef NAVE_RESOLVER_ZONE_H_
#define NAVE_RESOLVER_ZONE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "absl/hash/hash.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "lib/dns/name.h"
#include "lib/dns/rrset.h"
#include "lib/dns/type.h"
#include "resolver/suffixes.h"

namespace nave::resolver {

// All RRsets of one owner. An empty non-terminal has none (RFC 8020 section 1).
// Most have one, which then is in the node itself, and so is the owner's name.
struct ZoneNode {
  absl::InlinedVector<dns::RRset, 1> rrsets;
  // It is a NamedZoneNode, as all must be that ever were empty.
  const bool is_named = false;
  bool is_cut = false;  // NS below the apex.
  bool has_dname = false;
  bool has_wildcard_child = false;

  const dns::Name& owner() const;
  const dns::RRset* Find(dns::RRType type) const;
};

struct NamedZoneNode : ZoneNode {
  explicit NamedZoneNode(const dns::Name& owner) : ZoneNode{{}, true}, name(owner) {}

  const dns::Name name;
};

inline const dns::Name& ZoneNode::owner() const {
  return rrsets.empty() ? static_cast<const NamedZoneNode*>(this)->name : rrsets[0].owner;
}

// The outcome of one lookup. Pointers are valid while the zone lives.
struct ZoneResult {
  enum class Kind : uint8_t {
    kAnswer,    // `rrset` answers; for ANY, one RRset of the node (RFC 8482).
    kCname,     // `rrset` is a CNAME to follow.
    kDname,     // `rrset` is a DNAME above the qname.
    kReferral,  // `rrset` is the NS of a cut at or above the qname.
    kNoData,  // The name is there (an empty non-terminal, or a wildcard's match), the type is not.
    kNxDomain,  // The name is not there.
  };
  Kind kind = Kind::kNxDomain;
  const dns::RRset* rrset = nullptr;
  // The answer was made from a wildcard: its owner is the qname, not rrset->owner.
  bool from_wildcard = false;
};

class Zone {
 public:
  // A zone without SOA is given one. INVALID_ARGUMENT says which RRset is wrong: outside the apex,
  // two of one owner and type, CNAME beside other data.
  static absl::StatusOr<std::shared_ptr<const Zone>> Make(std::string name, const dns::Name& apex,
                                                          std::vector<dns::RRset> rrsets,
                                                          bool fallback_on_nxdomain = false);

  const std::string& name() const { return name_; }
  const dns::Name& apex() const { return apex_; }
  const dns::RRset& soa() const { return *soa_; }
  // For negative answers: the lesser of SOA's TTL and MINIMUM (RFC 2308 section 5).
  uint32_t negative_ttl() const { return negative_ttl_; }
  size_t rrset_count() const { return rrset_count_; }
  // For RD=1, a name that is not there is decided as if the zone were absent from the view.
  bool fallback_on_nxdomain() const { return fallback_on_nxdomain_; }

  // REQUIRES: qname is the apex or below it.
  ZoneResult Lookup(const Suffixes& qname, dns::RRType qtype) const;

  // The node with exactly this owner, cuts not regarded (for glue and additional data); or null.
  const ZoneNode* FindNode(absl::string_view lower_wire) const;
  const ZoneNode* FindNode(const dns::Name& owner) const;

 private:
  // Without a virtual destructor: there are many nodes.
  struct NodeDeleter {
    void operator()(ZoneNode* node) const {
      node->is_named ? delete static_cast<NamedZoneNode*>(node) : delete node;
    }
  };
  using NodePtr = std::unique_ptr<ZoneNode, NodeDeleter>;
  // By the owner in lower-case wire form. The octets are the node's, not a copy: there are many
  // nodes.
  struct OwnerHash {
    using is_transparent = void;
    size_t operator()(absl::string_view lower_wire) const {
      return absl::Hash<absl::string_view>()(lower_wire);
    }
    size_t operator()(const NodePtr& node) const;
  };
  struct OwnerEqual {
    using is_transparent = void;
    bool operator()(const NodePtr& node, absl::string_view lower_wire) const;
    bool operator()(const NodePtr& a, const NodePtr& b) const { return a->owner() == b->owner(); }
  };

  Zone(std::string name, const dns::Name& apex, bool fallback_on_nxdomain);
  // The node of the owner, and whether it was made for it, empty.
  std::pair<ZoneNode*, bool> GetNode(const dns::Name& owner);
  absl::Status Insert(dns::RRset rrset);
  absl::Status Finish();
  void AddEmptyNonTerminals();

  // What a node that is no cut (or is asked for its parent's data) has.
  ZoneResult AtNode(const ZoneNode& node, dns::RRType qtype) const;
  // The qname is not there, `encloser` is the closest one that is.
  ZoneResult AtWildcard(const ZoneNode& encloser, absl::string_view encloser_wire,
                        dns::RRType qtype) const;

  const std::string name_;
  const dns::Name apex_;
  const bool fallback_on_nxdomain_;
  absl::flat_hash_set<NodePtr, OwnerHash, OwnerEqual> nodes_;
  const ZoneNode* apex_node_ = nullptr;
  const dns::RRset* soa_ = nullptr;
  uint32_t negative_ttl_ = 0;
  size_t rrset_count_ = 0;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_ZONE_H_
