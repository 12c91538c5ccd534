// The source that streams its state from the control plane and keeps the last one on disk
// (data-plane.md section 4, proto/nave/resolver/v1/stream.proto). Start and Stop from one thread;
// the client has threads of its own for reading, for heartbeats and for the disk.
//
// A state is swapped at `complete` alone; it is acknowledged when every worker answers by it, and
// only then written to disk. A state that is refused leaves the one before; one that could be
// served but for this machine (an address that is not there yet) is refused too, and tried again.
#ifndef NAVE_RESOLVER_STREAM_CLIENT_H_
#define NAVE_RESOLVER_STREAM_CLIENT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/base/metrics.h"
#include "nave/resolver/v1/stream.pb.h"
#include "resolver/snapshot_source.h"
#include "resolver/state_file.h"
#include "resolver/state_file_writer.h"
#include "resolver/stream_client_changes.h"
#include "resolver/stream_client_connection.h"
#include "resolver/stream_options.h"

namespace nave::resolver {

struct StreamClientOptions {
  StreamOptions stream;
  // Without TLS and without token: for tests.
  bool insecure = false;
  // The pause before a new attempt is random, up to a limit that doubles from the first of these to
  // the second (full jitter): nodes that lost their control plane do not come back as one.
  absl::Duration min_backoff = absl::Milliseconds(100);
  absl::Duration max_backoff = absl::Seconds(10);
};

class StreamClient final : public SnapshotSource {
 public:
  // Until the control plane has said how long the lease is.
  static constexpr absl::Duration kDefaultLease = absl::Seconds(15);
  // A heartbeat is sent each third of the lease, within these.
  static constexpr absl::Duration kMinHeartbeat = absl::Milliseconds(20);
  static constexpr absl::Duration kMaxHeartbeat = absl::Minutes(1);

  // `clock` and `registry` must outlive the client.
  StreamClient(StreamClientOptions options, const Clock* clock, metrics::Registry* registry);
  ~StreamClient() override;

  absl::Status Start(SnapshotSink* sink) override;
  // Does nothing: certificate and token are read anew for each connection.
  absl::Status Reload() override;
  void Stop() override;

 private:
  void ServeFromDisk();
  void Run();
  // One connection, from hello to its end. `*progress`: it brought a state that is served.
  absl::Status RunSession(bool* progress) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status ReadMessages(StreamConnection* connection, bool* progress);
  absl::Status OnMessage(v1::ControlMessage message, StreamConnection* connection, bool* progress);
  void OnReset();
  // Serves, and says how it went.
  void OnComplete(const v1::Complete& complete, StreamConnection* connection, bool* progress);
  void Acknowledge(std::shared_ptr<const State> state, StreamConnection* connection)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void OnRequest(const v1::NodeRequest& request, StreamConnection* connection);
  void RunHeartbeat(StreamConnection* connection) ABSL_LOCKS_EXCLUDED(mutex_);
  // Serves again what this machine could not serve.
  void Retry(StreamConnection* connection) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<StreamAddress> ReadAddress() const;
  v1::NodeMessage MakeHello() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Waits before the next attempt; false when the client stops.
  bool Pause(int failures) ABSL_LOCKS_EXCLUDED(mutex_);

  const StreamClientOptions options_;
  const Clock* const clock_;
  StateFile file_;
  metrics::Gauge& connected_;
  metrics::Counter& connections_;
  metrics::Gauge& from_disk_;
  metrics::Counter& set_aside_;
  metrics::Counter& write_failures_;
  SnapshotSink* sink_ = nullptr;
  std::unique_ptr<StateFileWriter> writer_;
  std::unique_ptr<StreamChanges> changes_;  // Of the reading thread.
  std::thread thread_;

  // Calls of the sink are serialized by it. Taken before mutex_.
  absl::Mutex sink_mutex_;
  mutable absl::Mutex mutex_;
  absl::CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  StreamConnection* connection_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool session_over_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Duration lease_ ABSL_GUARDED_BY(mutex_) = kDefaultLease;
  // The state that is served, and may be built upon; null before.
  std::shared_ptr<const State> served_ ABSL_GUARDED_BY(mutex_);
  // What hello says we have. 0 after a reset, although served_ goes on being served.
  int64_t have_revision_ ABSL_GUARDED_BY(mutex_) = 0;
  // A state that this machine could not serve; null when there is none.
  std::shared_ptr<const State> retry_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_STREAM_CLIENT_H_
