#include "tests/testing/fake_name_server.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "lib/base/check.h"
#include "lib/net/socket.h"

namespace nave::testing {
namespace {

constexpr int kMaxBindTries = 64;
constexpr size_t kBufferSize = 65536;
constexpr int kBacklog = 16;

std::string WithLength(const std::string& message) {
  std::string framed;
  framed.push_back(static_cast<char>(message.size() >> 8));
  framed.push_back(static_cast<char>(message.size() & 0xff));
  return framed + message;
}

}  // namespace

FakeNameServer::FakeNameServer(net::EventLoop* loop, const std::string& address) : loop_(loop) {
  const net::IpAddress ip = net::IpAddress::Parse(address).value();
  // The port of the datagrams may be taken for streams by somebody else.
  for (int i = 0; i < kMaxBindTries && listener_ < 0; ++i) {
    if (udp_ >= 0) close(udp_);
    udp_ = net::BindSocket(SOCK_DGRAM, {ip, 0}, false).value();
    endpoint_ = net::LocalEndpoint(udp_);
    listener_ = net::BindSocket(SOCK_STREAM, endpoint_, false).value_or(-1);
  }
  NAVE_CHECK(listener_ >= 0 && listen(listener_, kBacklog) == 0);
  NAVE_CHECK(loop_->Watch(udp_, EPOLLIN, [this](uint32_t) { OnDatagram(); }).ok());
  NAVE_CHECK(loop_->Watch(listener_, EPOLLIN, [this](uint32_t) { OnConnection(); }).ok());
}

FakeNameServer::~FakeNameServer() {
  loop_->Unwatch(udp_);
  close(udp_);
  CloseListener();
  for (const int fd : queued_) close(fd);
  for (const auto& [fd, octets] : streams_) {
    loop_->Unwatch(fd);
    close(fd);
  }
}

void FakeNameServer::AnswerAll(const std::string& address) {
  Handle([address](const FakeQuery& query) {
    query.reply(dns::SerializeMessage(ReplyTo(query.message, dns::Rcode::kNoError, {address})));
  });
}

void FakeNameServer::CloseListener() {
  if (listener_ < 0) return;
  loop_->Unwatch(listener_);
  close(listener_);
  listener_ = -1;
}

void FakeNameServer::StopAccepting() {
  loop_->Unwatch(listener_);
  NAVE_CHECK(listen(listener_, 0) == 0);
  sockaddr_storage storage;
  const socklen_t length = endpoint_.ToSockaddr(&storage);
  // Made at once on loopback, as long as the queue has room.
  while (queued_.empty() || errno != EINPROGRESS) {
    const int fd = socket(endpoint_.address.is_v4() ? AF_INET : AF_INET6,
                          SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    NAVE_CHECK(fd >= 0);
    queued_.push_back(fd);
    errno = 0;
    const int status = connect(fd, reinterpret_cast<sockaddr*>(&storage), length);
    NAVE_CHECK(status == 0 || errno == EINPROGRESS);
  }
}

void FakeNameServer::AcceptAgain() {
  for (const int fd : queued_) close(fd);
  queued_.clear();
  NAVE_CHECK(listen(listener_, kBacklog) == 0);
  NAVE_CHECK(loop_->Watch(listener_, EPOLLIN, [this](uint32_t) { OnConnection(); }).ok());
}

void FakeNameServer::SendFrom(const net::Endpoint& to, const std::string& octets) {
  sockaddr_storage storage;
  const socklen_t length = to.ToSockaddr(&storage);
  sendto(udp_, octets.data(), octets.size(), 0, reinterpret_cast<sockaddr*>(&storage), length);
}

void FakeNameServer::OnDatagram() {
  char buffer[kBufferSize];
  sockaddr_storage storage{};
  socklen_t length = sizeof(storage);
  const ssize_t got =
      recvfrom(udp_, buffer, sizeof(buffer), 0, reinterpret_cast<sockaddr*>(&storage), &length);
  if (got < 0) return;
  FakeQuery query;
  query.wire.assign(buffer, static_cast<size_t>(got));
  query.peer = net::Endpoint::FromSockaddr(storage);
  query.reply = [this, peer = query.peer](const std::string& reply) { SendFrom(peer, reply); };
  Take(std::move(query));
}

void FakeNameServer::OnConnection() {
  const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return;
  ++connections;
  streams_.emplace_back(fd, "");
  NAVE_CHECK(loop_->Watch(fd, EPOLLIN, [this, fd](uint32_t) { OnStream(fd); }).ok());
}

void FakeNameServer::OnStream(int fd) {
  auto stream = std::find_if(streams_.begin(), streams_.end(),
                             [fd](const auto& entry) { return entry.first == fd; });
  char buffer[kBufferSize];
  const ssize_t got = recv(fd, buffer, sizeof(buffer), 0);
  if (got <= 0) {
    loop_->Unwatch(fd);
    close(fd);
    streams_.erase(stream);
    return;
  }
  std::string input = stream->second + std::string(buffer, static_cast<size_t>(got));
  stream->second.clear();
  while (input.size() >= 2) {
    const size_t size = static_cast<uint8_t>(input[0]) << 8 | static_cast<uint8_t>(input[1]);
    if (input.size() < 2 + size) break;
    FakeQuery query;
    query.wire = input.substr(2, size);
    query.is_tcp = true;
    query.reply = [this, fd](const std::string& reply) {
      SendParts(fd, WithLength(reply), kBufferSize + 2);
    };
    query.reply_in_parts = [this, fd](const std::string& reply, size_t piece) {
      SendParts(fd, WithLength(reply), piece);
    };
    query.send = [this, fd](const std::string& octets) { SendParts(fd, octets, octets.size()); };
    query.close = [fd] { shutdown(fd, SHUT_RDWR); };
    input.erase(0, 2 + size);
    Take(std::move(query));
  }
  // A handler may have opened no stream, but the vector may have moved all the same.
  for (auto& [number, rest] : streams_) {
    if (number == fd) rest = input;
  }
}

void FakeNameServer::SendParts(int fd, std::string octets, size_t size) {
  const std::string piece = octets.substr(0, size);
  send(fd, piece.data(), piece.size(), MSG_NOSIGNAL);
  octets.erase(0, piece.size());
  if (octets.empty()) return;
  loop_->RunAfter(absl::ZeroDuration(),
                  [this, fd, octets = std::move(octets), size] { SendParts(fd, octets, size); });
}

void FakeNameServer::Take(FakeQuery query) {
  NAVE_CHECK(dns::ParseMessage(query.wire, &query.message) == dns::WireError::kOk);
  queries.push_back(query);
  if (handler_) handler_(query);
}

dns::Message ReplyTo(const dns::Message& query, dns::Rcode rcode,
                     const std::vector<std::string>& addresses) {
  dns::Message reply = dns::MakeReply(query, rcode);
  reply.header.ra = true;
  if (query.edns.has_value()) reply.edns.emplace();
  for (const std::string& address : addresses) {
    dns::ResourceRecord record;
    record.owner = query.questions.at(0).name;
    record.ttl = 60;
    record.rdata = std::string(dns::ToStringView(net::IpAddress::Parse(address).value().bytes()));
    reply.answers.push_back(record);
  }
  return reply;
}

}  // namespace nave::testing
