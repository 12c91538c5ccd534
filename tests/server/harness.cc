#include "tests/server/harness.h"

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include "nave/governance/v1/account.grpc.pb.h"
#include "nave/governance/v1/token.grpc.pb.h"
#include "nave/governance/v1/vpc.grpc.pb.h"
#include "server/context_file.h"
#include "server/files.h"
#include "server/status.h"

namespace nave::server {
namespace {

constexpr std::chrono::seconds kDeadline(30);

}  // namespace

Harness::Harness() {
  flags_.data_dir = dir_.File("data");
  flags_.listen = {*net::Endpoint::Parse("127.0.0.1:0")};
  flags_.metrics = *net::Endpoint::Parse("127.0.0.1:0");
  StartServer();
  admin_ =
      YAML::LoadFile(data_dir() + "/" + kContextFileName)["contexts"][0]["token"].as<std::string>();
}

Harness::~Harness() = default;

void Harness::StartServer() {
  absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(flags_, RealClock());
  if (!server.ok()) {
    // Nothing of a test holds without its server.
    ADD_FAILURE() << server.status();
    std::abort();
  }
  server_ = *std::move(server);
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = ReadSmallFile(data_dir() + "/tls/ca.crt").value_or("");
  channel_ = grpc::CreateChannel(server_->addresses()[0], grpc::SslCredentials(options));
}

void Harness::StopServer() {
  channel_.reset();
  server_.reset();
}

void Harness::Restart() {
  StopServer();
  StartServer();
}

std::unique_ptr<grpc::ClientContext> Harness::Context(const std::string& secret) const {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(std::chrono::system_clock::now() + kDeadline);
  if (!secret.empty()) context->AddMetadata("authorization", "Bearer " + secret);
  return context;
}

std::string Harness::MakeToken(const std::string& name, governance::v1::Token::Role role,
                               const std::string& scope, const std::string& principal) {
  governance::v1::CreateTokenRequest request;
  request.mutable_token()->set_name("tokens/" + name);
  request.mutable_token()->set_principal(principal.empty() ? "users/" + name : principal);
  request.mutable_token()->set_role(role);
  request.mutable_token()->set_scope(scope);
  governance::v1::Token token;
  const auto stub = governance::v1::TokenService::NewStub(channel_);
  const grpc::Status status = stub->CreateToken(Context(admin_).get(), request, &token);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return token.secret();
}

void Harness::MakeAccount(const std::string& name) {
  governance::v1::CreateAccountRequest account;
  account.mutable_account()->set_name("accounts/" + name);
  governance::v1::Account made;
  grpc::Status status = governance::v1::AccountService::NewStub(channel_)->CreateAccount(
      Context(admin_).get(), account, &made);
  EXPECT_TRUE(status.ok()) << status.error_message();
  governance::v1::CreateVpcRequest vpc;
  vpc.mutable_vpc()->set_name("accounts/" + name + "/vpcs/main");
  vpc.mutable_vpc()->add_cidrs("10.0.0.0/16");
  governance::v1::Vpc made_vpc;
  status = governance::v1::VpcService::NewStub(channel_)->CreateVpc(Context(admin_).get(), vpc,
                                                                    &made_vpc);
  EXPECT_TRUE(status.ok()) << status.error_message();
}

std::string ReasonOf(const grpc::Status& status) {
  const std::optional<ErrorInfo> info = ErrorInfoOf(status);
  return info.has_value() ? info->reason : "";
}

}  // namespace nave::server
