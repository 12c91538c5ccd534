// The road of a query: it pins the snapshot and alone knows the order of the steps; a forwarded
// reply re-enters at Resume (architecture.md section 3). One for each worker, on its thread only.
#ifndef NAVE_RESOLVER_QUERY_HANDLER_H_
#define NAVE_RESOLVER_QUERY_HANDLER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "lib/base/clock.h"
#include "lib/net/udp_socket.h"
#include "nave/resolver/v1/explain.pb.h"
#include "resolver/answer.h"
#include "resolver/cache.h"
#include "resolver/cookies.h"
#include "resolver/forwarder.h"
#include "resolver/identity.h"
#include "resolver/packet_cache.h"
#include "resolver/pending_questions.h"
#include "resolver/query.h"
#include "resolver/query_stats.h"
#include "resolver/rate_limits.h"
#include "resolver/responder.h"
#include "resolver/snapshot.h"
#include "resolver/walk.h"

namespace nave::resolver {

class QueryHandler {
 public:
  // How long clients wait for the targets where a stale answer is at hand (RFC 8767 section 5, the
  // client response timer).
  static constexpr absl::Duration kStalePatience = absl::Milliseconds(1800);

  // `clock` must outlive the handler. `upstream` must go before it: what is under way there is
  // called back when it goes. `cache_bytes_max` is for replies and packets together. `node_id` is
  // for NSID; may be empty.
  QueryHandler(Upstream* upstream, const Clock* clock, size_t cache_bytes_max, std::string node_id);

  // What is told of this server; by default the node's id and nothing else.
  void SetIdentity(Identity identity) { identity_ = std::move(identity); }
  // From now on cookies are spoken; without this, a client's cookie is an option that is not known.
  // `time_of_day` must outlive the handler.
  void SetCookies(const CookieSecrets& secrets, const Clock* time_of_day);
  // Over UDP, whoever shows no cookie of ours gets no data: BADCOOKIE if a cookie came, else TC
  // (RFC 7873 section 5.2). REQUIRES: SetCookies.
  void RequireCookies() { cookies_required_ = true; }
  // What clients are told of the idle timeout over TCP (RFC 7828).
  void SetKeepalive(absl::Duration idle_timeout);

  // Without this, nothing is limited.
  void SetLimits(const RateLimitOptions& options) {
    limits_ = std::make_unique<RateLimits>(options);
  }

  // Answers whose TTL has ended serve for so long while no target answers (RFC 8767); zero: never.
  void SetStaleLife(absl::Duration life) { cache_.SetStaleLife(life); }
  // Popular answers are asked for again before their TTL ends.
  void SetPrefetch(bool prefetch) { cache_.SetPrefetch(prefetch); }

  // TTLs of replies are brought within these before they are cached or told.
  void SetTtlBounds(const TtlBounds& bounds) { ttl_bounds_ = bounds; }

  // From now on answers come from `snapshot`. Questions under way go on.
  void SetSnapshot(std::shared_ptr<const Snapshot> snapshot);
  const std::shared_ptr<const Snapshot>& snapshot() const { return snapshot_; }

  // Answers `wire`, which arrived at `listener` (of the current snapshot; null: none there any
  // more), through `responder`: at once, or later when a target must be asked, or not at all.
  void Handle(absl::Span<const uint8_t> wire, const ReplyPath& path, const Listener* listener,
              const std::shared_ptr<Responder>& responder);

  // The same for datagrams that came together, which costs less.
  void HandleBatch(absl::Span<const net::Datagram> datagrams, const Listener* listener,
                   const std::shared_ptr<Responder>& responder);

  // The walk by this worker's state and cache, nothing sent. NOT_FOUND for an unknown view,
  // INVALID_ARGUMENT for a malformed question.
  absl::StatusOr<v1::Explanation> Explain(const v1::Question& question);

  // Forgets the replies of which this is true. What is under way is answered, and not kept. How
  // many.
  size_t FlushCache(absl::FunctionRef<bool(const CacheKey& key, const Reply& reply)> is_meant);

  const QueryStats& stats() const { return stats_; }
  Cache& cache() { return cache_; }
  const Cache& cache() const { return cache_; }
  const PacketCache& packets() const { return packets_; }
  size_t pending_count() const { return pending_.size(); }
  size_t waiter_count() const { return pending_.waiter_count(); }

