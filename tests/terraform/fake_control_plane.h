// A control plane that answers as a test says, and what a resource needs to call it.
#ifndef NAVE_TESTS_TERRAFORM_FAKE_CONTROL_PLANE_H_
#define NAVE_TESTS_TERRAFORM_FAKE_CONTROL_PLANE_H_

#include <google/protobuf/message.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "terraform/client/client.h"
#include "terraform/client/control_plane.h"
#include "tests/testing/fake_clock.h"

namespace nave::terraform {

class FakeControlPlane : public ControlPlane {
 public:
  // What a method does; a method that nobody set answers UNIMPLEMENTED.
  template <typename Request, typename Response>
  void On(const std::string& method,
          std::function<absl::Status(const Request&, Response*)> answer) {
    answers_[method] = [answer](const google::protobuf::Message& request,
                                google::protobuf::Message* response, StopSignal*) {
      return answer(static_cast<const Request&>(request), static_cast<Response*>(response));
    };
  }
  template <typename Response>
  void Returns(const std::string& method, const Response& fixed) {
    answers_[method] = [fixed](const google::protobuf::Message&,
                               google::protobuf::Message* response, StopSignal*) {
      static_cast<Response*>(response)->CopyFrom(fixed);
      return absl::OkStatus();
    };
  }
  void Fails(const std::string& method, const absl::Status& status);
  // Answers nothing until the caller's stop.
  void Hangs(const std::string& method);

  // The methods that were called, in order, and the last request of each.
  std::vector<std::string> calls() const;
  int CountOf(const std::string& method) const;
  template <typename Request>
  Request last(const std::string& method) const {
    absl::MutexLock lock(&mutex_);
    Request request;
    const auto found = requests_.find(method);
    if (found != requests_.end()) request.ParseFromString(found->second);
    return request;
  }

  absl::Status Call(const std::string& method, const google::protobuf::Message& request,
                    google::protobuf::Message* response, absl::Duration timeout,
                    StopSignal* stop) override;

 private:
  using Answer = std::function<absl::Status(const google::protobuf::Message&,
                                            google::protobuf::Message*, StopSignal*)>;
  std::map<std::string, Answer> answers_;
  mutable absl::Mutex mutex_;
  std::vector<std::string> calls_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string> requests_ ABSL_GUARDED_BY(mutex_);
};

struct FakeWorld {
  FakeControlPlane control_plane;
  nave::testing::JumpingClock clock;
  StopSignal stop;
  Client client{control_plane, clock, stop};
};

}  // namespace nave::terraform

#endif  // NAVE_TESTS_TERRAFORM_FAKE_CONTROL_PLANE_H_
