// Random and mutated datagrams on a real socket: the server stands, answers nothing that is no
// query, and answers an honest client all the while. One seed replays a run.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>
#include <set>
#include <string>
#include <vector>

#include "lib/base/metrics.h"
#include "lib/dns/edns.h"
#include "lib/dns/wire_reader.h"
#include "resolver/resolver_metrics.h"
#include "resolver/resolver_server.h"
#include "tests/resolver/fake_upstream.h"
#include "tests/resolver/resolver_testing.h"

namespace nave::resolver {
namespace {

using dns::RRType;

constexpr int kDatagrams = 100'000;  // of each kind
constexpr int kBatch = 32;  // between two honest questions, so that none is lost in a queue
constexpr size_t kHeaderBytes = 12;
constexpr int kPatienceMs = 5000;
constexpr uint32_t kSeed = 20261125;

constexpr char kState[] =
    "{'revision': '1', 'listeners': [{'address': '127.0.0.1:0', 'views': ['v']}],"
    " 'views': [{'name': 'v', 'zones': ['z']}],"
    " 'zones': [{'name': 'z', 'apex': 'one.test.', 'rrsets': ["
    "  {'owner': 'www.one.test.', 'type': 'A', 'ttl': 60, 'rdata': ['192.0.2.1']},"
    "  {'owner': '*.wild.one.test.', 'type': 'TXT', 'ttl': 60, 'rdata': ['\\\"t\\\"']},"
    "  {'owner': 'd.one.test.', 'type': 'DNAME', 'ttl': 60, 'rdata': ['wild.one.test.']},"
    "  {'owner': 'c.one.test.', 'type': 'CNAME', 'ttl': 60, 'rdata': ['www.one.test.']}]}]}";

// A socket that speaks to the server alone.
class Client {
 public:
  explicit Client(const net::Endpoint& server) : fd_(socket(AF_INET, SOCK_DGRAM, 0)) {
    sockaddr_storage storage;
    const socklen_t length = server.ToSockaddr(&storage);
    EXPECT_EQ(0, connect(fd_, reinterpret_cast<sockaddr*>(&storage), length));
  }
  ~Client() { close(fd_); }
  void Send(const std::string& datagram) { send(fd_, datagram.data(), datagram.size(), 0); }
  // The next answer; empty when none comes in time.
  std::string Receive(int patience_ms) {
    pollfd poll_fd = {fd_, POLLIN, 0};
    if (poll(&poll_fd, 1, patience_ms) != 1) return "";
    std::string answer(65536, '\0');
    const ssize_t got = recv(fd_, answer.data(), answer.size(), 0);
    answer.resize(got > 0 ? static_cast<size_t>(got) : 0);
    return answer;
  }

 private:
  const int fd_;
};

uint16_t IdOf(const std::string& datagram) {
  return static_cast<uint16_t>(static_cast<uint8_t>(datagram[0]) << 8 |
                               static_cast<uint8_t>(datagram[1]));
}

bool MayBeAnswered(const std::string& datagram) {
  return datagram.size() >= kHeaderBytes && (static_cast<uint8_t>(datagram[2]) & 0x80) == 0;
}

class DatagramStormTest : public ::testing::Test {
 protected:
  void SetUp() override {
    WorkerOptions options;
    options.metrics = &metrics_;
    options.upstream_factory = [](net::EventLoop*) -> absl::StatusOr<std::unique_ptr<Upstream>> {
      return std::make_unique<FakeUpstream>();  // no rule leads to it
    };
    auto server = ResolverServer::Start(&RealClock(), 1, options);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    ASSERT_TRUE(server_->Serve(StateFromJson(kState)).ok());
    storm_ = std::make_unique<Client>(server_->BoundEndpoints().at(0));
    honest_ = std::make_unique<Client>(server_->BoundEndpoints().at(0));
    for (const char* name : {"www.one.test.", "a.wild.one.test.", "x.d.one.test.", "c.one.test.",
                             "none.one.test.", "elsewhere.test."}) {
      for (RRType type : {RRType::kA, RRType::kTxt, RRType::kSoa}) {
        queries_.push_back(dns::SerializeMessage(dns::MakeQuery(7, N(name), type)));
      }
    }
  }
  uint32_t Random(uint32_t below) { return static_cast<uint32_t>(random_() % below); }
  std::string RandomDatagram() {
    std::string datagram(Random(600), '\0');
    for (char& byte : datagram) byte = static_cast<char>(Random(256));
    return datagram;
  }
  // A good query with a few octets changed, and now and then an end that is missing or too much.
  std::string MutatedDatagram() {
    std::string datagram = queries_[Random(static_cast<uint32_t>(queries_.size()))];
    for (uint32_t i = Random(8); i > 0; --i) {
      datagram[Random(static_cast<uint32_t>(datagram.size()))] = static_cast<char>(Random(256));
    }
    if (Random(4) == 0) datagram.resize(Random(static_cast<uint32_t>(datagram.size())));
    if (Random(4) == 0) datagram += RandomDatagram();
    return datagram;
  }
  // The honest client's question is answered; what came before it has been read by the server then.
  void AskHonestly(uint16_t id) {
    honest_->Send(dns::SerializeMessage(dns::MakeQuery(id, N("www.one.test."), RRType::kA)));
    const std::string answer = honest_->Receive(kPatienceMs);
    dns::Message message;
    ASSERT_EQ(dns::WireError::kOk, dns::ParseMessage(answer, &message));
    ASSERT_EQ(id, IdOf(answer));
    ASSERT_EQ(1u, message.answers.size());
  }
  template <typename Make>
  void Rage(const Make& make) {
    for (int sent = 0; sent < kDatagrams; sent += kBatch) {
      std::set<uint16_t> askable;
      for (int i = 0; i < kBatch; ++i) {
        const std::string datagram = make();
        if (MayBeAnswered(datagram)) askable.insert(IdOf(datagram));
        storm_->Send(datagram);
      }
      ASSERT_NO_FATAL_FAILURE(AskHonestly(static_cast<uint16_t>(sent / kBatch)));
      for (std::string answer = storm_->Receive(0); !answer.empty(); answer = storm_->Receive(0)) {
        ASSERT_GE(answer.size(), kHeaderBytes);
        ASSERT_NE(0, static_cast<uint8_t>(answer[2]) & 0x80) << "what is sent is a response";
        ASSERT_EQ(1u, askable.count(IdOf(answer))) << "an answer to what was no query";
        ++answered_;
      }
    }
  }

  metrics::Registry registry_;
  ResolverMetrics metrics_{&registry_};
  std::unique_ptr<ResolverServer> server_;
  std::unique_ptr<Client> storm_, honest_;
  std::vector<std::string> queries_;
  std::mt19937 random_{kSeed};
  int answered_ = 0;
};

TEST_F(DatagramStormTest, RandomDatagrams) {
  Rage([this] { return RandomDatagram(); });
  // Half of what is long enough claims to be a query, and gets at least FORMERR.
  EXPECT_GT(answered_, kDatagrams / 3);
}

TEST_F(DatagramStormTest, MutatedQueries) {
  Rage([this] { return MutatedDatagram(); });
  EXPECT_GT(answered_, kDatagrams / 2);
}

}  // namespace
}  // namespace nave::resolver
