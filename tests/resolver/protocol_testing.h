// Raw messages, octet by octet, and a resolver that answers them over real sockets.
#ifndef NAVE_TESTS_RESOLVER_PROTOCOL_TESTING_H_
#define NAVE_TESTS_RESOLVER_PROTOCOL_TESTING_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>

#include "lib/base/metrics.h"
#include "lib/dns/message.h"
#include "lib/net/endpoint.h"
#include "resolver/resolver_metrics.h"
#include "resolver/resolver_server.h"

namespace nave::resolver {

// The second word of the header.
inline constexpr uint16_t kQr = 0x8000, kAa = 0x0400, kTc = 0x0200, kRd = 0x0100, kRa = 0x0080,
                          kZ = 0x0040, kAd = 0x0020, kCd = 0x0010;
inline constexpr uint16_t kDo = 0x8000;
inline constexpr uint16_t kTestId = 0x4e41;

constexpr uint16_t OpcodeBits(int opcode) { return static_cast<uint16_t>(opcode << 11); }

std::string U16(int value);
std::string Header(uint16_t flags, std::initializer_list<int> counts);
// The name's case is kept.
std::string QuestionWire(const char* name, int type, int rrclass = 1);
std::string OptionWire(int code, const std::string& data);
// `owner` is in wire form.
std::string OptWire(const std::string& options = "", int version = 0, uint16_t flags = 0,
                    int size = 1232, const std::string& owner = std::string(1, '\0'));
std::string RecordWire(const char* owner, int type, int rrclass, const std::string& rdata);
// A query with RD of one question, and an OPT unless `opt` is empty.
std::string QueryWire(const char* name, int type, const std::string& opt = "", uint16_t flags = kRd,
                      int rrclass = 1);

// A resolver with one worker: the zone one.test., and the rule corp.test. whose targets answer
// nothing. Node r1, version v9.
class WireServer {
 public:
  explicit WireServer(WorkerOptions options = {});
  ~WireServer();

  // The reply to `query`. Behind it goes a probe that is always answered: a reply to that alone
  // means that there is none to the query, and gives an empty string.
  std::string AskUdp(const std::string& query);
  // The same over a TCP connection of its own.
  std::string AskTcp(const std::string& query);
  std::string Ask(const std::string& query, bool tcp) {
    return tcp ? AskTcp(query) : AskUdp(query);
  }
  const net::Endpoint& endpoint() const { return endpoint_; }
  std::string Metrics() const { return registry_.Expose(); }
  ResolverServer& server() { return *server_; }

 private:
  metrics::Registry registry_;
  ResolverMetrics metrics_{&registry_};
  std::unique_ptr<ResolverServer> server_;
  net::Endpoint endpoint_;
};

// Fails the test if it cannot be read.
dns::Message ParseReply(const std::string& wire);

}  // namespace nave::resolver

#endif  // NAVE_TESTS_RESOLVER_PROTOCOL_TESTING_H_
