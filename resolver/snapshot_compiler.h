// Turns the objects of `resolver/v1` into a Snapshot (data-plane.md section 1). Keeps what it made,
// so that a change compiles the objects that changed and no others: what did not change costs a
// comparison of pointers. One thread at a time.
#ifndef NAVE_RESOLVER_SNAPSHOT_COMPILER_H_
#define NAVE_RESOLVER_SNAPSHOT_COMPILER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "resolver/interner.h"
#include "resolver/snapshot.h"
#include "resolver/state.h"

namespace nave::resolver {

class SnapshotCompiler {
 public:
  // Views behind one listener.
  static constexpr int kMaxViewsPerListener = 100000;

  // INVALID_ARGUMENT names the object and what is wrong with it: a text that cannot be read, a name
  // that nothing has, two zones with one apex or two rules with one domain name in a view, two
  // views with one network behind a listener, a FORWARD rule without targets. Nothing of a refused
  // state is kept.
  absl::StatusOr<std::shared_ptr<const Snapshot>> Compile(const State& state);

 private:
  // What an object of the state became. The source is held, so that its address stays its own.
  template <typename Source, typename Product>
  struct Compiled {
    std::shared_ptr<const Source> source;
    std::shared_ptr<const Product> product;
  };
  // In order of their names.
  template <typename Source, typename Product>
  using Products = absl::btree_map<std::string, Compiled<Source, Product>>;
  // What a state changes among the products of one kind; kept only if all of the state can be.
  template <typename Source, typename Product>
  struct Changes {
    Products<Source, Product> made;
    absl::flat_hash_set<std::string> removed;
    // Products that are gone or have another in their place.
    absl::flat_hash_set<const Product*> outdated;
  };
  struct AllChanges {
    Changes<StoredZone, Zone> zones;
    Changes<v1::Rule, Rule> rules;
    Changes<v1::View, View> views;
    Changes<v1::Listener, Listener> listeners;
  };

  absl::Status CompileZones(const State& state, AllChanges* changes) const;
  absl::Status CompileRules(const State& state, AllChanges* changes);
  absl::Status CompileViews(const State& state, AllChanges* changes);
  absl::Status CompileListeners(const State& state, AllChanges* changes) const;
  absl::StatusOr<std::shared_ptr<const View>> CompileView(const v1::View& source, uint64_t id,
                                                          const AllChanges& changes);
  void Keep(AllChanges changes);

  // What the products are made of.
  State compiled_;
  Products<StoredZone, Zone> zones_;
  Products<v1::Rule, Rule> rules_;
  Products<v1::View, View> views_;
  Products<v1::Listener, Listener> listeners_;
  // A view keeps its number as long as it is there; one that comes back has a new one.
  uint64_t last_view_id_ = 0;
  Interner group_ids_;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_SNAPSHOT_COMPILER_H_
