// Which compiled objects a change of the store touches. Functions; any thread.
#ifndef NAVE_CATALOG_PUBLISH_DEPENDENTS_H_
#define NAVE_CATALOG_PUBLISH_DEPENDENTS_H_

#include <set>
#include <string>

#include "absl/status/status.h"
#include "store/store.h"

namespace nave::catalog {

// Names of what may answer otherwise than before. Too many are no harm but work; too few would
// leave a resolver behind.
struct Dependents {
  std::set<std::string> views;        // VPCs
  std::set<std::string> rules;        // rules
  std::set<std::string> listeners;    // `address:port`
  std::set<std::string> zones;        // zones to send as a whole
  std::set<std::string> record_sets;  // record sets of zones that stay

  bool empty() const {
    return views.empty() && rules.empty() && listeners.empty() && zones.empty() &&
           record_sets.empty();
  }
};

// Adds what depends on one key of Table::kResources that was put or deleted between two states.
absl::Status AddDependents(store::Reader& before, store::Reader& after, const std::string& key,
                           Dependents* dependents);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_PUBLISH_DEPENDENTS_H_
