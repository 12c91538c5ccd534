#include "terraform/protocol/plugin_server.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/notification.h"
#include "lib/base/clock.h"
#include "nave/terraform/v6/provider.grpc.pb.h"
#include "terraform/protocol/certificate.h"
#include "tests/testing/temp_dir.h"

namespace nave::terraform {
namespace {

// What the launching process makes for itself and trusts.
class PluginServerTest : public ::testing::Test {
 protected:
  PluginServerTest() {
    auto client = MakeCertificate(RealClock().Now());
    EXPECT_TRUE(client.ok());
    client_ = *client;
    launch_.client_certificate = client_.pem;
    launch_.socket_dir = dir_.path();
    auto server =
        PluginServer::Start(launch_, service_, RealClock().Now(), [this] { shutdown_.Notify(); });
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  // The certificate of the handshake, as PEM.
  std::string ServerPem() const {
    const std::vector<std::string> parts =
        absl::StrSplit(server_->handshake().substr(0, server_->handshake().size() - 1), '|');
    std::string base64 = parts.at(5);
    while (base64.size() % 4 != 0) base64 += '=';
    return "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n";
  }
  std::shared_ptr<grpc::Channel> Connect(bool with_certificate) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = ServerPem();
    if (with_certificate) {
      options.pem_cert_chain = client_.pem;
      options.pem_private_key = client_.key_pem;
    }
    grpc::ChannelArguments arguments;
    arguments.SetSslTargetNameOverride("localhost");
    return grpc::CreateCustomChannel("unix:" + server_->socket(), grpc::SslCredentials(options),
                                     arguments);
  }
  grpc::Status AskToEnd(bool with_certificate) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(RealClock().Now() + absl::Seconds(20)));
    plugin::Empty request, response;
    return plugin::GRPCController::NewStub(Connect(with_certificate))
        ->Shutdown(&context, request, &response);
  }

  nave::testing::TempDir dir_;
  Certificate client_;
  Launch launch_;
  tfplugin6::Provider::Service service_;
  absl::Notification shutdown_;
  std::unique_ptr<PluginServer> server_;
};

TEST_F(PluginServerTest, TheLaunchingProcessConnectsByTheHandshake) {
  EXPECT_EQ(server_->handshake().find("1|6|unix|" + server_->socket() + "|grpc|"), 0u);
  const grpc::Status status = AskToEnd(/*with_certificate=*/true);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_TRUE(shutdown_.HasBeenNotified());
}

TEST_F(PluginServerTest, NobodyElseDoes) {
  EXPECT_FALSE(AskToEnd(/*with_certificate=*/false).ok());
  EXPECT_FALSE(shutdown_.HasBeenNotified());
}

TEST_F(PluginServerTest, TheSocketIsForThisUserAndGoesWithTheServer) {
  struct stat dir = {};
  const std::string parent = std::filesystem::path(server_->socket()).parent_path();
  ASSERT_EQ(stat(parent.c_str(), &dir), 0);
  EXPECT_EQ(dir.st_mode & 0777, 0700u);
  server_->Stop(RealClock().Now());
  server_.reset();
  EXPECT_FALSE(std::filesystem::exists(parent));
}

TEST_F(PluginServerTest, WhatCannotBeServedIsAnError) {
  Launch launch = launch_;
  launch.socket_dir = dir_.File("missing");
  EXPECT_FALSE(PluginServer::Start(launch, service_, RealClock().Now(), [] {}).ok());
  launch.socket_dir = dir_.path();
  launch.client_certificate = "no certificate";
  EXPECT_FALSE(PluginServer::Start(launch, service_, RealClock().Now(), [] {}).ok());
}

}  // namespace
}  // namespace nave::terraform
