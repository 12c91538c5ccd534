// Where a query for a name goes on from a VPC's view or from a declared name server: one hop of the
// graph that rule_graph.h searches (product.md section 5). What decides is what resolvers decide
// (product.md section 6, View::Decide of the data plane), read from the store instead of a
// snapshot. Remembers what it has read: one object for one change. For the thread of the reader.
#ifndef NAVE_CATALOG_GOVERNANCE_FORWARDING_H_
#define NAVE_CATALOG_GOVERNANCE_FORWARDING_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "nave/dns/v1/name_server.pb.h"
#include "nave/dns/v1/rule.pb.h"
#include "store/store.h"

namespace nave::catalog {

// A way on: to a VPC or a declared name server, and for people by what.
struct Hop {
  std::string node;
  std::string by;
};

class Forwarding {
 public:
  // `reader` must outlive it, and what it reads must not change.
  explicit Forwarding(store::Reader& reader) : reader_(reader) {}

  // The ways that a query for `name` may take from `node`, a VPC or a name server. None when it is
  // answered there, or goes to somebody that is not known here.
  absl::StatusOr<std::vector<Hop>> HopsFrom(const std::string& node, const std::string& name);

  // The domain names at or below `suffix` at which the node decides anew.
  absl::StatusOr<std::vector<std::string>> DomainNamesOf(const std::string& node,
                                                         const std::string& suffix);

 private:
  // What a VPC has for exactly one domain name.
  struct Match {
    std::optional<dns::v1::Rule> rule;
    bool zone = false;
  };

  absl::StatusOr<const Match*> MatchAt(const std::string& vpc, const std::string& domain_name);
  absl::StatusOr<std::vector<Hop>> HopsFromVpc(const std::string& vpc, const std::string& name);
  absl::StatusOr<std::vector<Hop>> HopsFromNameServer(const std::string& name_server,
                                                      const std::string& name);
  absl::StatusOr<std::vector<Hop>> HopsOfRule(const dns::v1::Rule& rule);
  absl::StatusOr<std::vector<Hop>> RecursiveHops(const std::string& vpc);
  // Who answers at an address and port.
  absl::Status AddHopsAt(const std::string& address, const std::string& by, std::vector<Hop>* hops);
  absl::Status AddHopsTo(const std::string& endpoint, const std::string& by,
                         std::vector<Hop>* hops);
  absl::StatusOr<const dns::v1::NameServer*> NameServerAt(const std::string& name);

  store::Reader& reader_;
  std::map<std::pair<std::string, std::string>, Match> matches_;
  std::map<std::string, std::vector<Hop>> hops_of_rules_;
  std::map<std::string, std::vector<Hop>> recursive_hops_;
  std::map<std::string, dns::v1::NameServer> name_servers_;
};

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_GOVERNANCE_FORWARDING_H_
