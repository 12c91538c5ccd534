// The walk of one question through a view: decide, look up or ask, follow CNAME and DNAME, decide
// again (product.md section 6, data-plane.md section 3). It never waits: where a target must be
// asked it stops, and goes on when it gets the reply. `explain` takes the same walk.
//
// A stopped walk holds no pointer into a snapshot. One thread at a time.
#ifndef NAVE_RESOLVER_WALK_H_
#define NAVE_RESOLVER_WALK_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lib/dns/message.h"
#include "resolver/answer.h"
#include "resolver/cache.h"
#include "resolver/query.h"
#include "resolver/reply.h"
#include "resolver/snapshot.h"
#include "resolver/trace.h"
#include "resolver/view.h"

namespace nave::resolver {

// CNAMEs, DNAMEs and delegations that one question follows from one object to the next, and CNAMEs
// within one zone.
inline constexpr int kMaxFollows = 8;
inline constexpr int kMaxCnamesInZone = 16;

class Walk {
 public:
  enum class State : uint8_t {
    kDone,  // answer() is complete.
    kAsk,   // Ask group() question(), then Resume.
  };

  // `trace` may be null; it must outlive the walk.
  Walk(Query query, Trace* trace);

  // Walks as far as zones and cache reach. `snapshot` holds `view`; they are used until return.
  State Start(const Snapshot& snapshot, const View& view, Cache* cache, absl::Time now);
  // After kAsk: goes on with the reply to question(). The view may be another one than before, if
  // the state changed in between.
  State Resume(const Snapshot& snapshot, const View& view, Cache* cache, absl::Time now,
               std::shared_ptr<const Reply> reply);
  // After kAsk: no target answered. `text` says why.
  void Fail(dns::ExtendedErrorCode code, absl::string_view text);

  bool uses_stale() const;
  // Cached replies that were used and shall be asked for again.
  struct Refresh {
    CacheKey key;
    dns::Question question;
    std::shared_ptr<const TargetGroup> group;
  };
  const absl::InlinedVector<Refresh, 1>& refreshes() const { return refreshes_; }

  // REQUIRES: kAsk was returned last.
  dns::Question question() const { return {name_, query_.question.type, dns::RRClass::kIn}; }
  // HashOfQuestion of it.
  uint64_t question_hash() const {
    const bool has_followed = follows_ > 0 || zone_cnames_ > 0;
    return has_followed ? HashOfQuestion(name_, query_.question.type, dns::RRClass::kIn)
                        : HashOfQuestion(query_);
  }
  const std::shared_ptr<const TargetGroup>& group() const { return group_; }
  // Under what the reply is cached, and identical questions meet.
  const CacheKey& cache_key() const { return cache_key_; }

  Answer& answer() { return answer_; }
  const Answer& answer() const { return answer_; }
  // After kDone from Start: all of the answer is of zones; all of it is of one reply, or null.
  bool is_of_zones() const { return replies_.empty(); }
  const Reply* only_reply() const {
    return replies_.size() == 1 && !has_zone_data_ ? replies_[0].get() : nullptr;
  }
  const Query& query() const { return query_; }

 private:
  // What a step leads to.
  enum class Next : uint8_t { kAgain, kDone, kAsk };

  // False if the state changed while we waited, and the targets that were asked no longer decide
  // the name: their reply is not used.
  bool StillAsks() const;
  State Run();
  Next Step();
  Next InZone(const Zone& zone, Suffixes* name);
  Next FollowInZone(const Zone& zone, const ZoneResult& result);
  Next Refer(const Zone& zone, const dns::RRset& ns, bool from_wildcard);
  Next Delegate(const Zone& zone, const dns::RRset& ns);
  Next Forward(const Decision& decision);
  Next AskGroup(std::shared_ptr<const TargetGroup> group);
  // What the cache had, if anything.
  void CountUse(const Reply* cached);
  Next UseReply(std::shared_ptr<const Reply> reply);
  Next EndWithReply(const Reply& reply, uint32_t age_seconds);
  Next Refuse(const Decision& decision);
  // SERVFAIL, with the text as extended error.
  Next FailWith(dns::ExtendedErrorCode code, absl::string_view text);
  // SERVFAIL: `what` is wrong with the chain where `object` led to `at`.
  Next FailChain(absl::string_view what, const dns::Name& at, absl::string_view object);
  // Makes `target` the name to resolve; false after kMaxFollows.
  bool Follow(const dns::Name& target);

  // What decides `name` for this query. A zone that falls back on NXDOMAIN and has no such name
  // does not, if anything else does; it is added to `fallen` unless that is null.
  using FallenZones = absl::InlinedVector<const Zone*, 2>;
  Decision Decide(const Suffixes& name, FallenZones* fallen = nullptr) const;
  Decision DecideAmong(const Suffixes& name, int zone_labels_end) const;
  bool FallsBack(const Decision& decision, const Suffixes& name) const;
  void AddFromZone(const dns::RRset& rrset, bool from_wildcard, AnswerSection* section);
  void AddAnswer(const dns::RRset& rrset, bool from_wildcard);
  void AddNegative(const Zone& zone);
  // Addresses of what `rrset` points to, as far as the zone answers for them.
  void AddAdditional(const Zone& zone, const dns::RRset& rrset);
  // Addresses of the name servers of the cut: first those that a client cannot do without.
  void AddGlue(const Zone& zone, const dns::RRset& ns, const dns::Name& cut);
  bool IsOwnListener(const TargetGroup& group) const;
  // A step of the trace; nothing, and no text is made, unless the walk is traced.
  void Note(StepKind kind, absl::string_view resource, absl::string_view text);
  void Note(StepKind kind, absl::string_view resource, absl::FunctionRef<std::string()> text);
  void NoteDecision(const Decision& decision, const FallenZones& fallen);
  void NoteCache(const Reply* cached);

  const Query query_;
  Trace* const trace_;
  dns::Name name_;
  Answer answer_;
  bool is_first_ = true;
  int follows_ = 0;
  int zone_cnames_ = 0;
  bool has_zone_data_ = false;
  // For RD=0: the zone that a chain has begun in, and does not leave. Such a walk never waits.
  const Zone* chain_zone_ = nullptr;
  // Whom was asked last.
  std::shared_ptr<const TargetGroup> group_;
  CacheKey cache_key_;
  absl::InlinedVector<Refresh, 1> refreshes_;
  // Of the view that led there (View::serial).
  uint64_t asked_serial_ = 0;
  // It is the group of a followed delegation: the zone that delegates decides.
  bool is_delegation_ = false;
  // Cached replies that the answer points into.
  absl::InlinedVector<std::shared_ptr<const Reply>, 2> replies_;
  // Set only while running.
  const Snapshot* snapshot_ = nullptr;
  const View* view_ = nullptr;
  Cache* cache_ = nullptr;
  absl::Time now_;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_WALK_H_
