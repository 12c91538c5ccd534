#include "resolver/stream_client_connection.h"

#include <grpcpp/grpcpp.h>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "nave/resolver/v1/stream.grpc.pb.h"

namespace nave::resolver {
namespace {

// A peer that vanished without a word is noticed within their sum.
constexpr int kKeepaliveMs = 10000;
constexpr int kKeepaliveTimeoutMs = 5000;
// How long an attempt to connect may take. The pauses between attempts are the client's own.
constexpr int kConnectTimeoutMs = 5000;

std::shared_ptr<grpc::Channel> MakeChannel(const StreamAddress& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(StreamConnection::kMaxMessageSize);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectTimeoutMs);
  // Without it a new channel would sit out the pause of the one before.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  std::shared_ptr<grpc::ChannelCredentials> credentials;
  if (address.ca_pem.empty()) {
    credentials = grpc::InsecureChannelCredentials();
  } else {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = address.ca_pem;
    credentials = grpc::SslCredentials(options);
  }
  return grpc::CreateCustomChannel(address.control_plane, credentials, arguments);
}

}  // namespace

struct StreamConnection::Impl {
  // The order is that of the making: the stream ends before the channel.
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::ResolverService::Stub> stub;
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReaderWriter<v1::NodeMessage, v1::ControlMessage>> stream;
  absl::Mutex write_mutex;
  bool read_ended = false;
};

StreamConnection::StreamConnection(const StreamAddress& address) : impl_(std::make_unique<Impl>()) {
  impl_->channel = MakeChannel(address);
  impl_->stub = v1::ResolverService::NewStub(impl_->channel);
  if (!address.token.empty()) {
    impl_->context.AddMetadata("authorization", absl::StrCat("Bearer ", address.token));
  }
  impl_->stream = impl_->stub->Connect(&impl_->context);
}

StreamConnection::~StreamConnection() { Cancel(); }

bool StreamConnection::Read(v1::ControlMessage* message) {
  impl_->read_ended = !impl_->stream->Read(message);
  return !impl_->read_ended;
}

bool StreamConnection::Write(const v1::NodeMessage& message) {
  absl::MutexLock lock(&impl_->write_mutex);
  return impl_->stream->Write(message);
}

void StreamConnection::Cancel() { impl_->context.TryCancel(); }

absl::Status StreamConnection::Finish() {
  // The status stands behind the last message.
  v1::ControlMessage unread;
  while (!impl_->read_ended) Read(&unread);
  const grpc::Status status = impl_->stream->Finish();
  if (status.ok()) return absl::UnavailableError("the control plane ended the stream");
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

}  // namespace nave::resolver
