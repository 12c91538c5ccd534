// A control plane that answers as a test says, a session without a terminal, and a command line to
// run commands in.
#ifndef NAVE_TESTS_CLI_FAKE_CONTROL_PLANE_H_
#define NAVE_TESTS_CLI_FAKE_CONTROL_PLANE_H_

#include <google/protobuf/message.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/control_plane.h"
#include "cli/output.h"

namespace nave::cli {

class FakeControlPlane : public ControlPlane {
 public:
  // What a method does; a method that nobody set answers UNIMPLEMENTED.
  template <typename Request, typename Response>
  void On(const std::string& method,
          std::function<absl::Status(const Request&, Response*)> answer) {
    answers_[method] = [answer](const google::protobuf::Message& request,
                                google::protobuf::Message* response) {
      return answer(static_cast<const Request&>(request), static_cast<Response*>(response));
    };
  }
  // A method that answers this and nothing else.
  template <typename Response>
  void Returns(const std::string& method, const Response& fixed) {
    answers_[method] = [fixed](const google::protobuf::Message&,
                               google::protobuf::Message* response) {
      static_cast<Response*>(response)->CopyFrom(fixed);
      return absl::OkStatus();
    };
  }
  void Fails(const std::string& method, const absl::Status& status);
  // A stream of these, which then ends with the status.
  template <typename Response>
  void Streams(const std::string& method, const std::vector<Response>& responses,
               const absl::Status& end = absl::OkStatus()) {
    FakeStream& stream = streams_[method];
    for (const Response& response : responses) {
      stream.responses.push_back(std::make_shared<Response>(response));
    }
    stream.end = end;
  }

  // The methods that were called, in order, and the last request of each.
  const std::vector<std::string>& calls() const { return calls_; }
  template <typename Request>
  Request last(const std::string& method) const {
    Request request;
    auto found = requests_.find(method);
    if (found != requests_.end()) request.ParseFromString(found->second);
    return request;
  }

  absl::Status Call(const std::string& method, const google::protobuf::Message& request,
                    google::protobuf::Message* response, absl::Duration timeout) override;
  absl::Status Stream(const std::string& method, const google::protobuf::Message& request,
                      google::protobuf::Message* response, absl::FunctionRef<bool()> each) override;

 private:
  struct FakeStream {
    std::vector<std::shared_ptr<google::protobuf::Message>> responses;
    absl::Status end;
  };
  void Record(const std::string& method, const google::protobuf::Message& request);

  std::map<std::string, std::function<absl::Status(const google::protobuf::Message&,
                                                   google::protobuf::Message*)>>
      answers_;
  std::map<std::string, FakeStream> streams_;
  std::vector<std::string> calls_;
  std::map<std::string, std::string> requests_;
};

class FakeSession : public Session {
 public:
  explicit FakeSession(ControlPlane& control_plane, Form form = Form::kTable)
      : control_plane_(control_plane), output_(out_, err_, form, /*terminal=*/false) {}

  absl::StatusOr<ControlPlane*> control_plane() override { return &control_plane_; }
  Output& output() override { return output_; }
  absl::StatusOr<bool> Confirm(const std::string& question) override;
  std::istream& input() override { return in_; }
  std::string config_path() const override { return config; }

  // What the user answers to every question; without it there is no terminal.
  std::optional<bool> answer;
  std::vector<std::string> questions;
  std::string config = "/dev/null";
  std::string out() const { return out_.str(); }
  std::string err() const { return err_.str(); }
  void Type(const std::string& text) {
    in_.clear();
    in_.str(text);
  }

 private:
  ControlPlane& control_plane_;
  std::ostringstream out_, err_;
  std::istringstream in_;
  Output output_;
};

// Runs a command line such as {"operation", "list"} in a root with the commands of `add`; a command
// line that is malformed is a usage error.
absl::Status RunLine(Session& session, void (*add)(CLI::App&, Chosen&),
                     const std::vector<std::string>& arguments);

}  // namespace nave::cli

#endif  // NAVE_TESTS_CLI_FAKE_CONTROL_PLANE_H_
