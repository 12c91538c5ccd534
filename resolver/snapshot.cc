#include "resolver/snapshot.h"

#include <utility>

namespace nave::resolver {

Listener::Listener(const net::Endpoint& endpoint, std::vector<std::shared_ptr<const View>> views)
    : endpoint_(endpoint), views_(std::move(views)) {
  if (views_.size() < 2) return;
  for (const auto& view : views_) {
    // The compiler has refused two views with one network at one listener.
    for (const net::Prefix& network : view->networks()) networks_.Insert(network, view.get());
  }
}

const View* Listener::SelectView(const net::IpAddress& source) const {
  if (views_.size() == 1) return views_[0].get();
  const View* const* found = networks_.Find(source);
  return found == nullptr ? nullptr : *found;
}

Snapshot::Snapshot(int64_t revision, std::vector<std::shared_ptr<const Listener>> listeners,
                   std::vector<std::shared_ptr<const View>> views, size_t zone_count,
                   size_t rule_count)
    : revision_(revision),
      listeners_(std::move(listeners)),
      zone_count_(zone_count),
      rule_count_(rule_count) {
  for (const auto& listener : listeners_) {
    listeners_by_endpoint_[listener->endpoint()] = listener.get();
  }
  views_.reserve(views.size());
  for (auto& view : views) {
    views_by_id_[view->id()] = view.get();
    views_[view->name()] = std::move(view);
  }
}

const Listener* Snapshot::FindListener(const net::Endpoint& endpoint) const {
  auto found = listeners_by_endpoint_.find(endpoint);
  return found == listeners_by_endpoint_.end() ? nullptr : found->second;
}

const View* Snapshot::FindView(absl::string_view name) const {
  auto found = views_.find(name);
  return found == views_.end() ? nullptr : found->second.get();
}

const View* Snapshot::FindView(uint64_t id) const {
  auto found = views_by_id_.find(id);
  return found == views_by_id_.end() ? nullptr : found->second;
}

}  // namespace nave::resolver
