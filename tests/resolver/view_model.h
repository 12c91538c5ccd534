// Who decides a name in a view, by reading product.md section 6 line by line over the messages of a
// snapshot: slow, without tables, and written without the resolver's own decision. Any thread.
#ifndef NAVE_TESTS_RESOLVER_VIEW_MODEL_H_
#define NAVE_TESTS_RESOLVER_VIEW_MODEL_H_

#include <string>
#include <vector>

#include "lib/dns/name.h"
#include "lib/dns/type.h"
#include "nave/resolver/v1/snapshot.pb.h"

namespace nave::resolver {

class ViewModel {
 public:
  // `state` outlives this; `view` is one of its views. `special` are suffixes that are never sent
  // to recursive resolvers; those in `delegated` have their DS above them.
  ViewModel(const v1::Snapshot& state, const std::string& view, std::vector<std::string> special,
            std::vector<std::string> delegated);

  // The resource of the zone or rule, `built-in SUFFIX`, the view's name for its recursive
  // resolvers, or nothing.
  std::string Decide(const dns::Name& qname, dns::RRType qtype, bool rd) const;
  // True if the decision leads to the view's recursive resolvers.
  bool IsRecursive(const std::string& decided) const;

 private:
  struct Decided {
    std::string resource;
    const v1::Zone* zone = nullptr;
    std::string special;
  };

  // Of the suffixes with at most `labels` labels, without the zones `absent`.
  Decided Among(const dns::Name& qname, int labels,
                const std::vector<const v1::Zone*>& absent) const;
  Decided ForType(const dns::Name& qname, dns::RRType qtype, bool rd,
                  const std::vector<const v1::Zone*>& absent) const;
  Decided Recurse(const dns::Name& qname, int labels, const v1::Rule* rule) const;

  std::vector<const v1::Zone*> zones_;
  std::vector<const v1::Rule*> rules_;
  const v1::View* view_ = nullptr;
  const std::vector<std::string> special_;
  const std::vector<std::string> delegated_;
};

// True if the zone's data says NXDOMAIN for the name (RFC 1034 section 4.3.2, RFC 4592).
bool SaysNxDomain(const v1::Zone& zone, const dns::Name& qname, dns::RRType qtype);

}  // namespace nave::resolver

#endif  // NAVE_TESTS_RESOLVER_VIEW_MODEL_H_
