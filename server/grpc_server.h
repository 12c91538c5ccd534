// The gRPC end of the server: listeners with TLS, bounds, keepalive, health and reflection. Start
// and stop from one thread.
#ifndef NAVE_SERVER_GRPC_SERVER_H_
#define NAVE_SERVER_GRPC_SERVER_H_

#include <grpcpp/server.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/net/endpoint.h"
#include "server/services/services.h"
#include "server/tls.h"

namespace nave::server {

class GrpcServer {
 public:
  // Serves from now on. UNAVAILABLE names the address that cannot be listened at.
  static absl::StatusOr<std::unique_ptr<GrpcServer>> Start(const std::vector<net::Endpoint>& listen,
                                                           const Tls& tls, ServiceList services);
  // Stops at once.
  ~GrpcServer();

  // `127.0.0.1:7443`, with the ports that the system chose.
  const std::vector<std::string>& addresses() const { return addresses_; }
  // Refuses new calls, and cancels those that are still at work after `drain`. May be called again.
  void Stop(absl::Duration drain);

 private:
  GrpcServer() = default;

  ServiceList services_;
  std::vector<std::string> addresses_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace nave::server

#endif  // NAVE_SERVER_GRPC_SERVER_H_
