#include "tests/terraform/fake_control_plane.h"

#include <algorithm>

#include "absl/synchronization/notification.h"

namespace nave::terraform {

void FakeControlPlane::Fails(const std::string& method, const absl::Status& status) {
  answers_[method] = [status](const google::protobuf::Message&, google::protobuf::Message*,
                              StopSignal*) { return status; };
}

void FakeControlPlane::Hangs(const std::string& method) {
  answers_[method] = [](const google::protobuf::Message&, google::protobuf::Message*,
                        StopSignal* stop) {
    if (stop == nullptr) return absl::InternalError("nothing would end this call");
    absl::Notification stopped;
    StopSignal::Listener listener(*stop, [&stopped] { stopped.Notify(); });
    stopped.WaitForNotification();
    return absl::CancelledError("stopped");
  };
}

std::vector<std::string> FakeControlPlane::calls() const {
  absl::MutexLock lock(&mutex_);
  return calls_;
}

int FakeControlPlane::CountOf(const std::string& method) const {
  absl::MutexLock lock(&mutex_);
  return static_cast<int>(std::count(calls_.begin(), calls_.end(), method));
}

absl::Status FakeControlPlane::Call(const std::string& method,
                                    const google::protobuf::Message& request,
                                    google::protobuf::Message* response, absl::Duration,
                                    StopSignal* stop) {
  {
    absl::MutexLock lock(&mutex_);
    calls_.push_back(method);
    requests_[method] = request.SerializeAsString();
  }
  const auto found = answers_.find(method);
  if (found == answers_.end()) return absl::UnimplementedError(method);
  return found->second(request, response, stop);
}

}  // namespace nave::terraform
