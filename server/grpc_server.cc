#include "server/grpc_server.h"

#include <grpc/support/log.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/base/log.h"
#include "server/limits.h"

namespace nave::server {
namespace {

constexpr int kKeepaliveMs = 30000;
constexpr int kKeepaliveTimeoutMs = 10000;
constexpr int kMinClientPingMs = 5000;
constexpr int kMaxMetadataBytes = 16384;
// A thread that has answered waits for the next call while no more than these do, and ends
// otherwise. Most calls are changes that wait for the disk, so that with few of them nearly every
// call would start a thread and end one.
constexpr int kMaxPollers = 64;

// Failed handshakes and the like are what clients do, not what this server does wrong.
void LogOfGrpc(gpr_log_func_args* line) {
  const bool error = line->severity == GPR_LOG_SEVERITY_ERROR;
  (error ? log::Warning : log::Debug)("grpc", {{"text", line->message}});
}

// Once for the process, before the first builder.
void SetUpGrpc() {
  static const bool once = [] {
    gpr_set_log_function(LogOfGrpc);
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    return true;
  }();
  (void)once;
}

std::shared_ptr<grpc::ServerCredentials> Credentials(const Tls& tls) {
  grpc::SslServerCredentialsOptions options(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  options.pem_key_cert_pairs.push_back({tls.key, tls.certificate});
  return grpc::SslServerCredentials(options);
}

void Bound(grpc::ServerBuilder& builder) {
  grpc::ResourceQuota quota("naved");
  quota.Resize(kMaxServerBytes).SetMaxThreads(kMaxThreads);
  builder.SetResourceQuota(quota);
  builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
  builder.SetMaxSendMessageSize(kMaxResponseBytes);
  builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, kMaxPollers);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxConcurrentStreamsPerConnection);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kMinClientPingMs);
  // Otherwise a second server would silently share the address, and get half of the connections.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

absl::Status Unavailable(const std::vector<net::Endpoint>& listen, const std::vector<int>& ports) {
  std::vector<std::string> refused;
  for (size_t i = 0; i < listen.size(); ++i) {
    if (ports[i] == 0) refused.push_back(listen[i].ToString());
  }
  return absl::UnavailableError(absl::StrCat(
      "cannot listen at ", refused.empty() ? "any address" : absl::StrJoin(refused, ", "),
      ": another process has the address, or it is none of this machine; choose with --listen"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<GrpcServer>> GrpcServer::Start(
    const std::vector<net::Endpoint>& listen, const Tls& tls, ServiceList services) {
  SetUpGrpc();
  auto result = absl::WrapUnique(new GrpcServer());
  result->services_ = std::move(services);
  grpc::ServerBuilder builder;
  Bound(builder);
  std::vector<int> ports(listen.size(), 0);
  for (size_t i = 0; i < listen.size(); ++i) {
    builder.AddListeningPort(listen[i].ToString(), Credentials(tls), &ports[i]);
  }
  for (const std::unique_ptr<grpc::Service>& service : result->services_)
    builder.RegisterService(service.get());
  result->server_ = builder.BuildAndStart();
  if (result->server_ == nullptr) return Unavailable(listen, ports);
  for (size_t i = 0; i < listen.size(); ++i) {
    if (ports[i] == 0) return Unavailable(listen, ports);
    result->addresses_.push_back(
        net::Endpoint{listen[i].address, static_cast<uint16_t>(ports[i])}.ToString());
  }
  return result;
}

GrpcServer::~GrpcServer() { Stop(absl::ZeroDuration()); }

void GrpcServer::Stop(absl::Duration drain) {
  if (server_ == nullptr) return;
  gpr_timespec deadline =
      gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                   gpr_time_from_millis(absl::ToInt64Milliseconds(drain), GPR_TIMESPAN));
  server_->Shutdown(deadline);
  server_->Wait();
  server_.reset();
}

}  // namespace nave::server
