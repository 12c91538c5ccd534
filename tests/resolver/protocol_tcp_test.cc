// How the resolver's TCP meets clients that use it well and badly (RFC 7766, RFC 9210).
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "tests/resolver/protocol_testing.h"
#include "tests/resolver/resolver_testing.h"

namespace nave::resolver {
namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

constexpr int kA = 1;
constexpr int kWaitMs = 5000;

// One connection, blocking.
class Stream {
 public:
  explicit Stream(const net::Endpoint& server) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_storage storage;
    const socklen_t length = server.ToSockaddr(&storage);
    EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&storage), length), 0);
  }
  ~Stream() { close(fd_); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  void Send(const std::string& bytes) { send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  void FinishSending() { shutdown(fd_, SHUT_WR); }
  // A whole message, or nothing when the connection is over.
  std::string Receive() {
    const std::string length = Exactly(2);
    if (length.size() < 2) return "";
    return Exactly(static_cast<uint8_t>(length[0]) << 8 | static_cast<uint8_t>(length[1]));
  }
  bool Ended() { return Exactly(1).empty(); }

 private:
  std::string Exactly(size_t size) {
    std::string got;
    while (got.size() < size) {
      pollfd poll_fd = {fd_, POLLIN, 0};
      char buffer[4096];
      if (poll(&poll_fd, 1, kWaitMs) != 1) break;
      const ssize_t count = recv(fd_, buffer, std::min(size - got.size(), sizeof(buffer)), 0);
      if (count <= 0) break;
      got.append(buffer, static_cast<size_t>(count));
    }
    return got;
  }

  const int fd_;
};

std::string Framed(const std::string& message) {
  return U16(static_cast<int>(message.size())) + message;
}

std::string Query(int id, const char* name) {
  return Framed(U16(id) + QueryWire(name, kA).substr(2));
}

// Section 6.2.1.1 and 7: several queries at once, answered as they are ready. The targets answer on
// a later turn than the zone.
TEST(Rfc7766Test, AnswersComeOutOfOrder) {
  WireServer server;
  Stream stream(server.endpoint());
  stream.Send(Query(1, "www.corp.test.") + Query(2, "www.one.test.") + Query(3, "no.one.test."));
  std::vector<int> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(ParseReply(stream.Receive()).header.id);
  EXPECT_THAT(ids, UnorderedElementsAre(1, 2, 3));
  EXPECT_EQ(ids.back(), 1);
}

// Section 8: a message may come in any pieces.
TEST(Rfc7766Test, AMessageMayComeOctetByOctet) {
  WireServer server;
  Stream stream(server.endpoint());
  for (char octet : Query(7, "www.one.test.")) stream.Send(std::string(1, octet));
  EXPECT_EQ(ParseReply(stream.Receive()).answers.size(), 1u);
}

// Section 6.2.4: what was asked before the half-close is answered, then we close too.
TEST(Rfc7766Test, AHalfClosedClientGetsItsAnswers) {
  WireServer server;
  Stream stream(server.endpoint());
  stream.Send(Query(1, "www.corp.test.") + Query(2, "www.one.test."));
  stream.FinishSending();
  EXPECT_FALSE(stream.Receive().empty());
  EXPECT_FALSE(stream.Receive().empty());
  EXPECT_TRUE(stream.Ended());
}

// Section 6.2.3: our own limits; whoever is idle makes room.
TEST(Rfc7766Test, ALimitClosesAnIdleConnectionNotANewOne) {
  WorkerOptions options;
  options.tcp_limits.max_connections = 2;
  WireServer server(options);
  Stream idle(server.endpoint());
  Stream half(server.endpoint());
  half.Send("\1");
  std::vector<std::unique_ptr<Stream>> asking;
  for (int i = 0; i < 4; ++i) {
    asking.push_back(std::make_unique<Stream>(server.endpoint()));
    asking.back()->Send(Query(i, "www.one.test."));
    EXPECT_EQ(ParseReply(asking.back()->Receive()).answers.size(), 1u) << i;
  }
  EXPECT_TRUE(idle.Ended());
  EXPECT_TRUE(half.Ended());
  EXPECT_TRUE(asking[0]->Ended());
}

TEST(Rfc9210Test, LimitsAreSeenInMetrics) {
  WireServer server;
  const std::string text = server.Metrics();
  for (const char* name :
       {"nave_resolver_tcp_connections ", "nave_resolver_tcp_accepted_total ",
        "nave_resolver_tcp_buffered_bytes ", "nave_resolver_tcp_refused_total{limit=\"client\"}",
        "nave_resolver_tcp_refused_total{limit=\"all\"}",
        "nave_resolver_tcp_ended_total{why=\"slow_message\"}",
        "nave_resolver_tcp_ended_total{why=\"slow_reader\"}",
        "nave_resolver_tcp_ended_total{why=\"evicted\"}",
        "nave_resolver_tcp_ended_total{why=\"idle\"}"}) {
    EXPECT_THAT(text, HasSubstr(name));
  }
}

}  // namespace
}  // namespace nave::resolver
