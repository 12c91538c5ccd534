// Questions that targets are asked, and the clients that wait for them: identical ones share one
// (RFC 5452 section 8). Everything that outsiders can make grow has a bound here; a rule whose
// targets are dead fills its own share and leaves the others theirs. One for each worker, on its
// thread.
#ifndef NAVE_RESOLVER_PENDING_QUESTIONS_H_
#define NAVE_RESOLVER_PENDING_QUESTIONS_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "lib/dns/message.h"
#include "lib/net/endpoint.h"
#include "resolver/cache.h"
#include "resolver/responder.h"
#include "resolver/target_group.h"
#include "resolver/walk.h"

namespace nave::resolver {

// A client whose walk has stopped.
struct Waiter {
  std::unique_ptr<Walk> walk;
  uint64_t view_id;
  // Where the question arrived, as the snapshot names it.
  net::Endpoint listener;
  ReplyPath path;
  std::weak_ptr<Responder> responder;
};

// Identical questions meet when they have also passed equally many resolvers. So nobody waits for a
// question that waits for his: along a loop the count only grows. Nor do those meet between which
// the cache was flushed: what the target said before is not what is asked for.
struct PendingKey {
  CacheKey key;
  uint8_t hop_count = 0;
  // Flushes before it.
  uint32_t generation = 0;
};

struct PendingQuestion {
  PendingKey key;
  dns::Question question;
  // Of the question (hop_guard.h).
  uint64_t hash;
  // Who is asked.
  uint64_t group;
  absl::InlinedVector<Waiter, 1> waiters;
};

class PendingQuestions {
 public:
  static constexpr size_t kMaxQuestions = 8192;
  static constexpr size_t kMaxWaiters = 32768;
  static constexpr size_t kMaxWaitersPerQuestion = 256;
  // Of one rule's targets, or of one view's recursive resolvers.
  static constexpr size_t kMaxQuestionsPerGroup = kMaxQuestions / 4;
  static constexpr size_t kMaxWaitersPerGroup = kMaxWaiters / 4;
  // Questions above which nothing is asked that no client waits for.
  static constexpr size_t kMaxForRefresh = 1024;

  struct Joined {
    // Null: the waiter was not taken, for this reason; a literal.
    PendingQuestion* question = nullptr;
    const char* refusal = "";
    // Nobody has asked it yet: the caller does.
    bool is_new = false;
  };
  // Lets `*waiter` wait for the question with this key, whose hash and group these are.
  Joined Join(const PendingKey& key, const dns::Question& question, uint64_t hash, uint64_t group,
              Waiter* waiter);
  // A question that nobody waits for; null if it is under way, or too many are.
  PendingQuestion* AddRefresh(const PendingKey& key, const dns::Question& question, uint64_t hash,
                              uint64_t group);
  // Takes it out, with its waiters. REQUIRES: `question` is one of these.
  std::unique_ptr<PendingQuestion> Take(const PendingQuestion* question);

  size_t size() const { return questions_.size(); }
  size_t waiter_count() const { return waiter_count_; }

 private:
  // What a group has of the whole.
  struct Share {
    size_t questions = 0;
    size_t waiters = 0;
  };
  struct Hash {
    using is_transparent = void;
    size_t operator()(const PendingKey& k) const { return k.key.hash() + k.hop_count; }
    size_t operator()(const std::unique_ptr<PendingQuestion>& q) const { return (*this)(q->key); }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const std::unique_ptr<PendingQuestion>& a, const PendingKey& b) const {
      return a->key.hop_count == b.hop_count && a->key.generation == b.generation &&
             a->key.key == b.key;
    }
    bool operator()(const std::unique_ptr<PendingQuestion>& a,
                    const std::unique_ptr<PendingQuestion>& b) const {
      return (*this)(a, b->key);
    }
  };

  // Why one more may not wait; empty when it may.
  const char* WaiterRefusal(const Share& share) const;
  const char* QuestionRefusal(const Share& share) const;
  PendingQuestion* Add(const PendingKey& key, const dns::Question& question, uint64_t hash,
                       uint64_t group, Share* share);

  absl::flat_hash_set<std::unique_ptr<PendingQuestion>, Hash, Equal> questions_;
  // Of those groups that have any.
  absl::flat_hash_map<uint64_t, Share> shares_;
  size_t waiter_count_ = 0;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_PENDING_QUESTIONS_H_
