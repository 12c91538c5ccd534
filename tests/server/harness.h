// A whole control plane in this process, over real sockets and TLS, and clients of it.
#ifndef NAVE_TESTS_SERVER_HARNESS_H_
#define NAVE_TESTS_SERVER_HARNESS_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "lib/base/clock.h"
#include "nave/governance/v1/token.pb.h"
#include "server/server.h"
#include "tests/testing/temp_dir.h"

namespace nave::server {

class Harness {
 public:
  // Fails the test when the server does not start.
  Harness();
  ~Harness();

  const Flags& flags() const { return flags_; }
  Flags& mutable_flags() { return flags_; }
  const std::string& data_dir() const { return flags_.data_dir; }
  Server& server() { return *server_; }
  const std::string& admin() const { return admin_; }
  // Stops, and starts again on the same data.
  void Restart();
  void StopServer();

  std::shared_ptr<grpc::Channel> channel() const { return channel_; }
  // A context that carries the secret, with a deadline of 30 seconds.
  std::unique_ptr<grpc::ClientContext> Context(const std::string& secret) const;

  // Makes a token by the API; its secret.
  std::string MakeToken(const std::string& name, governance::v1::Token::Role role,
                        const std::string& scope, const std::string& principal = "");
  // Makes the organization if needed, `accounts/NAME`, and the VPC `main` in it.
  void MakeAccount(const std::string& name);

 private:
  void StartServer();

  testing::TempDir dir_;
  Flags flags_;
  std::unique_ptr<Server> server_;
  std::string admin_;
  std::shared_ptr<grpc::Channel> channel_;
};

// The reason of a call's error; empty for a call that went well.
std::string ReasonOf(const grpc::Status& status);

// Calls `(stub->*method)(context with the secret, request)`.
template <typename Stub, typename Request, typename Response>
grpc::Status Call(const Harness& harness, const std::string& secret, Stub& stub,
                  grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                  const Request& request, Response* response) {
  const std::unique_ptr<grpc::ClientContext> context = harness.Context(secret);
  return (stub.*method)(context.get(), request, response);
}

}  // namespace nave::server

#endif  // NAVE_TESTS_SERVER_HARNESS_H_
