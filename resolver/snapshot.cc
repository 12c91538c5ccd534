#include "resolver/snapshot.h"

#include <algorithm>
#include <utility>

namespace nave::resolver {

Listener::Listener(const net::Endpoint& endpoint, std::vector<std::shared_ptr<const View>> views)
    : endpoint_(endpoint), views_(std::move(views)) {
  if (views_.size() < 2) return;
  auto networks = std::make_shared<net::PrefixTable<size_t>>();
  for (size_t i = 0; i < views_.size(); ++i) {
    // The compiler has refused two views with one network at one listener.
    for (const net::Prefix& network : views_[i]->networks()) networks->Insert(network, i);
  }
  networks_ = std::move(networks);
}

Listener::Listener(const Listener& old, std::vector<std::shared_ptr<const View>> views)
    : endpoint_(old.endpoint_), views_(std::move(views)), networks_(old.networks_) {}

const View* Listener::SelectView(const net::IpAddress& source) const {
  if (views_.size() == 1) return views_[0].get();
  if (networks_ == nullptr) return nullptr;
  const size_t* found = networks_->Find(source);
  return found == nullptr ? nullptr : views_[*found].get();
}

Snapshot::Snapshot(int64_t revision, std::vector<std::shared_ptr<const Listener>> listeners,
                   std::vector<std::shared_ptr<const View>> views, size_t zone_count,
                   size_t rule_count)
    : revision_(revision),
      listeners_(std::move(listeners)),
      views_(std::move(views)),
      zone_count_(zone_count),
      rule_count_(rule_count) {
  for (const auto& listener : listeners_) {
    listeners_by_endpoint_[listener->endpoint()] = listener.get();
  }
  views_by_id_.reserve(views_.size());
  for (const auto& view : views_) views_by_id_[view->id()] = view.get();
}

const Listener* Snapshot::FindListener(const net::Endpoint& endpoint) const {
  auto found = listeners_by_endpoint_.find(endpoint);
  return found == listeners_by_endpoint_.end() ? nullptr : found->second;
}

const View* Snapshot::FindView(absl::string_view name) const {
  auto found = std::lower_bound(
      views_.begin(), views_.end(), name,
      [](const auto& view, absl::string_view text) { return view->name() < text; });
  return found == views_.end() || (*found)->name() != name ? nullptr : found->get();
}

const View* Snapshot::FindView(uint64_t id) const {
  auto found = views_by_id_.find(id);
  return found == views_by_id_.end() ? nullptr : found->second;
}

}  // namespace nave::resolver
