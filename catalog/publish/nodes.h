// The resolver nodes: who is connected, until when its lease lasts, and what it has acknowledged.
// A node counts while its lease lasts, whether or not its stream is up: it may still answer by what
// it has (control-plane.md section 4). Thread-safe.
#ifndef NAVE_CATALOG_PUBLISH_NODES_H_
#define NAVE_CATALOG_PUBLISH_NODES_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "catalog/served.h"
#include "lib/base/clock.h"
#include "nave/governance/v1/node.pb.h"
#include "nave/resolver/v1/stream.pb.h"
#include "store/store.h"

namespace nave::catalog {

// A node that was not heard for this long no longer counts.
inline constexpr absl::Duration kLease = absl::Seconds(10);
inline constexpr size_t kMaxNodes = 10000;
inline constexpr size_t kMaxRefusalBytes = 1024;

class Nodes final : public Served {
 public:
  // One stream of a node; a later one ends it.
  using Session = int64_t;

  // Both outlive this.
  Nodes(store::Store& store, const Clock& clock) : store_(store), clock_(clock) {}
  // Reads the nodes of the last run. Those that were connected then have a lease to come back.
  // DATA_LOSS when the store is damaged.
  absl::Status Load();

  struct Connection {
    Session session;
    // The node asked for the same VPCs before, so that what it says it has can be built upon.
    bool same_vpcs;
  };
  // A node says hello. INVALID_FIELD for a malformed id, LIMIT_REACHED beyond kMaxNodes.
  absl::StatusOr<Connection> Connect(const resolver::v1::Hello& hello);
  // Each renews the lease; ABORTED when another stream of the node took over.
  absl::Status Acknowledge(const std::string& node, Session session, store::Revision revision);
  absl::Status Refuse(const std::string& node, Session session, store::Revision revision,
                      const std::string& reason);
  absl::Status Heartbeat(const std::string& node, Session session);
  // Without effect on the lease: what the node is served now, and whether the stream still counts.
  void SetVpcs(const std::string& node, Session session, std::vector<std::string> vpcs);
  bool IsCurrent(const std::string& node, Session session) const;
  // The stream ended. The lease goes on.
  void Disconnect(const std::string& node, Session session);

  // NOT_FOUND.
  absl::StatusOr<governance::v1::Node> Get(const std::string& name) const;
  // Every node, in the order of the names.
  std::vector<governance::v1::Node> List() const;
  // Forgets a node. NOT_FOUND; IN_USE while it is live.
  absl::StatusOr<store::Revision> Delete(const std::string& name);

  // The ids of the connected nodes that serve a VPC.
  std::vector<std::string> ConnectedTo(const std::string& vpc) const;

  ServedState Current(const std::vector<std::string>& vpcs) override;
  ServedState Wait(store::Revision revision, const std::vector<std::string>& vpcs,
                   absl::Time deadline) override;

 private:
  struct State {
    governance::v1::Node node;
    Session session = 0;
    bool connected = false;
    absl::Time lease_end;
  };

  static bool Serves(const State& state, const std::string& vpc);
  bool Live(const State& state) const { return clock_.Now() < state.lease_end; }
  ServedState Look(store::Revision revision, const std::vector<std::string>& vpcs,
                   absl::Time* next_end) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<State*> Find(const std::string& node, Session session)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Renew(State& state) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  governance::v1::Node Shown(const State& state) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Save(const governance::v1::Node& node);

  store::Store& store_;
  const Clock& clock_;
  mutable absl::Mutex mutex_;
  absl::CondVar changed_;
  std::map<std::string, State> states_ ABSL_GUARDED_BY(mutex_);  // by id
  Session last_session_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_PUBLISH_NODES_H_
