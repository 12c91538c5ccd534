// What one resolver is sent: it follows the store's log at the resolver's own pace, and merges the
// commits that came while the resolver was busy, so that nothing is queued without bound
// (control-plane.md section 4). Next from one thread; the rest from any.
#ifndef NAVE_CATALOG_PUBLISH_SUBSCRIPTION_H_
#define NAVE_CATALOG_PUBLISH_SUBSCRIPTION_H_

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "catalog/publish/dependents.h"
#include "catalog/publish/needs.h"
#include "catalog/publish/nodes.h"
#include "nave/resolver/v1/stream.pb.h"
#include "store/store.h"

namespace nave::catalog {

// Commits that are merged into one group of changes, at most.
inline constexpr size_t kMaxMergedCommits = 1000;
// A batch of messages, and each message about a zone, ends at about this size.
inline constexpr size_t kMaxBatchBytes = 1u << 20;
// More changed RRsets of one zone than this are sent as the whole zone.
inline constexpr size_t kMaxRRsetsInChange = 5000;
// Requests that wait to be sent.
inline constexpr size_t kMaxQueuedRequests = 64;

class Subscription {
 public:
  using Messages = std::vector<resolver::v1::ControlMessage>;

  // Goes on from what the node has, when the log still knows it; otherwise begins with a reset.
  // All outlive this.
  static absl::StatusOr<std::unique_ptr<Subscription>> Start(store::Store& store, Nodes& nodes,
                                                             const resolver::v1::Hello& hello);
  ~Subscription();

  // What to send next; none when the deadline passed. ABORTED when another stream of the node took
  // over.
  absl::StatusOr<Messages> Next(absl::Time deadline);

  // What the node says. ABORTED as above; INVALID_FIELD for a revision that was never sent.
  absl::Status Acknowledge(store::Revision revision);
  absl::Status Refuse(store::Revision revision, const std::string& reason);
  absl::Status Heartbeat();

  // Sends a request with the next messages; RESOURCE_EXHAUSTED when too many wait.
  absl::Status Send(const resolver::v1::NodeRequest& request);

 private:
  // Where the sending of a large zone stands.
  struct ZoneWork {
    std::string from;    // the next key; empty: the beginning
    bool begun = false;  // its first message was sent
  };

  Subscription(store::Store& store, Nodes& nodes, const resolver::v1::Hello& hello,
               Nodes::Session session);
  bool IdleWork() const { return queue_.empty() && zones_.empty() && completed_ == target_; }

  absl::Status Resume(store::Revision have);
  absl::Status Reset();
  absl::Status Follow(absl::Time deadline);
  absl::StatusOr<Dependents> Everything(store::Reader& reader) const;
  absl::StatusOr<std::vector<std::string>> WantedVpcs(store::Reader& reader) const;
  absl::StatusOr<bool> Wanted(store::Reader& reader, const std::string& vpc) const;

  // Turn dependents into messages and work.
  absl::Status Plan(store::Reader& reader, const Dependents& dependents);
  absl::Status PlanViews(store::Reader& reader, const std::set<std::string>& vpcs);
  absl::Status PlanRules(store::Reader& reader, const std::set<std::string>& changed);
  absl::Status PlanListeners(store::Reader& reader, const std::set<std::string>& addresses);
  void PlanZones(const std::set<std::string>& changed);
  absl::Status PlanRecords(store::Reader& reader, const std::set<std::string>& record_sets);

  absl::Status Drain(Messages* messages);
  absl::Status DrainZones(size_t* bytes, Messages* messages);
  void TakeRequests(Messages* messages);

  store::Store& store_;
  Nodes& nodes_;
  const std::string node_;
  const Nodes::Session session_;
  const std::set<std::string> requested_;
  std::unique_ptr<store::Watcher> watcher_;

  Needs needs_;
  std::set<std::string> listeners_;  // sent
  std::deque<resolver::v1::ControlMessage> queue_;
  std::map<std::string, ZoneWork> zones_;  // to be sent as a whole
  store::Revision completed_ = 0;          // the last `complete` that was sent
  store::Revision target_ = 0;             // the one in the making

  absl::Mutex mutex_;
  store::Revision sent_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<resolver::v1::NodeRequest> requests_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_PUBLISH_SUBSCRIPTION_H_
