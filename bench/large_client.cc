#include "bench/large_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/dns/name.h"
#include "lib/net/socket.h"

namespace nave::bench {
namespace {

constexpr size_t kHeader = 12;
constexpr size_t kIds = 65536;
constexpr absl::Duration kLate = absl::Seconds(2);

bool Wait(int fd, absl::Duration patience) {
  pollfd wait = {fd, POLLIN, 0};
  return poll(&wait, 1, static_cast<int>(absl::ToInt64Milliseconds(patience))) > 0;
}

uint16_t IdOf(absl::string_view message) {
  return static_cast<uint16_t>(static_cast<uint8_t>(message[0]) << 8 |
                               static_cast<uint8_t>(message[1]));
}

}  // namespace

std::string MakeQuery(absl::string_view owner, uint16_t id) {
  std::string query = {static_cast<char>(id >> 8), static_cast<char>(id), 1, 0, 0, 1};
  query.resize(kHeader);
  absl::StrAppend(&query, dns::Name::FromText(owner).value().wire_view());
  return query + std::string("\0\1\0\1", 4);
}

std::string SummaryOf(absl::string_view answer) {
  const int rcode = answer[3] & 15;
  if (rcode != 0 || answer[7] == 0) return absl::StrCat("rcode ", rcode);
  std::string text;
  for (const char octet : answer.substr(answer.size() - 4)) {
    absl::StrAppend(&text, text.empty() ? "" : ".", static_cast<uint8_t>(octet));
  }
  return text;
}

LargeClient::LargeClient(const net::Endpoint& resolver, const std::string& source)
    : fd_(net::BindSocket(SOCK_DGRAM, net::Endpoint::Parse(source + ":0").value(), false).value()) {
  sockaddr_storage storage;
  const socklen_t length = resolver.ToSockaddr(&storage);
  if (connect(fd_, reinterpret_cast<sockaddr*>(&storage), length) != 0) std::abort();
}

LargeClient::~LargeClient() { close(fd_); }

std::string LargeClient::Ask(absl::string_view owner, absl::Duration patience) {
  const std::string query = MakeQuery(owner, ++id_);
  if (send(fd_, query.data(), query.size(), 0) < 0) return "";
  const absl::Time end = absl::Now() + patience;
  std::array<char, 4096> buffer;
  while (absl::Now() < end && Wait(fd_, end - absl::Now())) {
    const ssize_t size = recv(fd_, buffer.data(), buffer.size(), 0);
    if (size < static_cast<ssize_t>(kHeader)) continue;
    const absl::string_view answer(buffer.data(), static_cast<size_t>(size));
    if (IdOf(answer) == id_) return SummaryOf(answer);
  }
  return "";
}

std::vector<absl::Duration> LargeClient::AskAtRate(absl::string_view owner, int rate,
                                                   const std::atomic<bool>& stop, uint64_t* asked) {
  std::vector<absl::Duration> took;
  std::vector<absl::Time> sent(kIds, absl::InfinitePast());
  std::array<char, 4096> buffer;
  const absl::Time begin = absl::Now();
  absl::Time last = begin;
  while (!stop.load() || absl::Now() < last + kLate) {
    const absl::Time now = absl::Now();
    if (!stop.load()) {
      last = now;
      const auto due = static_cast<uint64_t>(absl::ToDoubleSeconds(now - begin) * rate);
      for (; *asked < due; ++*asked) {
        const std::string query = MakeQuery(owner, ++id_);
        sent[id_] = absl::Now();
        send(fd_, query.data(), query.size(), 0);
      }
    } else if (took.size() == *asked) {
      break;
    }
    if (!Wait(fd_, absl::Milliseconds(1))) continue;
    for (ssize_t size; (size = recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT)) >= 12;) {
      took.push_back(absl::Now() - sent[IdOf({buffer.data(), static_cast<size_t>(size)})]);
    }
  }
  return took;
}

void ServeAnswers(int fd, uint8_t last, const std::atomic<bool>& stop) {
  std::array<char, 4096> buffer;
  while (!stop.load()) {
    if (!Wait(fd, absl::Milliseconds(50))) continue;
    sockaddr_storage from;
    socklen_t length = sizeof(from);
    const ssize_t size =
        recvfrom(fd, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &length);
    if (size < static_cast<ssize_t>(kHeader)) continue;
    // Header and question without what may stand behind them.
    size_t end = kHeader;
    while (end < static_cast<size_t>(size) && buffer[end] != 0) {
      end += 1 + static_cast<uint8_t>(buffer[end]);
    }
    std::string answer(buffer.data(), std::min(end + 5, static_cast<size_t>(size)));
    answer[2] = static_cast<char>(0x81);
    answer[3] = static_cast<char>(0x80);
    answer[7] = 1;
    answer[9] = answer[11] = 0;
    answer += std::string("\xc0\x0c\0\1\0\1\0\0\1\x2c\0\4\xc0\0\2", 15);
    answer.push_back(static_cast<char>(last));
    sendto(fd, answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from), length);
  }
}

}  // namespace nave::bench
