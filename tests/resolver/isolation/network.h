// The two ends of a resolver under test: name servers whose answers carry marks, on a thread of
// their own, and clients that ask from addresses of their choice.
#ifndef NAVE_TESTS_RESOLVER_ISOLATION_NETWORK_H_
#define NAVE_TESTS_RESOLVER_ISOLATION_NETWORK_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "lib/net/endpoint.h"
#include "lib/net/event_loop.h"
#include "tests/resolver/isolation/model.h"
#include "tests/testing/fake_name_server.h"

namespace nave::resolver::isolation {

// kServers name servers. A first label `n-...` is NXDOMAIN, `c-...` a CNAME to www.one.example.,
// all else a TXT RRset; each says which server answered and, by its source address, for which
// egress.
class MarkedServers {
 public:
  explicit MarkedServers(uint64_t seed);
  ~MarkedServers();

  ServerPorts ports() const;
  // Questions that reached a server so far. Any thread.
  size_t asked() const { return asked_.load(); }

 private:
  void Answer(int server, const testing::FakeQuery& query);

  std::unique_ptr<net::EventLoop> loop_;
  Dice dice_;
  std::vector<std::unique_ptr<testing::FakeNameServer>> servers_;
  std::atomic<size_t> asked_{0};
  std::thread thread_;
};

// UDP sockets of many sources. One thread.
class Asker {
 public:
  // Answer to the question with this number.
  using OnAnswer = std::function<void(size_t number, std::string wire)>;

  explicit Asker(const std::vector<uint32_t>& sources);
  ~Asker();

  // Asks for TXT with EDNS; `number` names the question among those of its source under way.
  void Send(uint32_t source, const net::Endpoint& to, const std::string& qname, size_t number);
  // Gives answers until none is under way; how many never came.
  size_t Collect(const OnAnswer& on_answer);

 private:
  struct Source {
    int fd = -1;
    uint16_t next_id = 0;
    std::map<uint16_t, size_t> under_way;
  };

  void Read(Source* source, const OnAnswer& on_answer);

  std::map<uint32_t, Source> sources_;
  size_t under_way_ = 0;
};

// One question over a TCP connection of its own; the answer, or empty.
std::string AskTcp(uint32_t source, const net::Endpoint& to, const std::string& qname);

}  // namespace nave::resolver::isolation

#endif  // NAVE_TESTS_RESOLVER_ISOLATION_NETWORK_H_
