// Which keys the last commits changed: what preconditions are checked against without reading the
// store. Used by the writer thread alone.
#ifndef NAVE_STORE_LMDB_RECENT_CHANGES_H_
#define NAVE_STORE_LMDB_RECENT_CHANGES_H_

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "store/store.h"

namespace nave::store {

inline constexpr size_t kMaxRecentCommits = 20000;

class RecentChanges {
 public:
  // Nothing is known of commits up to `floor`: a reader older than that has to read again.
  explicit RecentChanges(Revision floor) : floor_(floor) {}

  // ABORTED with the key when a precondition of the request does not hold.
  absl::Status Check(const CommitRequest& request) const;
  void Add(const Change& change);
  // Takes back the commits after `revision`, which did not become durable.
  void RollBackTo(Revision revision);

 private:
  using Key = std::pair<Table, std::string>;
  struct Commit {
    Revision revision;
    std::vector<Key> keys;
  };
  absl::Status CheckRange(const RangePrecondition& range) const;

  Revision floor_;
  std::deque<Commit> commits_;
  std::map<Key, Revision> last_;  // the last change of each key in commits_
};

}  // namespace nave::store

#endif  // NAVE_STORE_LMDB_RECENT_CHANGES_H_
