#include "cli/channel.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/errors.h"
#include "lib/base/clock.h"

namespace nave::cli {
namespace {

using google::protobuf::Message;

// What to do at a shell about an error that comes before any command.
absl::Status Hinted(const absl::Status& status) {
  std::string hint;
  if (absl::IsUnavailable(status) && ReasonOf(status).empty()) {
    hint = " choose with --server, --ca or --context";
  } else if (absl::IsUnauthenticated(status)) {
    hint = "; choose a token with --token, NAVE_TOKEN or --context";
  }
  if (hint.empty()) return status;
  return WithMessage(status, absl::StrCat(std::string(status.message()), hint));
}

class Channel final : public ControlPlane {
 public:
  explicit Channel(std::unique_ptr<client::Channel> channel) : channel_(std::move(channel)) {}

  absl::Status Call(const std::string& method, const Message& request, Message* response,
                    absl::Duration timeout) override {
    return Hinted(channel_->Call(method, request, response, timeout));
  }
  absl::Status Stream(const std::string& method, const Message& request, Message* response,
                      absl::FunctionRef<bool()> each) override {
    return Hinted(channel_->Stream(method, request, response, each));
  }

 private:
  const std::unique_ptr<client::Channel> channel_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ControlPlane>> OpenChannel(const Target& target) {
  if (target.server.empty()) {
    return UsageError("no server is known; give --server HOST:PORT, or a context by --config");
  }
  if (target.ca_path.empty()) {
    return UsageError("no CA is known; give --ca FILE, or a context by --config");
  }
  absl::StatusOr<std::unique_ptr<client::Channel>> channel =
      client::Channel::Open(target, RealClock());
  if (!channel.ok()) {
    return UsageError(absl::StrCat(std::string(channel.status().message()),
                                   "; give the one of the server's CA by --ca"));
  }
  return std::unique_ptr<ControlPlane>(std::make_unique<Channel>(*std::move(channel)));
}

}  // namespace nave::cli
