#include "bench/change_queries.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "lib/net/address.h"
#include "lib/net/socket.h"

namespace nave::bench {
namespace {

constexpr int kSockets = 16;
constexpr size_t kIds = 65536;
constexpr absl::Duration kLostAfter = absl::Seconds(3);
constexpr absl::Duration kTick = absl::Milliseconds(1);
// A client that fell behind does not send all at once what it missed.
constexpr uint64_t kBurstMax = 100;
constexpr int kReceiveBytes = 4 << 20;
constexpr size_t kBufferSize = 4096;

net::Endpoint Loopback() { return net::Endpoint::Parse("127.0.0.1:0").value(); }

class Client {
 public:
  Client(const net::Endpoint& resolver, uint64_t rate, const Subjects& subjects)
      : rate_(rate), subjects_(subjects), sockets_(kSockets) {
    sockaddr_storage storage;
    const socklen_t length = resolver.ToSockaddr(&storage);
    for (Socket& socket : sockets_) {
      socket.fd = net::BindSocket(SOCK_DGRAM, Loopback(), false).value();
      setsockopt(socket.fd, SOL_SOCKET, SO_RCVBUF, &kReceiveBytes, sizeof(kReceiveBytes));
      if (connect(socket.fd, reinterpret_cast<sockaddr*>(&storage), length) != 0) std::abort();
      socket.under_way.resize(kIds);
      socket.seen.resize(subjects.size());
    }
  }
  ~Client() {
    for (const Socket& socket : sockets_) close(socket.fd);
  }

  QueryResult Run(const std::atomic<bool>* stop) {
    const absl::Time begin = absl::Now();
    uint64_t due_before = 0;
    while (!stop->load()) {
      const auto due = static_cast<uint64_t>(absl::ToDoubleSeconds(absl::Now() - begin) *
                                             static_cast<double>(rate_));
      const uint64_t count = std::min(due - due_before, kBurstMax);
      for (uint64_t i = 0; i < count; ++i) Send();
      due_before = due;
      Receive(kTick);
    }
    const absl::Time end = absl::Now() + kLostAfter;
    while (result_.answers < result_.queries && absl::Now() < end) Receive(kTick);
    result_.lost = result_.queries - result_.answers;
    return std::move(result_);
  }

 private:
  struct UnderWay {
    absl::Time sent = absl::InfinitePast();
    size_t subject = 0;
    uint64_t low = 0;
    bool waits = false;
  };
  struct Socket {
    int fd = -1;
    uint16_t next_id = 0;
    std::vector<UnderWay> under_way;
    // By subject: the version seen last.
    std::vector<uint64_t> seen;
  };

  void Send() {
    const size_t subject = turn_ % subjects_.size();
    Socket& socket = sockets_[turn_ / subjects_.size() % kSockets];
    ++turn_;
    const uint16_t id = ++socket.next_id;
    UnderWay& query = socket.under_way[id];
    // After 65536 queries of a socket without an answer to this one; it counts as lost at the end.
    query = {absl::Now(), subject, socket.seen[subject], true};
    const std::string wire =
        dns::SerializeMessage(dns::MakeQuery(id, subjects_[subject]->qname(), dns::RRType::kA));
    ++result_.queries;
    if (send(socket.fd, wire.data(), wire.size(), 0) < 0) query.waits = false;
  }

  void Receive(absl::Duration patience) {
    std::array<pollfd, kSockets> polled;
    for (int i = 0; i < kSockets; ++i) polled[i] = {sockets_[i].fd, POLLIN, 0};
    if (poll(polled.data(), kSockets, static_cast<int>(absl::ToInt64Milliseconds(patience))) <= 0) {
      return;
    }
    for (int i = 0; i < kSockets; ++i) {
      if (polled[i].revents != 0) ReadAll(&sockets_[i]);
    }
  }

  void ReadAll(Socket* socket) {
    char buffer[kBufferSize];
    while (true) {
      const ssize_t got = recv(socket->fd, buffer, sizeof(buffer), MSG_DONTWAIT);
      if (got < 0) return;
      dns::Message answer;
      if (dns::ParseMessage(absl::string_view(buffer, static_cast<size_t>(got)), &answer) ==
          dns::WireError::kOk) {
        Take(socket, answer);
      }
    }
  }

  void Take(Socket* socket, const dns::Message& answer) {
    UnderWay& query = socket->under_way[answer.header.id];
    if (!query.waits) return;
    query.waits = false;
    const absl::Time now = absl::Now();
    ++result_.answers;
    result_.delays.push_back(now - query.sent);
    Subject& subject = *subjects_[query.subject];
    if (answer.FullRcode() == dns::Rcode::kServFail) ++result_.servfail;
    const std::optional<uint64_t> version = subject.Check(answer, query.low, now);
    if (version.has_value()) {
      uint64_t& seen = socket->seen[query.subject];
      seen = std::max(seen, *version);
      return;
    }
    ++result_.wrong;
    if (result_.first_wrong.empty()) {
      result_.first_wrong = "seen before: " + std::to_string(query.low) + "\n" + answer.ToText();
    }
  }

  const uint64_t rate_;
  const Subjects& subjects_;
  std::vector<Socket> sockets_;
  uint64_t turn_ = 0;
  QueryResult result_;
};

// The query's header and question, and an address.
std::string ServerReply(const std::string& wire, int server) {
  dns::Message query;
  if (dns::ParseMessage(wire, &query) != dns::WireError::kOk || query.questions.empty()) return "";
  dns::Message reply = dns::MakeReply(query, dns::Rcode::kNoError);
  reply.header.ra = true;
  if (query.edns.has_value()) reply.edns.emplace();
  const net::IpAddress address = net::IpAddress::Parse(ServerAddress(server)).value();
  reply.answers.push_back({query.questions[0].name, dns::RRType::kA, dns::RRClass::kIn, 1,
                           std::string(dns::ToStringView(address.bytes()))});
  return dns::SerializeMessage(reply);
}

}  // namespace

QueryResult RunQueries(const net::Endpoint& resolver, uint64_t rate, const Subjects& subjects,
                       const std::atomic<bool>* stop) {
  return Client(resolver, rate, subjects).Run(stop);
}

TwoServers::TwoServers() {
  for (int server : {0, 1}) {
    fds_[server] = net::BindSocket(SOCK_DGRAM, Loopback(), false).value();
    ports_[server] = net::LocalEndpoint(fds_[server]).port;
  }
  thread_ = std::thread([this] { Run(); });
}

TwoServers::~TwoServers() {
  stop_.store(true);
  thread_.join();
  for (int fd : fds_) close(fd);
}

void TwoServers::Run() {
  constexpr int kStopCheckMillis = 50;
  while (!stop_.load()) {
    pollfd polled[2] = {{fds_[0], POLLIN, 0}, {fds_[1], POLLIN, 0}};
    if (poll(polled, 2, kStopCheckMillis) <= 0) continue;
    for (int server : {0, 1}) {
      char buffer[kBufferSize];
      sockaddr_storage peer;
      socklen_t length = sizeof(peer);
      const ssize_t got = recvfrom(fds_[server], buffer, sizeof(buffer), MSG_DONTWAIT,
                                   reinterpret_cast<sockaddr*>(&peer), &length);
      if (got < 0) continue;
      const std::string reply = ServerReply(std::string(buffer, static_cast<size_t>(got)), server);
      sendto(fds_[server], reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&peer),
             length);
    }
  }
}

}  // namespace nave::bench
