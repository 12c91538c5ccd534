// One TCP connection to one target, kept open and pipelined (RFC 7766 sections 6.2.1 and 6.2.3):
// opened when there is something to send, closed when it is idle. Messages that arrive in parts are
// put together here; what one turn of the loop sends leaves together. On the thread of one event
// loop.
#ifndef NAVE_RESOLVER_UPSTREAM_TCP_H_
#define NAVE_RESOLVER_UPSTREAM_TCP_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/net/address.h"
#include "lib/net/endpoint.h"
#include "lib/net/event_loop.h"
#include "lib/net/tcp_framing.h"
#include "resolver/upstream_wire.h"

namespace nave::resolver {

class UpstreamTcp final : public UpstreamWire {
 public:
  static constexpr absl::Duration kIdleTimeout = absl::Seconds(10);
  // Octets that wait for the target to take them; above it a message is refused.
  static constexpr size_t kMaxOutput = 256 * 1024;

  UpstreamTcp(net::EventLoop* loop, const net::Endpoint& target,
              const std::optional<net::IpAddress>& source, Receiver* receiver);
  ~UpstreamTcp() override;

  absl::StatusOr<Token> Send(absl::Span<const uint8_t> message) override;
  void Release(Token token) override;
  void Tick(absl::Time now) override;

  bool connected() const { return fd_ >= 0 && !connecting_; }

 private:
  static constexpr size_t kReadSize = 16384;

  absl::Status Open();
  void Close();
  // Closes, and tells who waits.
  void Fail(WireFailure failure, const std::string& text);
  void OnEvents(uint32_t events);
  void FinishConnect();
  void Read();
  void DeliverMessages();
  bool HasRoom(size_t message_size) const {
    return output_.size() - output_sent_ + net::kTcpLengthSize + message_size <= kMaxOutput;
  }
  // Writes what the turn has sent.
  void Flush();
  void Write();
  void UpdateWatch();

  net::EventLoop* const loop_;
  const net::Endpoint target_;
  const std::optional<net::IpAddress> source_;
  Receiver* const receiver_;
  int fd_ = -1;
  // Of the connection that is open; the last one's when there is none.
  Token token_ = 0;
  bool connecting_ = false;
  uint32_t watched_ = 0;
  int waiting_ = 0;
  absl::Time last_used_;
  net::TcpFraming input_;
  std::string output_;
  size_t output_sent_ = 0;
  net::EventLoop::TurnEndId flush_ = net::EventLoop::kNoTurnEnd;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_UPSTREAM_TCP_H_
