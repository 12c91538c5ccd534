#include "resolver/metrics_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/base/clock.h"
#include "resolver/resolver_metrics.h"
#include "tests/lib/net/stream_peer.h"
#include "tests/resolver/resolver_testing.h"

namespace nave::resolver {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class MetricsServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto server = MetricsServer::Listen(loop_.get(), *net::Endpoint::Parse("127.0.0.1:0"),
                                        &registry_, [this] { return healthy_; });
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  std::string Get(const std::string& request) {
    net::StreamPeer peer(loop_.get(), server_->local());
    peer.Send(request);
    return peer.Receive(1 << 20);
  }

  bool healthy_ = false;
  metrics::Registry registry_;
  std::unique_ptr<net::EventLoop> loop_ = *net::EventLoop::Create(&RealClock());
  std::unique_ptr<MetricsServer> server_;
};

TEST_F(MetricsServerTest, GivesTheMetrics) {
  ResolverMetrics metrics(&registry_);
  QueryStats before, now;
  now.udp_queries = 3;
  now.answers_by_rcode[3] = 2;
  metrics.Add(now, before);
  metrics.SetSnapshot(*CompileJson("{'revision': '8', 'zones': [{'name': 'z', 'apex': 'a.'}]}"));
  const std::string response = Get("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(response, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(response, HasSubstr("nave_resolver_queries_total{transport=\"udp\"} 3"));
  EXPECT_THAT(response, HasSubstr("nave_resolver_answers_total{rcode=\"NXDOMAIN\"} 2"));
  EXPECT_THAT(response, HasSubstr("nave_resolver_served_revision 8"));
  EXPECT_THAT(response, HasSubstr("nave_resolver_objects{kind=\"zone\"} 1"));
}

TEST_F(MetricsServerTest, HealthFollowsTheState) {
  EXPECT_THAT(Get("GET /healthz HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 503 "));
  healthy_ = true;
  EXPECT_THAT(Get("GET /healthz?x=1 HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(MetricsServerTest, RefusesEverythingElse) {
  EXPECT_THAT(Get("GET / HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(Get("POST /metrics HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 405 "));
  EXPECT_EQ(Get(std::string(MetricsServer::kMaxRequestSize + 1, 'x')), "");
}

TEST_F(MetricsServerTest, ConnectionsAreBounded) {
  std::vector<std::unique_ptr<net::StreamPeer>> peers;
  for (size_t i = 0; i < MetricsServer::kMaxConnections; ++i) {
    peers.push_back(std::make_unique<net::StreamPeer>(loop_.get(), server_->local()));
  }
  EXPECT_TRUE(net::TurnUntil(
      loop_.get(), [&] { return server_->connection_count() == MetricsServer::kMaxConnections; }));
  net::StreamPeer more(loop_.get(), server_->local());
  EXPECT_TRUE(more.Ended());
}

}  // namespace
}  // namespace nave::resolver
