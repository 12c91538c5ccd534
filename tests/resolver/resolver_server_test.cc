// Real sockets, real threads, on loopback and port 0.
#include "resolver/resolver_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "lib/base/metrics.h"
#include "lib/dns/wire_reader.h"
#include "lib/net/socket.h"
#include "resolver/resolver_metrics.h"
#include "tests/resolver/fake_upstream.h"
#include "tests/resolver/resolver_testing.h"

namespace nave::resolver {
namespace {

using dns::RRType;
using ::testing::ElementsAre;

// Answers every question with one address, on the worker's next turn.
class EchoUpstream : public Upstream {
 public:
  explicit EchoUpstream(net::EventLoop* loop) : loop_(loop) {}

  void Forward(const dns::Question& question, std::shared_ptr<const TargetGroup> group,
               const ForwardOptions&, ForwardCallback callback) override {
    loop_->RunAfter(absl::ZeroDuration(), [question, group, callback] {
      ForwardResult result;
      dns::Message reply =
          dns::MakeReply(dns::MakeQuery(1, question.name, question.type), dns::Rcode::kNoError);
      reply.answers.push_back(
          {question.name, RRType::kA, dns::RRClass::kIn, 60, std::string("\xc0\x00\x02\x63", 4)});
      result.reply = MakeTestReply(question, reply);
      result.attempts.push_back(
          {group->targets.at(0).endpoint, Transport::kUdp, absl::ZeroDuration(), "NOERROR"});
      callback(std::move(result));
    });
  }
  size_t outstanding() const override { return 0; }

 private:
  net::EventLoop* const loop_;
};

std::string Json(int revision, const std::string& address, const std::string& listeners) {
  return "{'revision': '" + std::to_string(revision) + "', 'listeners': [" + listeners +
         "], 'views': [{'name': 'v', 'zones': ['z'], 'rules': ['r']}], 'zones': [{'name': 'z',"
         " 'apex': 'one.test.', 'rrsets': [{'owner': 'www.one.test.', 'type': 'A', 'ttl': 60,"
         " 'rdata': ['" +
         address +
         "']}]}], 'rules': [{'name': 'r', 'domainName': 'corp.test.', 'kind': 'FORWARD',"
         " 'targets': [{'address': '192.0.2.100'}]}]}";
}
constexpr char kListener[] = "{'address': '127.0.0.1:0', 'views': ['v']}";

class ResolverServerTest : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    WorkerOptions options;
    options.upstream_factory =
        [](net::EventLoop* loop) -> absl::StatusOr<std::unique_ptr<Upstream>> {
      return std::make_unique<EchoUpstream>(loop);
    };
    options.metrics = &metrics_;
    auto server = ResolverServer::Start(&RealClock(), GetParam(), options);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  absl::Status Serve(int revision, const std::string& address,
                     const std::string& listeners = kListener) {
    return server_->Serve(StateFromJson(Json(revision, address, listeners)));
  }
  net::Endpoint Where() const {
    const auto endpoints = server_->BoundEndpoints();
    EXPECT_EQ(endpoints.size(), 1u);
    return endpoints.empty() ? net::Endpoint() : endpoints[0];
  }

