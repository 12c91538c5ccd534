#include "terraform/client/channel.h"

#include <grpc/support/log.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "terraform/client/errors.h"

namespace nave::terraform {
namespace {

using google::protobuf::Message;

// A zone's list of records is the largest answer that is read.
constexpr int kMaxResponseBytes = 64 << 20;

class Channel final : public ControlPlane {
 public:
  Channel(std::shared_ptr<grpc::Channel> channel, const Target& target, const Clock& clock)
      : stub_(std::move(channel)), target_(target), clock_(clock) {}

  absl::Status Call(const std::string& method, const Message& request, Message* response,
                    absl::Duration timeout, StopSignal* stop) override {
    grpc::ClientContext context;
    if (!target_.token.empty()) context.AddMetadata("authorization", "Bearer " + target_.token);
    context.set_deadline(absl::ToChronoTime(clock_.Now() + timeout));
    grpc::CompletionQueue queue;
    const grpc::Slice slice(request.SerializeAsString());
    const auto call =
        stub_.PrepareUnaryCall(&context, "/" + method, grpc::ByteBuffer(&slice, 1), &queue);
    call->StartCall();
    grpc::ByteBuffer buffer;
    grpc::Status status;
    call->Finish(&buffer, &status, nullptr);
    {
      std::optional<StopSignal::Listener> listener;
      if (stop != nullptr) listener.emplace(*stop, [&context] { context.TryCancel(); });
      void* tag = nullptr;
      bool ok = false;
      queue.Next(&tag, &ok);
    }
    queue.Shutdown();
    NAVE_RETURN_IF_ERROR(FromCall(static_cast<absl::StatusCode>(status.error_code()),
                                  status.error_message(), status.error_details(), target_.server));
    return Parse(buffer, response);
  }

 private:
  absl::Status Parse(const grpc::ByteBuffer& buffer, Message* response) const {
    grpc::Slice slice;
    if (buffer.DumpToSingleSlice(&slice).ok() &&
        response->ParseFromArray(slice.begin(), static_cast<int>(slice.size()))) {
      return absl::OkStatus();
    }
    return absl::InternalError(absl::StrCat(target_.server, " answered with what is no ",
                                            response->GetTypeName(),
                                            "; is it a naved of this version?"));
  }

  grpc::GenericStub stub_;
  const Target target_;
  const Clock& clock_;
};

absl::StatusOr<std::string> ReadCa(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (absl::StrContains(text, "BEGIN CERTIFICATE")) return text;
  return absl::InvalidArgumentError(absl::StrCat(
      "'", path, "' is no file with a certificate (PEM); give the one of the server's CA as `ca`"));
}

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
  grpc::SslCredentialsOptions options;
  NAVE_ASSIGN_OR_RETURN(options.pem_root_certs, ReadCa(target.ca_path));
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxResponseBytes);
  auto channel = grpc::CreateCustomChannel(target.server, grpc::SslCredentials(options), arguments);
  return std::unique_ptr<ControlPlane>(
      std::make_unique<Channel>(std::move(channel), target, clock));
}

}  // namespace nave::terraform
