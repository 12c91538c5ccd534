// A control plane whose every message a test decides, on a real port of loopback. Thread-safe.
#ifndef NAVE_TESTS_RESOLVER_FAKE_CONTROL_PLANE_H_
#define NAVE_TESTS_RESOLVER_FAKE_CONTROL_PLANE_H_

#include <grpcpp/grpcpp.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "nave/resolver/v1/stream.grpc.pb.h"

namespace nave::resolver {

class FakeControlPlane final : public v1::ResolverService::Service {
 public:
  // One stream of a node.
  class Session {
   public:
    void Send(const v1::ControlMessage& message);
    void SendZone(const std::string& name, const std::string& address);
    void SendComplete(int64_t revision, int lease_ms = 0);
    void SendReset();
    // The next message that is no heartbeat; nothing if none comes in time.
    std::optional<v1::NodeMessage> Next();
    // Waits until so many heartbeats came; false if they do not come in time.
    bool WaitForHeartbeats(int count);
    // Ends the stream.
    void End();
    std::string authorization() const { return authorization_; }

   private:
    friend class FakeControlPlane;
    using Stream = grpc::ServerReaderWriter<v1::ControlMessage, v1::NodeMessage>;
    Session(grpc::ServerContext* context, Stream* stream);
    void Run();

    grpc::ServerContext* const context_;
    Stream* const stream_;
    std::string authorization_;
    // Held while something is sent: the stream must not end under it.
    absl::Mutex send_mutex_;
    absl::Mutex mutex_;
    std::deque<v1::NodeMessage> received_ ABSL_GUARDED_BY(mutex_);
    int heartbeats_ ABSL_GUARDED_BY(mutex_) = 0;
    bool over_ ABSL_GUARDED_BY(mutex_) = false;
  };

  // With a key and a certificate in PEM, over TLS.
  explicit FakeControlPlane(const std::string& key_pem = "", const std::string& cert_pem = "");
  ~FakeControlPlane() override;

  // `localhost:port`
  std::string address() const;
  // The stream with this number, from 0; null if it does not come in time.
  std::shared_ptr<Session> WaitForSession(size_t number);
  size_t session_count() {
    absl::MutexLock lock(&mutex_);
    return sessions_.size();
  }

  grpc::Status Connect(grpc::ServerContext* context, Session::Stream* stream) override;

 private:
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  absl::Mutex mutex_;
  std::vector<std::shared_ptr<Session>> sessions_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nave::resolver

#endif  // NAVE_TESTS_RESOLVER_FAKE_CONTROL_PLANE_H_
