// Turns what the store holds into what resolvers serve: resolver/v1 objects, each with the revision
// that made it. Functions over a reader; any thread.
#ifndef NAVE_CATALOG_PUBLISH_COMPILER_H_
#define NAVE_CATALOG_PUBLISH_COMPILER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nave/resolver/v1/snapshot.pb.h"
#include "store/store.h"

namespace nave::catalog {

// A VPC as a view, with the zones that are ASSOCIATED with it and the rules that are not disabled;
// nullopt when there is no such VPC.
absl::StatusOr<std::optional<resolver::v1::View>> CompileView(store::Reader& reader,
                                                              const std::string& vpc);
// nullopt when there is no such rule, or it is disabled.
absl::StatusOr<std::optional<resolver::v1::Rule>> CompileRule(store::Reader& reader,
                                                              const std::string& rule);
// Who answers at an address, `192.0.2.1:53`; nullopt when nobody does.
absl::StatusOr<std::optional<resolver::v1::Listener>> CompileListener(store::Reader& reader,
                                                                      const std::string& address);
// A zone without its data; nullopt when there is no such zone.
absl::StatusOr<std::optional<resolver::v1::Zone>> CompileZone(store::Reader& reader,
                                                              const std::string& zone);
// An RRset by the name of its record set; nullopt when there is none.
absl::StatusOr<std::optional<resolver::v1::RRset>> CompileRRset(store::Reader& reader,
                                                                const std::string& record_set);

// A zone's data in pieces.
struct RRsetPage {
  std::vector<resolver::v1::RRset> rrsets;
  std::string next;  // the key to go on from; empty at the end
};
// The RRsets from the key `from` on (empty: from the first), until they have about `max_bytes`; at
// least one.
absl::StatusOr<RRsetPage> CompileRRsets(store::Reader& reader, const std::string& zone,
                                        const std::string& from, size_t max_bytes);

// The addresses at which a VPC's view answers: its resolver addresses and its inbound endpoints.
absl::StatusOr<std::vector<std::string>> ListenersOf(store::Reader& reader, const std::string& vpc);
// Every VPC that has a listener, in order.
absl::StatusOr<std::vector<std::string>> VpcsWithListeners(store::Reader& reader);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_PUBLISH_COMPILER_H_
