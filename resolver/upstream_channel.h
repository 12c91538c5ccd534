// Questions to one target from one source over one transport (data-plane.md section 2): a c-ares
// channel above, a wire below, and between them the check that a reply is one (RFC 5452). On the
// thread of one event loop.
#ifndef NAVE_RESOLVER_UPSTREAM_CHANNEL_H_
#define NAVE_RESOLVER_UPSTREAM_CHANNEL_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/net/endpoint.h"
#include "lib/net/event_loop.h"
#include "resolver/ares_door.h"
#include "resolver/forgery_watch.h"
#include "resolver/target_group.h"
#include "resolver/upstream_wire.h"

namespace nave::resolver {

enum class UpstreamEvent : uint8_t {
  kMessage,
  // A reply in other case than asked: a careless server, or a forger who had to guess.
  kCaseDiffers,
  // So many messages that match nothing came from the target that somebody must be guessing.
  kForged,
  kRefused,
  kUnreachable,
  kClosed,
  kTimedOut,
  kCancelled,
};

struct UpstreamReply {
  UpstreamEvent event = UpstreamEvent::kCancelled;
  // With kMessage: the reply, whose id and question match.
  std::string message;
  // For people; may be empty.
  std::string text;
};

class UpstreamChannel final : private AresDoor::Carrier, private UpstreamWire::Receiver {
 public:
  // Queries under way; ids are drawn from 65536.
  static constexpr size_t kMaxOutstanding = 2048;
  // After it a query is forgotten whatever its owner thinks; owners give up earlier.
  static constexpr absl::Duration kBackstop = absl::Seconds(60);

  // Names a query for Abandon.
  using Ticket = uint64_t;
  using Callback = std::function<void(UpstreamReply reply)>;
  using WireFactory =
      std::function<std::unique_ptr<UpstreamWire>(UpstreamWire::Receiver* receiver)>;

  static absl::StatusOr<std::unique_ptr<UpstreamChannel>> Create(Transport transport,
                                                                 const net::Endpoint& target,
                                                                 net::EventLoop* loop,
                                                                 UpstreamStats* stats,
                                                                 const WireFactory& factory);
  // What is under way gets kCancelled. REQUIRES: not within a call of the channel.
  ~UpstreamChannel() override;

  // Sends `query` (BuildQuery) under an unpredictable id. `callback` is called once, never within
  // this call, unless the ticket is abandoned. RESOURCE_EXHAUSTED above kMaxOutstanding or for lack
  // of sockets; UNAVAILABLE when the target cannot be asked.
  absl::StatusOr<Ticket> Ask(std::string query, Callback callback);
  // No callback comes after this. Nothing if the query is over.
  void Abandon(Ticket ticket);
  // To be called now and then.
  void Tick();

  size_t outstanding() const { return pending_.size() + answered_.size(); }
  // When it was last asked.
  absl::Time last_used() const { return last_used_; }

 private:
  struct Pending {
    std::string query;
    Callback callback;  // Empty when abandoned or called.
    UpstreamWire::Token token = 0;
    Ticket ticket = 0;
  };

  // A query whose reply has come, until the end of the turn.
  struct Answered {
    Ticket ticket;
    Callback callback;  // Empty when abandoned.
    std::string message;
  };

  UpstreamChannel(Transport transport, net::EventLoop* loop, UpstreamStats* stats);
  // The replies of a turn are looked at together (docs/design/0006-together.md).
  void Keep(Answered answered);
  void CallBackAnswered();
  void OnMismatch(Mismatch what, absl::Span<const uint8_t> message);
  // Ends those under way for which `of` holds.
  void EndAll(UpstreamEvent event, const std::string& text,
              absl::FunctionRef<bool(const Pending&)> of);
  // AresDoor::Carrier
  bool SendMessage(absl::Span<const uint8_t> message) override;
  void OnDone(uint64_t tag, AresDoor::Outcome outcome, absl::Span<const uint8_t> message) override;
  // UpstreamWire::Receiver
  void OnMessage(UpstreamWire::Token token, absl::Span<const uint8_t> message) override;
  void OnFailure(UpstreamWire::Token token, WireFailure failure, const std::string& text) override;

  uint16_t DrawId() const;
  // Ends a query before its reply: c-ares is given an empty one, so that it forgets.
  void End(uint16_t id, UpstreamReply reply);

  const Transport transport_;
  net::EventLoop* const loop_;
  absl::flat_hash_map<uint16_t, std::unique_ptr<Pending>> pending_;
  std::unique_ptr<UpstreamWire> wire_;
  std::unique_ptr<AresDoor> door_;
  // How the wire took the message of the Ask under way; nothing if it was given none.
  std::optional<absl::Status> send_status_;
  std::vector<Answered> answered_;
  net::EventLoop::TurnEndId turn_end_ = net::EventLoop::kNoTurnEnd;
  absl::Time last_used_;
  uint64_t serial_ = 0;
  ForgeryWatch watch_;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_UPSTREAM_CHANNEL_H_
