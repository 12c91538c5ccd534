// Which replies of a cache are meant (`CacheSelector` of resolver/v1, compiled against a snapshot).
// A value; any thread.
#ifndef NAVE_RESOLVER_CACHE_SELECTION_H_
#define NAVE_RESOLVER_CACHE_SELECTION_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "lib/dns/name.h"
#include "nave/resolver/v1/cache.pb.h"
#include "resolver/cache.h"
#include "resolver/reply.h"
#include "resolver/snapshot.h"

namespace nave::resolver {

struct CacheSelection {
  // By their ids; not set: all.
  std::optional<uint64_t> view;
  std::optional<absl::flat_hash_set<uint64_t>> groups;
  // Not set: every name.
  std::optional<dns::Name> name;
  // `name` stands for all that is below it, too.
  bool with_subdomains = false;

  // Whether `reply`, cached under `key`, says anything of a name that is meant. An NXDOMAIN speaks
  // of all names below its own (RFC 8020).
  bool Includes(const CacheKey& key, const Reply& reply) const;

 private:
  bool IncludesName(const dns::Name& other) const;
};

// Null for no name; NOT_FOUND for a view that is not there.
absl::StatusOr<const View*> ViewNamed(const std::string& name, const Snapshot& snapshot);

// NOT_FOUND for a view that is not there; a rule that no view has selects nothing. INVALID_ARGUMENT
// for a malformed name.
absl::StatusOr<CacheSelection> CompileSelection(const v1::CacheSelector& selector,
                                                const Snapshot& snapshot);

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_CACHE_SELECTION_H_
