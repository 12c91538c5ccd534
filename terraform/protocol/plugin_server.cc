#include "terraform/protocol/plugin_server.h"

#include <grpcpp/health_check_service_interface.h>
#include <stdlib.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "terraform/protocol/certificate.h"

namespace nave::terraform {

grpc::Status PluginServer::Controller::Shutdown(grpc::ServerContext*, const plugin::Empty*,
                                                plugin::Empty*) {
  on_shutdown_();
  return grpc::Status::OK;
}

absl::Status PluginServer::MakeSocketDir(const std::string& parent) {
  std::error_code error;
  const std::string base =
      parent.empty() ? std::filesystem::temp_directory_path(error).string() : parent;
  std::string dir = absl::StrCat(base.empty() ? "/tmp" : base, "/nave-terraform-XXXXXX");
  // mkdtemp makes it for this user alone.
  if (mkdtemp(dir.data()) == nullptr) {
    return absl::InternalError(
        absl::StrCat("cannot make a directory in '", base, "': ", std::strerror(errno)));
  }
  socket_dir_ = dir;
  socket_ = dir + "/s";
  if (socket_.size() < sizeof(sockaddr_un::sun_path)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("'", socket_, "' is too long for a socket; set TMPDIR to a shorter path"));
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> PluginServer::MakeCredentials(
    const Launch& launch, absl::Time now) {
  if (launch.client_certificate.empty()) return grpc::InsecureServerCredentials();
  if (!absl::StrContains(launch.client_certificate, "BEGIN CERTIFICATE")) {
    return absl::InvalidArgumentError("PLUGIN_CLIENT_CERT is no certificate (PEM)");
  }
  NAVE_ASSIGN_OR_RETURN(Certificate certificate, MakeCertificate(now));
  certificate_der_ = certificate.der;
  // Only the launching process has the key of this certificate.
  grpc::SslServerCredentialsOptions options(
      GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = launch.client_certificate;
  options.pem_key_cert_pairs.push_back({certificate.key_pem, certificate.pem});
  return grpc::SslServerCredentials(options);
}

absl::StatusOr<std::unique_ptr<PluginServer>> PluginServer::Start(
    const Launch& launch, grpc::Service& service, absl::Time now,
    std::function<void()> on_shutdown) {
  std::unique_ptr<PluginServer> server(new PluginServer(std::move(on_shutdown)));
  NAVE_RETURN_IF_ERROR(server->MakeSocketDir(launch.socket_dir));
  NAVE_ASSIGN_OR_RETURN(auto credentials, server->MakeCredentials(launch, now));
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder.SetMaxSendMessageSize(kMaxMessageBytes);
  builder.AddListeningPort("unix:" + server->socket_, credentials);
  builder.RegisterService(&service);
  builder.RegisterService(&server->controller_);
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr) {
    return absl::InternalError(absl::StrCat("cannot listen on '", server->socket_, "'"));
  }
  // The launching process asks for the health of this name.
  server->server_->GetHealthCheckService()->SetServingStatus("plugin", true);
  server->handshake_ = HandshakeLine(launch, server->socket_, server->certificate_der_);
  return server;
}

void PluginServer::Stop(absl::Time now) {
  if (server_ == nullptr) return;
  server_->Shutdown(absl::ToChronoTime(now + kStopGrace));
  server_->Wait();
}

PluginServer::~PluginServer() {
  if (server_ != nullptr) {
    server_->Shutdown();
    server_->Wait();
  }
  if (socket_dir_.empty()) return;
  unlink(socket_.c_str());
  rmdir(socket_dir_.c_str());
}

}  // namespace nave::terraform