 private:
  void Reject(const ParsedQuery& parsed, const ReplyPath& path, Responder* responder);
  void CheckCookie(const ReplyPath& path, Query* query);
  // Nothing but what proves the client's address next time.
  void AskForCookie(const Query& query, const ReplyPath& path, Responder* responder);
  // Lets the waiter wait for the question its walk stopped at; asks it if nobody has.
  void Wait(Waiter waiter);
  void Ask(PendingQuestion* pending, const Query& query, std::shared_ptr<const TargetGroup> group);
  // Asks for what clients need not wait for.
  void AskAgain(const Walk& walk);
  // What the targets said; what they said before, if they say nothing now.
  std::shared_ptr<const Reply> ReplyOf(const PendingQuestion& pending, ForwardResult&& result);
  // The reply has come: all that waited for it go on.
  void Resume(PendingQuestion* pending, ForwardResult&& result);
  // Asks for the memory that Resume will look at (Upstream::SetPrefetch).
  void PrefetchPending(const PendingQuestion& pending, int step) const;
  void Continue(Waiter waiter, const std::shared_ptr<const Reply>& reply);
  void FailWaiter(Waiter waiter, dns::ExtendedErrorCode code, absl::string_view text);
  void Finish(const Waiter& waiter);
  void Send(const Query& query, const Answer& answer, const ReplyPath& path, Responder* responder);
  // Sends what Write wrote, unless the client was told too often.
  void Release(absl::Span<const uint8_t> message, const Query& query, const ReplyPath& path,
               Responder* responder);
  // The answer in the responder's buffer.
  absl::Span<const uint8_t> Write(const Query& query, const Answer& answer, const ReplyPath& path,
                                  Responder* responder);
  void Count(absl::Span<const uint8_t> message);
  // A query on its way to the packets.
  struct Incoming {
    const View* view = nullptr;
    // It may be answered by a packet: `key` was read.
    bool is_plain = false;
    PacketKey key;
    // What waits for targets, if it was not answered.
    std::unique_ptr<Walk> walk;
  };
  void Read(absl::Span<const uint8_t> wire, const net::Endpoint& peer, bool is_tcp,
            const Listener* listener, Incoming* incoming) const;
  // Answers, or leaves the walk that waits for targets.
  void AnswerNow(absl::Span<const uint8_t> wire, const ReplyPath& path, Incoming* incoming,
                 Responder* responder);
  // Has what was not answered wait for targets.
  void AskFor(Incoming* incoming, const ReplyPath& path, const Listener* listener,
              const std::shared_ptr<Responder>& responder);
  // Answers a query that is over its limit as little as may be.
  void Curb(RateLimits::Limit limit, const Query& query, const ReplyPath& path,
            Responder* responder);
  RateLimits::Limit CountQuery(const Incoming& incoming, const ReplyPath& path);
  RateLimits::Limit CountAnswer(absl::Span<const uint8_t> message, uint64_t question_hash,
                                const ReplyPath& path);
  // False if no packet answers the query.
  bool SendPacket(const PacketKey& key, const View& view, absl::Span<const uint8_t> wire,
                  const ReplyPath& path, Responder* responder);
  // Lets `message`, to which `walk` led at `now`, answer the next ones.
  void KeepPacket(const PacketKey& key, const View& view, const Walk& walk, absl::Time now,
                  absl::Span<const uint8_t> message);
  // Why the question that the walk stopped at must not be asked; empty when it may.
  static std::string LoopOf(const Waiter& waiter, uint64_t question_hash);
  static bool IsFromOwnTarget(const Waiter& waiter);

  Upstream* const upstream_;
  const Clock* const clock_;
  const std::string node_id_;
  Identity identity_;
  // Null: cookies are not spoken.
  std::unique_ptr<Cookies> cookies_;
  const Clock* time_of_day_ = nullptr;
  bool cookies_required_ = false;
  // Null: nothing is limited.
  std::unique_ptr<RateLimits> limits_;
  uint16_t keepalive_tenths_ = 0;
  Cache cache_;
  PacketCache packets_;
  TtlBounds ttl_bounds_;
  // Flushes so far.
  uint32_t generation_ = 0;
  std::shared_ptr<const Snapshot> snapshot_;
  PendingQuestions pending_;
  uint32_t rotation_ = 0;
  QueryStats stats_;
  // Of HandleBatch, here for its size.
  std::vector<Incoming> batch_;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_QUERY_HANDLER_H_
