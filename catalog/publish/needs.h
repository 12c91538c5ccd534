// Which zones and rules the views of one resolver need, counted, so that what no view names any
// longer is taken back. For one thread.
#ifndef NAVE_CATALOG_PUBLISH_NEEDS_H_
#define NAVE_CATALOG_PUBLISH_NEEDS_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "nave/resolver/v1/snapshot.pb.h"

namespace nave::catalog {

// Counts how many views name each object of one kind.
class NeedCounts {
 public:
  void Add(const std::string& name) { Change(name, 1); }
  void Remove(const std::string& name) { Change(name, -1); }
  bool Has(const std::string& name) const { return counts_.count(name) > 0; }
  // What came and what went since the last call.
  struct Difference {
    std::set<std::string> come, gone;
  };
  Difference Take();

 private:
  void Change(const std::string& name, int by);

  std::map<std::string, int> counts_;
  std::map<std::string, bool> before_;  // of those that changed: whether they were needed
};

class Needs {
 public:
  // A view names other objects now; null when it went.
  void Replace(const std::string& view, const resolver::v1::View* now);
  bool HasView(const std::string& view) const { return views_.count(view) > 0; }
  std::vector<std::string> views() const;
  NeedCounts& zones() { return zones_; }
  NeedCounts& rules() { return rules_; }

 private:
  struct Names {
    std::vector<std::string> zones, rules;
  };
  std::map<std::string, Names> views_;
  NeedCounts zones_, rules_;
};

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_PUBLISH_NEEDS_H_
