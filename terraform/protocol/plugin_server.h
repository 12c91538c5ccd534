// The gRPC server of a plugin: a socket in a directory of its own, mutual TLS with the process that
// launched it, health, and the call that ends it (design: terraform/README.md). Any thread; the
// service outlives the server.
#ifndef NAVE_TERRAFORM_PROTOCOL_PLUGIN_SERVER_H_
#define NAVE_TERRAFORM_PROTOCOL_PLUGIN_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "nave/terraform/plugin/controller.grpc.pb.h"
#include "terraform/protocol/handshake.h"

namespace nave::terraform {

// A state may be large; Terraform takes as much.
inline constexpr int kMaxMessageBytes = 256 << 20;
// What calls that are under way may take once the end is asked for; the launching process kills
// after two seconds.
inline constexpr absl::Duration kStopGrace = absl::Seconds(1);

class PluginServer {
 public:
  // `on_shutdown` is called from a thread of the server when the launching process wants the end;
  // it must not wait. INTERNAL or INVALID_ARGUMENT when the socket or the certificates are not to
  // be had.
  static absl::StatusOr<std::unique_ptr<PluginServer>> Start(const Launch& launch,
                                                             grpc::Service& service, absl::Time now,
                                                             std::function<void()> on_shutdown);
  // Stops, and removes the socket and its directory.
  ~PluginServer();

  const std::string& socket() const { return socket_; }
  // What stdout must say.
  const std::string& handshake() const { return handshake_; }
  // Ends calls that are under way after kStopGrace.
  void Stop(absl::Time now);

 private:
  class Controller final : public plugin::GRPCController::Service {
   public:
    explicit Controller(std::function<void()> on_shutdown) : on_shutdown_(std::move(on_shutdown)) {}
    grpc::Status Shutdown(grpc::ServerContext* context, const plugin::Empty* request,
                          plugin::Empty* response) override;

   private:
    const std::function<void()> on_shutdown_;
  };

  explicit PluginServer(std::function<void()> on_shutdown) : controller_(std::move(on_shutdown)) {}
  absl::Status MakeSocketDir(const std::string& parent);
  absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeCredentials(const Launch& launch,
                                                                           absl::Time now);

  Controller controller_;
  std::string socket_dir_;
  std::string socket_;
  std::string certificate_der_;
  std::string handshake_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace nave::terraform

#endif  // NAVE_TERRAFORM_PROTOCOL_PLUGIN_SERVER_H_
