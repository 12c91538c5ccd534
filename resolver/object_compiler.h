// One object of `resolver/v1` into its compiled form: the leaves below SnapshotCompiler. Functions;
// any thread.
#ifndef NAVE_RESOLVER_OBJECT_COMPILER_H_
#define NAVE_RESOLVER_OBJECT_COMPILER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/net/prefix.h"
#include "nave/resolver/v1/snapshot.pb.h"
#include "resolver/interner.h"
#include "resolver/rule.h"
#include "resolver/target_group.h"
#include "resolver/zone.h"

namespace nave::resolver {

// Each: INVALID_ARGUMENT says what is wrong, without the object's name.
absl::StatusOr<std::shared_ptr<const Zone>> CompileZone(const v1::Zone& zone);
// `groups` gives a group its id: by all that can change an answer (targets, transports, sources).
absl::StatusOr<std::shared_ptr<const Rule>> CompileRule(const v1::Rule& rule, Interner* groups);
absl::StatusOr<std::vector<net::Prefix>> CompileNetworks(const v1::View& view);
// Null if the view has no recursive resolvers.
absl::StatusOr<std::shared_ptr<const TargetGroup>> CompileRecursive(const v1::View& view,
                                                                    Interner* groups);

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_OBJECT_COMPILER_H_
