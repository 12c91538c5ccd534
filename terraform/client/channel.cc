#include "terraform/client/channel.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "client/channel.h"
#include "client/error_info.h"
#include "lib/base/status_macros.h"

namespace nave::terraform {
namespace {

using google::protobuf::Message;

class Channel final : public ControlPlane {
 public:
  explicit Channel(std::unique_ptr<client::Channel> channel) : channel_(std::move(channel)) {}

  absl::Status Call(const std::string& method, const Message& request, Message* response,
                    absl::Duration timeout, StopSignal* stop) override {
    const absl::Status status = channel_->Call(method, request, response, timeout, stop);
    if (!absl::IsUnauthenticated(status)) return status;
    return client::WithMessage(
        status, absl::StrCat(status.message(), "; set the provider's token, or NAVE_TOKEN"));
  }

 private:
  const std::unique_ptr<client::Channel> channel_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ControlPlane>> OpenChannel(const Target& target,
                                                          const Clock& clock) {
  if (target.server.empty()) {
    return absl::InvalidArgumentError(
        "no server is known; set `server` to HOST:PORT, or `config` or NAVE_CONFIG to a file of "
        "contexts");
  }
  if (target.ca_path.empty()) {
    return absl::InvalidArgumentError(
        "no CA is known; set `ca` to the file with the certificate of the server's CA, or `config` "
        "or NAVE_CONFIG to a file of contexts");
  }
  absl::StatusOr<std::unique_ptr<client::Channel>> channel = client::Channel::Open(target, clock);
  if (!channel.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(channel.status().message(), "; give the one of the server's CA as `ca`"));
  }
  return std::unique_ptr<ControlPlane>(std::make_unique<Channel>(*std::move(channel)));
}

}  // namespace nave::terraform
