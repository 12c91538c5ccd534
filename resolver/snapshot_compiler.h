// Turns the objects of `resolver/v1` into a Snapshot (data-plane.md section 1). Keeps what it made,
// so that a change compiles the objects that changed and no others. One thread at a time.
#ifndef NAVE_RESOLVER_SNAPSHOT_COMPILER_H_
#define NAVE_RESOLVER_SNAPSHOT_COMPILER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
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
  template <typename Source, typename Product>
  using Products = absl::flat_hash_map<std::string, Compiled<Source, Product>>;

  absl::Status CompileZones(const State& state, Products<v1::Zone, Zone>* zones) const;
  absl::Status CompileRules(const State& state, Interner* groups,
                            Products<v1::Rule, Rule>* rules) const;
  absl::Status CompileViews(const State& state, const Products<v1::Zone, Zone>& zones,
                            const Products<v1::Rule, Rule>& rules, Interner* views,
                            Interner* groups, Products<v1::View, View>* compiled) const;

  Products<v1::Zone, Zone> zones_;
  Products<v1::Rule, Rule> rules_;
  Products<v1::View, View> views_;
  Interner view_ids_;
  Interner group_ids_;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_SNAPSHOT_COMPILER_H_
