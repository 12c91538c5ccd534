#include "client/channel.h"

#include <grpc/support/log.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/error_info.h"
#include "lib/base/status_macros.h"

namespace nave::client {
namespace {

using google::protobuf::Message;

absl::StatusOr<std::string> ReadCa(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (absl::StrContains(text, "BEGIN CERTIFICATE")) return text;
  return absl::InvalidArgumentError(
      absl::StrCat("'", path, "' is no file with a certificate (PEM)"));
}

// Failed connections are said once, by the error of the call.
void Silent(gpr_log_func_args*) {}

grpc::ByteBuffer Bytes(const Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

// The one operation under way is over; whether it went well.
bool Next(grpc::CompletionQueue& queue) {
  void* tag = nullptr;
  bool ok = false;
  return queue.Next(&tag, &ok) && ok;
}

}  // namespace

struct Channel::Impl {
  Impl(std::shared_ptr<grpc::Channel> channel, const Target& to, const Clock& with)
      : stub(std::move(channel)), target(to), clock(with) {}

  void Prepare(grpc::ClientContext& context) const {
    if (!target.token.empty()) context.AddMetadata("authorization", "Bearer " + target.token);
  }
  absl::Status StatusOf(const grpc::Status& status) const {
    return FromCall(static_cast<absl::StatusCode>(status.error_code()), status.error_message(),
                    status.error_details(), target.server);
  }
  absl::Status Parse(const grpc::ByteBuffer& buffer, Message* response) const {
    grpc::Slice slice;
    if (buffer.DumpToSingleSlice(&slice).ok() &&
        response->ParseFromArray(slice.begin(), static_cast<int>(slice.size()))) {
      return absl::OkStatus();
    }
    return absl::InternalError(absl::StrCat(target.server, " answered with what is no ",
                                            response->GetTypeName(),
                                            "; is it a naved of this version?"));
  }

  grpc::GenericStub stub;
  const Target target;
  const Clock& clock;
};

Channel::Channel(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Channel::~Channel() = default;

absl::StatusOr<std::unique_ptr<Channel>> Channel::Open(const Target& target, const Clock& clock) {
  gpr_set_log_function(Silent);
  grpc::SslCredentialsOptions options;
  NAVE_ASSIGN_OR_RETURN(options.pem_root_certs, ReadCa(target.ca_path));
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxResponseBytes);
  auto channel = grpc::CreateCustomChannel(target.server, grpc::SslCredentials(options), arguments);
  return absl::WrapUnique(new Channel(std::make_unique<Impl>(std::move(channel), target, clock)));
}

absl::Status Channel::Call(const std::string& method, const Message& request, Message* response,
                           absl::Duration timeout, StopSignal* stop) {
  grpc::ClientContext context;
  impl_->Prepare(context);
  context.set_deadline(absl::ToChronoTime(impl_->clock.Now() + timeout));
  grpc::CompletionQueue queue;
  const auto call = impl_->stub.PrepareUnaryCall(&context, "/" + method, Bytes(request), &queue);
  call->StartCall();
  grpc::ByteBuffer buffer;
  grpc::Status status;
  call->Finish(&buffer, &status, nullptr);
  {
    std::optional<StopSignal::Listener> listener;
    if (stop != nullptr) listener.emplace(*stop, [&context] { context.TryCancel(); });
    Next(queue);
  }
  queue.Shutdown();
  NAVE_RETURN_IF_ERROR(impl_->StatusOf(status));
  return impl_->Parse(buffer, response);
}

absl::Status Channel::Stream(const std::string& method, const Message& request, Message* response,
                             absl::FunctionRef<bool()> each) {
  grpc::ClientContext context;
  impl_->Prepare(context);
  grpc::CompletionQueue queue;
  const auto call = impl_->stub.PrepareCall(&context, "/" + method, &queue);
  call->StartCall(nullptr);
  bool going = Next(queue);
  if (going) {
    call->WriteLast(Bytes(request), grpc::WriteOptions(), nullptr);
    going = Next(queue);
  }
  bool stopped = false;
  absl::Status parsed;
  // Ends with the stream.
  while (going && !stopped) {
    grpc::ByteBuffer buffer;
    call->Read(&buffer, nullptr);
    going = Next(queue);
    if (!going) break;
    parsed = impl_->Parse(buffer, response);
    stopped = !parsed.ok() || !each();
  }
  if (stopped) context.TryCancel();
  grpc::Status status;
  call->Finish(&status, nullptr);
  Next(queue);
  queue.Shutdown();
  return stopped ? parsed : impl_->StatusOf(status);
}

absl::Status FromCall(absl::StatusCode code, const std::string& message, const std::string& details,
                      const std::string& server) {
  if (code == absl::StatusCode::kOk) return absl::OkStatus();
  const ErrorInfo info = ReadErrorInfo(details);
  std::string text = message;
  if (info.reason.empty() && code == absl::StatusCode::kUnavailable) {
    text = absl::StrCat("cannot reach ", server, ": ", message,
                        "; is naved serving there, and is this its CA?");
  } else if (info.reason.empty() && code == absl::StatusCode::kDeadlineExceeded) {
    text = absl::StrCat(server, " did not answer in time");
  }
  return WithReason(absl::Status(code, text), info.reason, info.metadata);
}

}  // namespace nave::client