  metrics::Registry registry_;
  ResolverMetrics metrics_{&registry_};
  std::unique_ptr<ResolverServer> server_;
};

// One question over a socket of its own; the answers' texts, or "no answer".
std::vector<std::string> Ask(const net::Endpoint& server, const char* qname, bool tcp) {
  const int fd = socket(AF_INET, tcp ? SOCK_STREAM : SOCK_DGRAM, 0);
  sockaddr_storage storage;
  const socklen_t length = server.ToSockaddr(&storage);
  std::vector<std::string> texts = {"no answer"};
  if (connect(fd, reinterpret_cast<sockaddr*>(&storage), length) == 0) {
    std::string wire = dns::SerializeMessage(dns::MakeQuery(5, N(qname), RRType::kA));
    if (tcp) {
      wire.insert(0, {static_cast<char>(wire.size() >> 8), static_cast<char>(wire.size())});
    }
    send(fd, wire.data(), wire.size(), MSG_NOSIGNAL);
    pollfd poll_fd = {fd, POLLIN, 0};
    char buffer[4096];
    const ssize_t got = poll(&poll_fd, 1, 5000) == 1 ? recv(fd, buffer, sizeof(buffer), 0) : 0;
    dns::Message message;
    const ssize_t skip = tcp ? 2 : 0;
    if (got > skip && dns::ParseMessage(absl::string_view(buffer + skip, got - skip), &message) ==
                          dns::WireError::kOk) {
      texts = Texts(message.answers);
    }
  }
  close(fd);
  return texts;
}

TEST_P(ResolverServerTest, ServesOverUdpAndTcp) {
  ASSERT_TRUE(Serve(1, "192.0.2.1").ok());
  EXPECT_EQ(server_->served_revision(), 1);
  for (bool tcp : {false, true}) {
    for (int i = 0; i < 8; ++i) {
      EXPECT_THAT(Ask(Where(), "www.one.test.", tcp),
                  ElementsAre("www.one.test. 60 IN A 192.0.2.1"));
    }
    EXPECT_THAT(Ask(Where(), "www.corp.test.", tcp),
                ElementsAre("www.corp.test. 60 IN A 192.0.2.99"));
  }
}

// When Serve has returned, no worker gives an old answer: that is what an acknowledgement means.
TEST_P(ResolverServerTest, ServedMeansAnsweredByEveryWorker) {
  for (int revision = 1; revision <= 10; ++revision) {
    const std::string address = "192.0.2." + std::to_string(revision);
    ASSERT_TRUE(Serve(revision, address).ok());
    for (int i = 0; i < 8; ++i) {
      EXPECT_THAT(Ask(Where(), "www.one.test.", false),
                  ElementsAre("www.one.test. 60 IN A " + address));
    }
  }
}

TEST_P(ResolverServerTest, ListenersComeAndGoAndStayWhereTheyAre) {
  ASSERT_TRUE(Serve(1, "192.0.2.1").ok());
  const net::Endpoint first = Where();
  ASSERT_TRUE(Serve(2, "192.0.2.2").ok());
  EXPECT_EQ(Where(), first);
  ASSERT_TRUE(Serve(3, "192.0.2.3", "").ok());
  EXPECT_TRUE(server_->BoundEndpoints().empty());
  EXPECT_FALSE(server_->BoundEndpoint(*net::Endpoint::Parse("127.0.0.1:0")).ok());
  ASSERT_TRUE(Serve(4, "192.0.2.4").ok());
  EXPECT_THAT(Ask(Where(), "www.one.test.", true), ElementsAre("www.one.test. 60 IN A 192.0.2.4"));
}

TEST_P(ResolverServerTest, RefusedStateLeavesTheOldOne) {
  ASSERT_TRUE(Serve(1, "192.0.2.1").ok());
  EXPECT_EQ(Serve(2, "not an address").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(server_->served_revision(), 1);
  EXPECT_THAT(Ask(Where(), "www.one.test.", false), ElementsAre("www.one.test. 60 IN A 192.0.2.1"));
  EXPECT_NE(registry_.Expose().find("nave_resolver_refused_states_total 1"), std::string::npos);
}

TEST_P(ResolverServerTest, AddressThatCannotBeBoundLeavesTheOthersServed) {
  const int holder = *net::BindSocket(SOCK_DGRAM, *net::Endpoint::Parse("127.0.0.1:0"), false);
  const std::string taken = net::LocalEndpoint(holder).ToString();
  const absl::Status status = Serve(
      1, "192.0.2.1", std::string(kListener) + ", {'address': '" + taken + "', 'views': ['v']}");
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr(taken));
  const auto where = server_->BoundEndpoint(*net::Endpoint::Parse("127.0.0.1:0"));
  ASSERT_TRUE(where.ok());
  EXPECT_THAT(Ask(*where, "www.one.test.", false), ElementsAre("www.one.test. 60 IN A 192.0.2.1"));
  close(holder);
}

TEST_P(ResolverServerTest, ExplainsAndStops) {
  ASSERT_TRUE(Serve(1, "192.0.2.1").ok());
  v1::Question question;
  question.set_view("v");
  question.set_qname("www.one.test.");
  const auto explanation = server_->Explain(question);
  ASSERT_TRUE(explanation.ok()) << explanation.status();
  EXPECT_EQ(explanation->revision(), 1);
  question.set_view("nobody");
  EXPECT_EQ(server_->Explain(question).status().code(), absl::StatusCode::kNotFound);
  server_->Stop();
  EXPECT_EQ(server_->Explain(question).status().code(), absl::StatusCode::kUnavailable);
}

TEST_P(ResolverServerTest, FlushesAndReportsForAllWorkers) {
  ASSERT_TRUE(Serve(1, "192.0.2.1").ok());
  // The kernel spreads them over the workers.
  constexpr int kNames = 24;
  for (int i = 0; i < kNames; ++i) {
    Ask(Where(), absl::StrCat("n", i, ".corp.test.").c_str(), false);
  }
  v1::NodeRequest request;
  request.mutable_list_cache_use()->set_view("v");
  auto reply = server_->Answer(request);
  ASSERT_TRUE(reply.ok()) << reply.status();
  ASSERT_EQ(reply->cache_uses().uses_size(), 1);
  EXPECT_EQ(reply->cache_uses().uses(0).rule(), "r");
  EXPECT_EQ(reply->cache_uses().uses(0).misses(), kNames);
  EXPECT_EQ(reply->cache_uses().uses(0).replies(), kNames);
  request.mutable_flush_cache()->set_name("n3.corp.test.");
  reply = server_->Answer(request);
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->cache_flushed().replies(), 1);
  request.mutable_flush_cache()->Clear();
  EXPECT_EQ(server_->Answer(request)->cache_flushed().replies(), kNames - 1);
  request.mutable_flush_cache()->set_view("nobody");
  EXPECT_EQ(server_->Answer(request).status().code(), absl::StatusCode::kNotFound);
  request.mutable_list_cache_use()->set_view("nobody");
  EXPECT_EQ(server_->Answer(request).status().code(), absl::StatusCode::kNotFound);
  request.clear_request();
  EXPECT_EQ(server_->Answer(request).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_P(ResolverServerTest, ExplainsByTheWorkerThatHasItInItsCache) {
  ASSERT_TRUE(Serve(1, "192.0.2.1").ok());
  v1::Question question;
  question.set_view("v");
  question.set_qname("www.corp.test.");
  ASSERT_FALSE(server_->Explain(question)->complete());
  // The kernel gives it to one of the workers.
  ASSERT_EQ(Ask(Where(), "www.corp.test.", false).size(), 1u);
  const auto explanation = server_->Explain(question);
  ASSERT_TRUE(explanation.ok()) << explanation.status();
  EXPECT_TRUE(explanation->complete());
  EXPECT_EQ(explanation->answers_size(), 1);
}

INSTANTIATE_TEST_SUITE_P(Workers, ResolverServerTest, ::testing::Values(1, 3));

TEST(ResolverServerStartTest, NumberOfWorkersIsBounded) {
  for (int count : {0, -1, ResolverServer::kMaxWorkers + 1}) {
    EXPECT_EQ(ResolverServer::Start(&RealClock(), count, WorkerOptions()).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST(ResolverServerStopTest, QuestionUnderWayIsAnsweredWhenTheServerStops) {
  WorkerOptions options;
  std::atomic<bool> asked{false};
  // Never answers by itself; its destructor says that it goes away.
  class SilentUpstream : public FakeUpstream {
   public:
    explicit SilentUpstream(std::atomic<bool>* flag) : flag_(flag) {}
    void Forward(const dns::Question& question, std::shared_ptr<const TargetGroup> group,
                 const ForwardOptions& forward, ForwardCallback callback) override {
      FakeUpstream::Forward(question, std::move(group), forward, std::move(callback));
      flag_->store(true);
    }

   private:
    std::atomic<bool>* flag_;
  };
  options.upstream_factory = [&](net::EventLoop*) -> absl::StatusOr<std::unique_ptr<Upstream>> {
    return std::make_unique<SilentUpstream>(&asked);
  };
  auto server = *ResolverServer::Start(&RealClock(), 1, options);
  ASSERT_TRUE(server->Serve(StateFromJson(Json(1, "192.0.2.1", kListener))).ok());
  const net::Endpoint where = server->BoundEndpoints().at(0);
  std::thread stopper([&] {
    while (!asked.load()) std::this_thread::yield();
    server->Stop();
  });
  EXPECT_THAT(Ask(where, "www.corp.test.", false), ::testing::IsEmpty());
  stopper.join();
}

}  // namespace
}  // namespace nave::resolver
