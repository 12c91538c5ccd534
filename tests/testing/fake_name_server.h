// A name server whose every reply a test decides: UDP and TCP on one port of a loopback address.
// On the thread of one event loop.
#ifndef NAVE_TESTS_TESTING_FAKE_NAME_SERVER_H_
#define NAVE_TESTS_TESTING_FAKE_NAME_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "lib/dns/message.h"
#include "lib/net/endpoint.h"
#include "lib/net/event_loop.h"

namespace nave::testing {

// A query as it came, and the ways to answer it.
struct FakeQuery {
  dns::Message message;
  std::string wire;
  net::Endpoint peer;
  bool is_tcp = false;
  // Sends octets to where the query came from: a datagram, or a message with its length.
  std::function<void(const std::string& reply)> reply;
  // As reply, over TCP, in pieces of `size`, each in a turn of the loop of its own.
  std::function<void(const std::string& reply, size_t size)> reply_in_parts;
  // Sends octets over the connection that the query came over, as they are.
  std::function<void(const std::string& octets)> send;
  // Ends the connection that the query came over.
  std::function<void()> close;
};

class FakeNameServer {
 public:
  using Handler = std::function<void(const FakeQuery& query)>;

  // Serves on `address`, at a port of the system's choice, until destroyed.
  explicit FakeNameServer(net::EventLoop* loop, const std::string& address = "127.0.0.1");
  ~FakeNameServer();

  void Handle(Handler handler) { handler_ = std::move(handler); }
  // Answers every query with one A record of `address`.
  void AnswerAll(const std::string& address);
  const net::Endpoint& endpoint() const { return endpoint_; }
  // From now on connections are refused.
  void CloseListener();
  // From now on connections are neither made nor refused: whoever asks for one hears nothing.
  void StopAccepting();
  // As before StopAccepting.
  void AcceptAgain();
  // Sends a datagram from the server's address and port.
  void SendFrom(const net::Endpoint& to, const std::string& octets);

  std::vector<FakeQuery> queries;
  size_t connections = 0;

 private:
  void OnDatagram();
  void OnConnection();
  void OnStream(int fd);
  void SendParts(int fd, std::string octets, size_t size);
  void Take(FakeQuery query);

  net::EventLoop* const loop_;
  net::Endpoint endpoint_;
  int udp_ = -1;
  int listener_ = -1;
  // Those that keep the listener's queue full.
  std::vector<int> queued_;
  std::vector<std::pair<int, std::string>> streams_;  // Descriptor and what is not yet a message.
  Handler handler_;
};

// The reply with the records given in presentation form in the answer section.
dns::Message ReplyTo(const dns::Message& query, dns::Rcode rcode,
                     const std::vector<std::string>& addresses);

}  // namespace nave::testing

#endif  // NAVE_TESTS_TESTING_FAKE_NAME_SERVER_H_
