#include "tests/resolver/fake_control_plane.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "lib/base/check.h"

namespace nave::resolver {
namespace {

// Only a test that fails waits so long.
constexpr absl::Duration kPatience = absl::Seconds(20);

}  // namespace

FakeControlPlane::Session::Session(grpc::ServerContext* context, Stream* stream)
    : context_(context), stream_(stream) {
  const auto& metadata = context->client_metadata();
  const auto found = metadata.find("authorization");
  if (found != metadata.end()) authorization_.assign(found->second.data(), found->second.size());
}

void FakeControlPlane::Session::Run() {
  v1::NodeMessage message;
  while (stream_->Read(&message)) {
    absl::MutexLock lock(&mutex_);
    if (message.has_heartbeat()) {
      ++heartbeats_;
    } else {
      received_.push_back(message);
    }
  }
  absl::MutexLock send_lock(&send_mutex_);
  absl::MutexLock lock(&mutex_);
  over_ = true;
}

void FakeControlPlane::Session::Send(const v1::ControlMessage& message) {
  absl::MutexLock send_lock(&send_mutex_);
  {
    absl::MutexLock lock(&mutex_);
    NAVE_CHECK(!over_);
  }
  NAVE_CHECK(stream_->Write(message));
}

void FakeControlPlane::Session::SendZone(const std::string& name, const std::string& address) {
  v1::ControlMessage message;
  v1::Zone* const zone = message.mutable_zone();
  zone->set_name(name);
  zone->set_apex("example.com.");
  v1::RRset* const rrset = zone->add_rrsets();
  rrset->set_owner("www.example.com.");
  rrset->set_type("A");
  rrset->set_ttl(60);
  rrset->add_rdata(address);
  Send(message);
}

void FakeControlPlane::Session::SendComplete(int64_t revision, int lease_ms) {
  v1::ControlMessage message;
  message.mutable_complete()->set_revision(revision);
  message.mutable_complete()->set_lease_ms(lease_ms);
  Send(message);
}

void FakeControlPlane::Session::SendReset() {
  v1::ControlMessage message;
  message.mutable_reset();
  Send(message);
}

std::optional<v1::NodeMessage> FakeControlPlane::Session::Next() {
  absl::MutexLock lock(&mutex_);
  const auto come = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return over_ || !received_.empty();
  };
  mutex_.AwaitWithTimeout(absl::Condition(&come), kPatience);
  if (received_.empty()) return std::nullopt;
  v1::NodeMessage message = std::move(received_.front());
  received_.pop_front();
  return message;
}

bool FakeControlPlane::Session::WaitForHeartbeats(int count) {
  absl::MutexLock lock(&mutex_);
  const auto come = [this, count]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return over_ || heartbeats_ >= count;
  };
  return mutex_.AwaitWithTimeout(absl::Condition(&come), kPatience) && heartbeats_ >= count;
}

void FakeControlPlane::Session::End() {
  absl::MutexLock lock(&mutex_);
  if (!over_) context_->TryCancel();
}

FakeControlPlane::FakeControlPlane(const std::string& key_pem, const std::string& cert_pem) {
  std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials();
  if (!key_pem.empty()) {
    grpc::SslServerCredentialsOptions options;
    options.pem_key_cert_pairs.push_back({key_pem, cert_pem});
    credentials = grpc::SslServerCredentials(options);
  }
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", credentials, &port_);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
  NAVE_CHECK(server_ != nullptr);
}

FakeControlPlane::~FakeControlPlane() {
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& session : sessions_) session->End();
  }
  server_->Shutdown();
}

std::string FakeControlPlane::address() const { return absl::StrCat("localhost:", port_); }

std::shared_ptr<FakeControlPlane::Session> FakeControlPlane::WaitForSession(size_t number) {
  absl::MutexLock lock(&mutex_);
  const auto come = [this, number]()
                        ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return sessions_.size() > number; };
  if (!mutex_.AwaitWithTimeout(absl::Condition(&come), kPatience)) return nullptr;
  return sessions_[number];
}

grpc::Status FakeControlPlane::Connect(grpc::ServerContext* context, Session::Stream* stream) {
  const std::shared_ptr<Session> session(new Session(context, stream));
  {
    absl::MutexLock lock(&mutex_);
    sessions_.push_back(session);
  }
  session->Run();
  return grpc::Status::OK;
}

}  // namespace nave::resolver
