// What the resolvers have acknowledged, as the workflow asks it: an operation is done when what it
// changed is served. publish/ answers; tests give an answer of their own. Thread-safe.
#ifndef NAVE_CATALOG_SERVED_H_
#define NAVE_CATALOG_SERVED_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "store/store.h"

namespace nave::catalog {

struct ServedState {
  // The least revision that the live nodes concerned have acknowledged; 0 when no live node serves
  // any of the VPCs.
  store::Revision served_revision = 0;
  // The live nodes that serve one of the VPCs, and those of them that lag behind the revision
  // waited for.
  std::vector<std::string> nodes;
  std::vector<std::string> lagging_nodes;
  // VPCs that no live node serves: a condition, not a hang.
  std::vector<std::string> unserved_vpcs;
};

class Served {
 public:
  virtual ~Served() = default;
  // As it is now; `lagging_nodes` is empty.
  virtual ServedState Current(const std::vector<std::string>& vpcs) = 0;
  // Returns when no live node of these VPCs lags behind `revision`, at once when there is none, or
  // at the deadline.
  virtual ServedState Wait(store::Revision revision, const std::vector<std::string>& vpcs,
                           absl::Time deadline) = 0;
};

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_SERVED_H_
