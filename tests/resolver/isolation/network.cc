#include "tests/resolver/isolation/network.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "lib/base/check.h"
#include "lib/base/clock.h"
#include "lib/net/socket.h"
#include "tests/resolver/resolver_testing.h"

namespace nave::resolver::isolation {
namespace {

constexpr int kAnswerSecondsMax = 20;
constexpr size_t kBufferSize = 65536;

net::Endpoint Local(uint32_t address) {
  return net::Endpoint::Parse(Ipv4Text(address) + ":0").value();
}

std::string QueryWire(uint16_t id, const std::string& qname) {
  dns::Message query = dns::MakeQuery(id, N(qname), dns::RRType::kTxt);
  query.edns.emplace();
  return dns::SerializeMessage(query);
}

std::string CharacterString(const std::string& text) {
  return std::string(1, static_cast<char>(text.size())) + text;
}

// What a server says about a name: itself, and the egress that asked.
dns::Message MarkedReply(const dns::Message& query, int server, const net::Endpoint& peer) {
  const dns::Name& qname = query.questions.at(0).name;
  const std::string mark = absl::StrFormat("mark-s%03d", server);
  const std::string text = qname.ToText();
  const bool is_negative = absl::StartsWithIgnoreCase(text, "n-");
  dns::Message reply =
      testing::ReplyTo(query, is_negative ? dns::Rcode::kNxDomain : dns::Rcode::kNoError, {});
  dns::ResourceRecord record{qname, dns::RRType::kTxt, dns::RRClass::kIn, 60, ""};
  if (is_negative) {
    const auto soa = ParseRecords({"example. 60 IN SOA ns." + mark + ".example. r." + mark +
                                   ".example. 1 3600 600 86400 60"});
    reply.authorities.push_back({soa[0].owner, dns::RRType::kSoa, dns::RRClass::kIn, 60,
                                 std::string(soa[0].rdatas.front())});
    return reply;
  }
  if (absl::StartsWithIgnoreCase(text, "c-")) {
    record.type = dns::RRType::kCname;
    record.rdata = std::string(N("www.one.example.").wire_view());
  } else {
    const int egress = peer.address.bytes()[2] == 1 ? peer.address.bytes()[3] - 1 : -1;
    record.rdata = CharacterString(mark);
    if (egress >= 0) record.rdata += CharacterString(absl::StrFormat("mark-e%03d", egress));
  }
  reply.answers.push_back(record);
  return reply;
}

}  // namespace

MarkedServers::MarkedServers(uint64_t seed)
    : loop_(net::EventLoop::Create(&RealClock()).value()), dice_(seed) {
  for (int server = 0; server < kServers; ++server) {
    servers_.push_back(std::make_unique<testing::FakeNameServer>(loop_.get()));
    servers_.back()->Handle(
        [this, server](const testing::FakeQuery& query) { Answer(server, query); });
  }
  thread_ = std::thread([this] { loop_->Run(); });
}

MarkedServers::~MarkedServers() {
  loop_->Stop();
  thread_.join();
}

ServerPorts MarkedServers::ports() const {
  ServerPorts ports;
  for (const auto& server : servers_) ports.push_back(server->endpoint().port);
  return ports;
}

void MarkedServers::Answer(int server, const testing::FakeQuery& query) {
  asked_.fetch_add(1);
  // So many that the test's own record of them would only grow.
  servers_[server]->queries.clear();
  const std::string reply = dns::SerializeMessage(MarkedReply(query.message, server, query.peer));
  if (!dice_.OneIn(2)) return query.reply(reply);
  // Late, so that changes and other questions come in between.
  loop_->RunAfter(absl::Milliseconds(1 + dice_.Roll(12)),
                  [respond = query.reply, reply] { respond(reply); });
}

Asker::Asker(const std::vector<uint32_t>& sources) {
  for (uint32_t source : sources) {
    sources_[source].fd = net::BindSocket(SOCK_DGRAM, Local(source), false).value();
  }
}

Asker::~Asker() {
  for (const auto& [address, source] : sources_) close(source.fd);
}

void Asker::Send(uint32_t address, const net::Endpoint& to, const std::string& qname,
                 size_t number) {
  Source& source = sources_.at(address);
  const uint16_t id = ++source.next_id;
  const std::string wire = QueryWire(id, qname);
  sockaddr_storage storage;
  const socklen_t length = to.ToSockaddr(&storage);
  NAVE_CHECK(sendto(source.fd, wire.data(), wire.size(), 0, reinterpret_cast<sockaddr*>(&storage),
                    length) == static_cast<ssize_t>(wire.size()));
  source.under_way[id] = number;
  ++under_way_;
}

void Asker::Read(Source* source, const OnAnswer& on_answer) {
  char buffer[kBufferSize];
  while (true) {
    const ssize_t got = recv(source->fd, buffer, sizeof(buffer), MSG_DONTWAIT);
    if (got < 2) return;
    const uint16_t id = static_cast<uint16_t>(static_cast<uint8_t>(buffer[0]) << 8 |
                                              static_cast<uint8_t>(buffer[1]));
    auto found = source->under_way.find(id);
    if (found == source->under_way.end()) continue;
    const size_t number = found->second;
    source->under_way.erase(found);
    --under_way_;
    on_answer(number, std::string(buffer, static_cast<size_t>(got)));
  }
}

size_t Asker::Collect(const OnAnswer& on_answer) {
  while (under_way_ > 0) {
    std::vector<pollfd> polled;
    std::vector<Source*> waiting;
    for (auto& [address, source] : sources_) {
      if (source.under_way.empty()) continue;
      polled.push_back({source.fd, POLLIN, 0});
      waiting.push_back(&source);
    }
    if (poll(polled.data(), polled.size(), kAnswerSecondsMax * 1000) <= 0) break;
    for (size_t i = 0; i < polled.size(); ++i) {
      if (polled[i].revents != 0) Read(waiting[i], on_answer);
    }
  }
  for (auto& [address, source] : sources_) source.under_way.clear();
  return std::exchange(under_way_, 0);
}

std::string AskTcp(uint32_t source, const net::Endpoint& to, const std::string& qname) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience = {kAnswerSecondsMax, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  sockaddr_storage local, remote;
  const socklen_t local_length = Local(source).ToSockaddr(&local);
  const socklen_t length = to.ToSockaddr(&remote);
  std::string wire = QueryWire(7, qname);
  wire.insert(0, {static_cast<char>(wire.size() >> 8), static_cast<char>(wire.size() & 0xff)});
  char buffer[kBufferSize];
  ssize_t got = 0;
  if (bind(fd, reinterpret_cast<sockaddr*>(&local), local_length) == 0 &&
      connect(fd, reinterpret_cast<sockaddr*>(&remote), length) == 0 &&
      send(fd, wire.data(), wire.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(wire.size()) &&
      recv(fd, buffer, 2, MSG_WAITALL) == 2) {
    const size_t size = static_cast<uint8_t>(buffer[0]) << 8 | static_cast<uint8_t>(buffer[1]);
    got = recv(fd, buffer, size, MSG_WAITALL);
  }
  close(fd);
  return got > 0 ? std::string(buffer, static_cast<size_t>(got)) : "";
}

}  // namespace nave::resolver::isolation
