// One TCP connection that carries DNS messages, each behind its length (RFC 1035 section 4.2.2,
// RFC 7766). On the thread of one event loop.
#ifndef NAVE_LIB_NET_TCP_CONNECTION_H_
#define NAVE_LIB_NET_TCP_CONNECTION_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "lib/net/endpoint.h"
#include "lib/net/event_loop.h"
#include "lib/net/tcp_framing.h"

namespace nave::net {

// Why a connection is over.
enum class TcpEnd : uint8_t {
  kNone,         // It is not.
  kPeer,         // The peer closed it, or it broke.
  kIdle,         // No message for idle_timeout.
  kSlowMessage,  // A message took longer than io_timeout to come.
  kSlowReader,   // The peer took its answers too slowly.
  kFull,         // Too many octets waited for the peer, of this connection or of all.
  kEvicted,      // A newcomer needed its place.
  kClosed,       // We closed it for another reason.
};
inline constexpr size_t kTcpEnds = 8;

// Octets that connections hold together. On one thread.
struct TcpMemory {
  size_t used = 0;
  size_t max = SIZE_MAX;
};

struct TcpConnectionOptions {
  // Without a message outstanding or under way (RFC 7766 section 6.2.3).
  absl::Duration idle_timeout = absl::Seconds(10);
  // From the first octet of a message to its last; and for the peer to take kMinTaken octets of
  // what we write, or all.
  absl::Duration io_timeout = absl::Seconds(5);
  // Messages read but not answered: above this we stop reading.
  size_t max_outstanding = 64;
  // Octets of answers that wait for the peer: above this we stop reading.
  size_t max_unread = 64 << 10;
  // Octets that wait for the peer to take them: above this the connection is closed.
  size_t max_write_buffer = 1 << 20;
  // Where its octets count too; may be null. Above the bound the connection that adds more is
  // closed. Must outlive the connection.
  TcpMemory* memory = nullptr;
};

class TcpConnection : public std::enable_shared_from_this<TcpConnection> {
 public:
  using MessageCallback = std::function<void(absl::Span<const uint8_t> message)>;
  using CloseCallback = std::function<void()>;

  // Takes the non-blocking, connected `fd` over.
  TcpConnection(EventLoop* loop, int fd, const Endpoint& peer, const IpAddress& local,
                const TcpConnectionOptions& options);
  ~TcpConnection();
  TcpConnection(const TcpConnection&) = delete;
  TcpConnection& operator=(const TcpConnection&) = delete;

  // Starts reading. `on_close` is called once, when the connection is over for any reason but
  // Close(); neither is called after Close.
  absl::Status Start(MessageCallback on_message, CloseCallback on_close);
  // Writes `message` with its length and ends one outstanding message; an empty one only ends it.
  // REQUIRES: message.size() <= 65535.
  void Answer(absl::Span<const uint8_t> message);
  // Closes at once.
  void Close();

  const Endpoint& peer() const { return peer_; }
  const IpAddress& local() const { return local_; }
  size_t outstanding() const { return outstanding_; }
  // A message came that has no answer yet.
  bool owes_answer() const { return outstanding_ > 0; }
  TcpEnd end() const { return end_; }

 private:
  // What one turn takes, so that others get theirs.
  static constexpr size_t kReadSize = 1024;
  static constexpr size_t kMinTaken = 16384;

  void OnEvents(uint32_t events);
  void Read();
  // Hands over whole messages until there is none or reading stops; writes what was answered
  // within.
  void DeliverMessages();
  bool DeliverOne();
  void Write();
  void ForgetSent();
  // After each event and answer: what is now waited for.
  void Settle();
  void CountMemory(size_t held);
  void UpdateWatch();
  // Sets the deadline of what the connection now waits for.
  void UpdateTimer();
  void OnTimeout();
  void Finish(TcpEnd end);
  size_t unsent() const { return output_.size() - output_sent_; }
  bool memory_is_full() const {
    return options_.memory != nullptr && options_.memory->used > options_.memory->max;
  }
  bool reading_paused() const {
    return outstanding_ >= options_.max_outstanding || unsent() >= options_.max_unread;
  }

  EventLoop* const loop_;
  int fd_;
  const Endpoint peer_;
  const IpAddress local_;
  const TcpConnectionOptions options_;
  MessageCallback on_message_;
  CloseCallback on_close_;
  TcpFraming input_;
  std::string output_;
  size_t output_sent_ = 0;
  // Octets that the peer has taken since the deadline was set.
  size_t taken_ = 0;
  size_t outstanding_ = 0;
  size_t counted_ = 0;
  uint32_t watched_ = 0;
  bool peer_closed_ = false;
  bool delivering_ = false;
  TcpEnd end_ = TcpEnd::kNone;
  enum class Wait : uint8_t { kNone, kIdle, kMessage, kWrite };
  Wait wait_ = Wait::kNone;
  EventLoop::TimerId timer_ = EventLoop::kNoTimer;
};

}  // namespace nave::net

#endif  // NAVE_LIB_NET_TCP_CONNECTION_H_
