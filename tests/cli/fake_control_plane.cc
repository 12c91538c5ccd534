#include "tests/cli/fake_control_plane.h"

#include "absl/strings/str_cat.h"
#include "cli/errors.h"

namespace nave::cli {

void FakeControlPlane::Fails(const std::string& method, const absl::Status& status) {
  answers_[method] = [status](const google::protobuf::Message&, google::protobuf::Message*) {
    return status;
  };
}

void FakeControlPlane::Record(const std::string& method, const google::protobuf::Message& request) {
  calls_.push_back(method);
  requests_[method] = request.SerializeAsString();
}

absl::Status FakeControlPlane::Call(const std::string& method,
                                    const google::protobuf::Message& request,
                                    google::protobuf::Message* response, absl::Duration) {
  Record(method, request);
  auto found = answers_.find(method);
  if (found == answers_.end()) {
    return absl::UnimplementedError(absl::StrCat("the test did not expect ", method));
  }
  response->Clear();
  return found->second(request, response);
}

absl::Status FakeControlPlane::Stream(const std::string& method,
                                      const google::protobuf::Message& request,
                                      google::protobuf::Message* response,
                                      absl::FunctionRef<bool()> each) {
  Record(method, request);
  const FakeStream& stream = streams_[method];
  for (const auto& message : stream.responses) {
    response->CopyFrom(*message);
    if (!each()) return absl::OkStatus();
  }
  return stream.end;
}

absl::StatusOr<bool> FakeSession::Confirm(const std::string& question) {
  questions.push_back(question);
  if (answer.has_value()) return *answer;
  return UsageError("no terminal to ask at; give --yes");
}

absl::Status RunLine(Session& session, void (*add)(CLI::App&, Chosen&),
                     const std::vector<std::string>& arguments) {
  CLI::App root("nave", "nave");
  root.require_subcommand(1);
  Chosen chosen;
  add(root, chosen);
  // CLI11 takes the last argument first.
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    root.parse(reversed);
  } catch (const CLI::ParseError& error) {
    return UsageError(error.what());
  }
  if (chosen.body == nullptr) return UsageError("no command was chosen");
  return chosen.body(session);
}

}  // namespace nave::cli
