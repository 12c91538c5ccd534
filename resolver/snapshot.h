// The compiled state at a revision: immutable, shared by all workers, swapped as a whole
// (data-plane.md section 1). SnapshotCompiler makes it. Any thread may read.
#ifndef NAVE_RESOLVER_SNAPSHOT_H_
#define NAVE_RESOLVER_SNAPSHOT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "lib/net/endpoint.h"
#include "lib/net/prefix.h"
#include "resolver/view.h"

namespace nave::resolver {

// An address at which queries arrive, and the views behind it (product.md section 6, step 1).
class Listener {
 public:
  Listener(const net::Endpoint& endpoint, std::vector<std::shared_ptr<const View>> views);
  // `old` with other views in the places of some. REQUIRES: each has the networks of the one
  // before.
  Listener(const Listener& old, std::vector<std::shared_ptr<const View>> views);

  const net::Endpoint& endpoint() const { return endpoint_; }
  const std::vector<std::shared_ptr<const View>>& views() const { return views_; }
  // The one view, or of several the one with the longest network that holds `source`; null is
  // REFUSED. Valid while the snapshot lives.
  const View* SelectView(const net::IpAddress& source) const;
  // The only view behind it, or null.
  const View* only_view() const { return views_.size() == 1 ? views_[0].get() : nullptr; }

 private:
  const net::Endpoint endpoint_;
  const std::vector<std::shared_ptr<const View>> views_;
  // The places of the views; shared with the listener before this one if no network changed.
  std::shared_ptr<const net::PrefixTable<size_t>> networks_;
};

class Snapshot {
 public:
  // `views` are in order of their names.
  Snapshot(int64_t revision, std::vector<std::shared_ptr<const Listener>> listeners,
           std::vector<std::shared_ptr<const View>> views, size_t zone_count, size_t rule_count);

  int64_t revision() const { return revision_; }
  const std::vector<std::shared_ptr<const Listener>>& listeners() const { return listeners_; }
  // In the order of their names.
  const std::vector<std::shared_ptr<const View>>& views() const { return views_; }
  size_t view_count() const { return views_.size(); }
  size_t zone_count() const { return zone_count_; }
  size_t rule_count() const { return rule_count_; }
  // Null if there is none. Valid while the snapshot lives.
  const Listener* FindListener(const net::Endpoint& endpoint) const;
  const View* FindView(absl::string_view name) const;
  const View* FindView(uint64_t id) const;

 private:
  const int64_t revision_;
  const std::vector<std::shared_ptr<const Listener>> listeners_;
  const std::vector<std::shared_ptr<const View>> views_;
  const size_t zone_count_;
  const size_t rule_count_;
  absl::flat_hash_map<net::Endpoint, const Listener*> listeners_by_endpoint_;
  absl::flat_hash_map<uint64_t, const View*> views_by_id_;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_SNAPSHOT_H_
