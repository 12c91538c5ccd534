#include "server/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nave/governance/v1/admin.grpc.pb.h"
#include "nave/governance/v1/vpc.grpc.pb.h"
#include "server/files.h"
#include "tests/server/harness.h"

namespace nave::server {
namespace {

using ::testing::HasSubstr;

// What an HTTP GET gives, head and body.
std::string HttpGet(const std::string& address, const std::string& request) {
  const net::Endpoint endpoint = *net::Endpoint::Parse(address);
  sockaddr_storage storage;
  const socklen_t size = endpoint.ToSockaddr(&storage);
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&storage), size), 0);
  EXPECT_EQ(::send(fd, request.data(), request.size(), 0), static_cast<ssize_t>(request.size()));
  std::string answer;
  char buffer[4096];
  ssize_t count = 0;
  while ((count = ::recv(fd, buffer, sizeof buffer, 0)) > 0) answer.append(buffer, count);
  ::close(fd);
  return answer;
}

class ServerTest : public ::testing::Test {
 protected:
  grpc::StatusCode WhoAmI(const std::shared_ptr<grpc::Channel>& channel) {
    governance::v1::WhoAmIResponse response;
    return governance::v1::AdminService::NewStub(channel)
        ->WhoAmI(harness_.Context(harness_.admin()).get(), {}, &response)
        .error_code();
  }
  Harness harness_;
};

TEST_F(ServerTest, FirstStartWritesAPrivateContextThatWorks) {
  const std::string path = harness_.data_dir() + "/admin.context.yaml";
  struct stat info = {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  const std::string text = *ReadSmallFile(path);
  EXPECT_THAT(text, HasSubstr(harness_.server().addresses()[0]));
  EXPECT_THAT(text, HasSubstr(harness_.data_dir() + "/tls/ca.crt"));
  EXPECT_EQ(WhoAmI(harness_.channel()), grpc::StatusCode::OK);
}

TEST_F(ServerTest, ARestartKeepsCaTokensAndData) {
  harness_.MakeAccount("a");
  const std::string ca = *ReadSmallFile(harness_.data_dir() + "/tls/ca.crt");
  harness_.Restart();
  EXPECT_EQ(*ReadSmallFile(harness_.data_dir() + "/tls/ca.crt"), ca);
  EXPECT_EQ(WhoAmI(harness_.channel()), grpc::StatusCode::OK);
  api::v1::GetRequest get;
  get.set_name("accounts/a/vpcs/main");
  governance::v1::Vpc vpc;
  const auto stub = governance::v1::VpcService::NewStub(harness_.channel());
  EXPECT_TRUE(stub->GetVpc(harness_.Context(harness_.admin()).get(), get, &vpc).ok());
  // The port is another one, and the context says so.
  EXPECT_THAT(*ReadSmallFile(harness_.data_dir() + "/admin.context.yaml"),
              HasSubstr(harness_.server().addresses()[0]));
}

TEST_F(ServerTest, AClientWithoutTheCaOrWithoutTlsGetsNowhere) {
  grpc::SslCredentialsOptions other;
  other.pem_root_certs = *ReadSmallFile(harness_.data_dir() + "/tls/server.crt");
  const std::string& address = harness_.server().addresses()[0];
  EXPECT_EQ(WhoAmI(grpc::CreateChannel(address, grpc::InsecureChannelCredentials())),
            grpc::StatusCode::UNAVAILABLE);
  other.pem_root_certs.replace(0, other.pem_root_certs.size(), "");
  EXPECT_EQ(WhoAmI(grpc::CreateChannel(address, grpc::SslCredentials(other))),
            grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ServerTest, ADataDirectoryHasOneServer) {
  const absl::Status status = Server::Start(harness_.flags(), RealClock()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
}

TEST_F(ServerTest, AnAddressThatIsTakenIsNamed) {
  testing::TempDir dir;
  Flags flags;
  flags.data_dir = dir.File("data");
  flags.listen = {*net::Endpoint::Parse(harness_.server().addresses()[0])};
  const absl::Status status = Server::Start(flags, RealClock()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr(harness_.server().addresses()[0]));
}

TEST_F(ServerTest, MetricsAndHealthOverPlainHttp) {
  EXPECT_EQ(WhoAmI(harness_.channel()), grpc::StatusCode::OK);
  const std::string address = harness_.server().metrics_address();
  EXPECT_THAT(HttpGet(address, "GET /healthz HTTP/1.1\r\n\r\n"), HasSubstr("200 OK"));
  const std::string metrics = HttpGet(address, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(metrics,
              HasSubstr("nave_server_calls_total{code=\"0\",method=\"AdminService/WhoAmI\"} 1"));
  EXPECT_THAT(HttpGet(address, "GET /else HTTP/1.1\r\n\r\n"), HasSubstr("404"));
  EXPECT_THAT(HttpGet(address, "POST /metrics HTTP/1.1\r\n\r\n"), HasSubstr("405"));
  EXPECT_EQ(HttpGet(address, std::string(10000, 'x')), "");
}

TEST_F(ServerTest, AMessageThatIsTooLargeIsRefused) {
  governance::v1::CreateVpcRequest request;
  request.mutable_vpc()->set_name(std::string(5 << 20, 'x'));
  governance::v1::Vpc vpc;
  const auto stub = governance::v1::VpcService::NewStub(harness_.channel());
  EXPECT_EQ(stub->CreateVpc(harness_.Context(harness_.admin()).get(), request, &vpc).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(ServerTest, StoppingTwiceIsStoppingOnce) {
  harness_.server().Stop();
  harness_.server().Stop();
  EXPECT_EQ(WhoAmI(harness_.channel()), grpc::StatusCode::UNAVAILABLE);
}

TEST(CheckTest, LooksAtTheDirectoryAndMakesNothing) {
  testing::TempDir dir;
  Flags flags;
  flags.data_dir = dir.File("new/data");
  EXPECT_TRUE(Check(flags, RealClock()).ok());
  EXPECT_FALSE(FileExists(dir.File("new")));
  ASSERT_TRUE(WriteSmallFile(dir.File("file"), "", kPublicMode).ok());
  flags.data_dir = dir.File("file");
  EXPECT_EQ(Check(flags, RealClock()).code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace nave::server
