#include "resolver/query_handler.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/prefetch.h"
#include "resolver/explain.h"

namespace nave::resolver {
namespace {

using dns::ExtendedErrorCode;
using dns::Rcode;

std::string FailureText(const ForwardResult& result) {
  std::string text = std::string(result.status.message());
  for (const ForwardAttempt& attempt : result.attempts) {
    absl::StrAppend(&text, text.empty() ? "" : "; ", attempt.endpoint.ToString(), " ",
                    attempt.outcome);
  }
  return text;
}

// Whether a resolver further on has said that the question came back to it. It may have come back
// because of what the asker said of its way, which is nobody else's business (hop_guard.h).
bool IsLoop(const Reply& reply) {
  return std::any_of(reply.extra->errors.begin(), reply.extra->errors.end(),
                     [](const dns::ExtendedError& error) { return error.code == kLoopError; });
}

// A failure of the targets is remembered (RFC 9520); a shortage of our own is not their fault.
uint32_t FailureTtl(const absl::Status& status) {
  return absl::IsResourceExhausted(status) || absl::IsCancelled(status) ? 0 : kFailureTtlSeconds;
}

}  // namespace

QueryHandler::QueryHandler(Upstream* upstream, const Clock* clock, size_t cache_bytes_max,
                           std::string node_id)
    : upstream_(upstream),
      clock_(clock),
      node_id_(std::move(node_id)),
      identity_{node_id_, ""},
      cache_(cache_bytes_max / 2),
      packets_(&cache_.use(), cache_bytes_max / 2),
      snapshot_(std::make_shared<const Snapshot>(0, std::vector<std::shared_ptr<const Listener>>(),
                                                 std::vector<std::shared_ptr<const View>>(), 0,
                                                 0)) {
  upstream_->SetPrefetch([this](const void* subject, int step) {
    if (subject != nullptr) PrefetchPending(*static_cast<const PendingQuestion*>(subject), step);
  });
}

void QueryHandler::PrefetchPending(const PendingQuestion& pending, int step) const {
  if (step == 0) return Prefetch(&pending, sizeof(pending));
  PrefetchUnderWay(pending.hash);
  cache_.PrefetchPlace(pending.key.key);
  if (pending.waiters.empty()) return;
  const Waiter& waiter = pending.waiters.front();
  Prefetch(waiter.walk.get(), sizeof(Walk));
  if (limits_ != nullptr) limits_->PrefetchAnswer(waiter.path.peer.address, pending.hash);
}

void QueryHandler::SetSnapshot(std::shared_ptr<const Snapshot> snapshot) {
  // A target may have become a listener of ours, or none any more.
  if (snapshot->listeners() != snapshot_->listeners()) packets_.ForgetReplies();
  // New rules, and new targets of old ones, are what filled it.
  if (cache_.use().is_full()) {
    cache_.use().Reset();
    packets_.ForgetReplies();
  }
  snapshot_ = std::move(snapshot);
}

size_t QueryHandler::FlushCache(
    absl::FunctionRef<bool(const CacheKey& key, const Reply& reply)> is_meant) {
  ++generation_;
  packets_.ForgetReplies();
  return cache_.Flush(is_meant);
}

void QueryHandler::Handle(absl::Span<const uint8_t> wire, const ReplyPath& path,
                          const Listener* listener, const std::shared_ptr<Responder>& responder) {
  Incoming incoming;
  Read(wire, path.peer, path.is_tcp, listener, &incoming);
  AnswerNow(wire, path, &incoming, responder.get());
  AskFor(&incoming, path, listener, responder);
}

void QueryHandler::HandleBatch(absl::Span<const net::Datagram> datagrams, const Listener* listener,
                               const std::shared_ptr<Responder>& responder) {
  const size_t size = datagrams.size();
  batch_.resize(std::max(batch_.size(), size));
  for (size_t i = 0; i < size; ++i) {
    Incoming& incoming = batch_[i];
    Read(datagrams[i].data, datagrams[i].peer, false, listener, &incoming);
    if (incoming.is_plain) packets_.PrefetchPlace(incoming.key, incoming.view->serial());
  }
  for (size_t i = 0; i < size; ++i) {
    const Incoming& incoming = batch_[i];
    if (incoming.is_plain) packets_.PrefetchPacket(incoming.key, incoming.view->serial());
  }
  const auto path_of = [&](size_t i) {
    return ReplyPath{datagrams[i].peer, datagrams[i].local, false, 0};
  };
  for (size_t i = 0; i < size; ++i) {
    AnswerNow(datagrams[i].data, path_of(i), &batch_[i], responder.get());
  }
  // A step of its own, whose code is fetched once for all (docs/design/0006-together.md).
  for (size_t i = 0; i < size; ++i) AskFor(&batch_[i], path_of(i), listener, responder);
}

void QueryHandler::AskFor(Incoming* incoming, const ReplyPath& path, const Listener* listener,
                          const std::shared_ptr<Responder>& responder) {
  if (incoming->walk == nullptr) return;
  Wait({std::move(incoming->walk), incoming->view->id(), listener->endpoint(), path, responder});
}

void QueryHandler::Read(absl::Span<const uint8_t> wire, const net::Endpoint& peer, bool is_tcp,
                        const Listener* listener, Incoming* incoming) const {
  incoming->view = listener == nullptr ? nullptr : listener->SelectView(peer.address);
  incoming->is_plain = incoming->view != nullptr && (is_tcp || !cookies_required_) &&
                       ReadPacketKey(wire, &incoming->key);
}

void QueryHandler::AnswerNow(absl::Span<const uint8_t> wire, const ReplyPath& path,
                             Incoming* incoming, Responder* responder) {
  ++(path.is_tcp ? stats_.tcp_queries : stats_.udp_queries);
  // Port 0 cannot be answered; it is how reflection through us begins.
  if (path.peer.port == 0) {
    ++stats_.dropped;
    return responder->Respond(path, 0);
  }
  const View* view = incoming->view;
  const RateLimits::Limit limit = CountQuery(*incoming, path);
  if (limit != RateLimits::Limit::kNone) {
    Query query = ParseQuery(wire).query;
    // Nobody has looked at its cookie.
    query.cookie_state = CookieState::kNone;
    return Curb(limit, query, path, responder);
  }
  if (incoming->is_plain) {
    if (SendPacket(incoming->key, *view, wire, path, responder)) return;
    PrefetchUnderWay(incoming->key.hash);
  }
  ParsedQuery parsed = ParseQuery(wire);
  if (parsed.verdict == QueryVerdict::kDrop) {
    ++stats_.dropped;
    return responder->Respond(path, 0);
  }
  if (incoming->is_plain) parsed.query.question_hash = incoming->key.hash;
  if (parsed.query.cookie_size > 0) CheckCookie(path, &parsed.query);
  if (parsed.verdict == QueryVerdict::kReject) return Reject(parsed, path, responder);
  if (parsed.verdict == QueryVerdict::kCookie) {
    return Send(parsed.query, Answer(), path, responder);
  }
  if (cookies_required_ && !path.is_tcp && !parsed.query.has_proven_address()) {
    return AskForCookie(parsed.query, path, responder);
  }
  if (view == nullptr) {
    Answer refused;
    refused.Fail(Rcode::kRefused, ExtendedErrorCode::kProhibited,
                 "no view for this source address");
    return Send(parsed.query, refused, path, responder);
  }
  if (parsed.verdict == QueryVerdict::kServer) {
    Answer answer;
    AnswerIdentity(parsed.query, identity_, &answer);
    return Send(parsed.query, answer, path, responder);
  }
  auto walk = std::make_unique<Walk>(std::move(parsed.query), nullptr);
  const absl::Time now = clock_->Now();
  if (walk->Start(*snapshot_, *view, &cache_, now) != Walk::State::kDone) {
    incoming->walk = std::move(walk);
    return;
  }
  const auto message = Write(walk->query(), walk->answer(), path, responder);
  if (incoming->is_plain) KeepPacket(incoming->key, *view, *walk, now, message);
  if (!walk->refreshes().empty()) AskAgain(*walk);
  if (walk->uses_stale()) ++stats_.stale_answers;
  Release(message, walk->query(), path, responder);
}

void QueryHandler::Reject(const ParsedQuery& parsed, const ReplyPath& path, Responder* responder) {
  Answer answer;
  answer.rcode = parsed.rcode;
  if (*parsed.reason != '\0') answer.AddError(parsed.reason_code, parsed.reason);
  Send(parsed.query, answer, path, responder);
}

void QueryHandler::SetCookies(const CookieSecrets& secrets, const Clock* time_of_day) {
  cookies_ = std::make_unique<Cookies>(secrets);
  time_of_day_ = time_of_day;
}

void QueryHandler::SetKeepalive(absl::Duration idle_timeout) {
  constexpr int64_t kMaxTenths = 0xffff;
  keepalive_tenths_ = static_cast<uint16_t>(
      std::clamp<int64_t>(absl::ToInt64Milliseconds(idle_timeout) / 100, 0, kMaxTenths));
}

void QueryHandler::CheckCookie(const ReplyPath& path, Query* query) {
  if (cookies_ == nullptr) {
    query->cookie_state = CookieState::kNone;
    return;
  }
  cookies_->Check(path.peer.address,
                  static_cast<uint32_t>(absl::ToUnixSeconds(time_of_day_->Now())), query);
  ++stats_.cookies_by_state[static_cast<size_t>(query->cookie_state)];
}

void QueryHandler::AskForCookie(const Query& query, const ReplyPath& path, Responder* responder) {
  Answer answer;
  if (query.cookie_state == CookieState::kNone) {
    answer.truncated = true;
  } else {
    answer.rcode = Rcode::kBadCookie;
  }
  ++stats_.cookies_demanded;
  Send(query, answer, path, responder);
}

bool QueryHandler::IsFromOwnTarget(const Waiter& waiter) {
  // On loopback, clients and targets share addresses.
  if (waiter.path.peer.address.IsLoopback()) return false;
  const std::vector<Target>& targets = waiter.walk->group()->targets;
  return std::any_of(targets.begin(), targets.end(), [&](const Target& target) {
    return target.endpoint.address == waiter.path.peer.address;
  });
}

std::string QueryHandler::LoopOf(const Waiter& waiter, uint64_t question_hash) {
  const HopMarks& marks = waiter.walk->query().hops.marks;
  const std::string& asker = waiter.walk->group()->name;
  if (!marks.empty() &&
      std::count(marks.begin(), marks.end(), HopMark(waiter.view_id, question_hash)) > 0) {
    return absl::StrCat("forwarding loop: what ", asker, " asked came back");
  }
  // A name server that knows nothing of hops lets the option fall, and may set other flags.
  if (IsUnderWay(question_hash) && IsFromOwnTarget(waiter)) {
    return absl::StrCat("forwarding loop: the target of ", asker,
                        " asks the question that it was asked");
  }
  return "";
}

void QueryHandler::Wait(Waiter waiter) {
  const Walk& walk = *waiter.walk;
  const dns::Question question = walk.question();
  const uint64_t hash = walk.question_hash();
  const std::string loop = LoopOf(waiter, hash);
  if (!loop.empty()) {
    ++stats_.loops;
    return FailWaiter(std::move(waiter), kLoopError, loop);
  }
  const std::shared_ptr<const TargetGroup> group = walk.group();
  const PendingKey key = {walk.cache_key(), walk.query().hops.count, generation_};
  const auto joined = pending_.Join(key, question, hash, group->id, &waiter);
  if (joined.question == nullptr) {
    return FailWaiter(std::move(waiter), ExtendedErrorCode::kOther,
                      absl::StrCat(group->name, ": ", joined.refusal));
  }
  if (joined.is_new) return Ask(joined.question, walk.query(), group);
  ++stats_.coalesced;
}

void QueryHandler::AskAgain(const Walk& walk) {
  // A question that came a long way has others to keep it fresh.
  if (walk.query().hops.count > 0) return;
  for (const Walk::Refresh& refresh : walk.refreshes()) {
    const uint64_t hash = HashOfQuestion(refresh.question);
    PendingQuestion* const pending = pending_.AddRefresh({refresh.key, 0, generation_},
                                                         refresh.question, hash, refresh.group->id);
    if (pending == nullptr) continue;
    ++stats_.refreshes;
    Ask(pending, walk.query(), refresh.group);
  }
}

void QueryHandler::Ask(PendingQuestion* pending, const Query& query,
                       std::shared_ptr<const TargetGroup> group) {
  ++stats_.forwarded;
  AddUnderWay(pending->hash);
  ForwardOptions options;
  options.dnssec_ok = query.dnssec_ok;
  options.checking_disabled = query.header.cd;
  options.hop_count = static_cast<uint8_t>(query.hops.count + 1);
  options.hop_marks = query.hops.marks;
  if (options.hop_marks.size() < kMaxHops) {
    options.hop_marks.push_back(HopMark(pending->key.key.view(), pending->hash));
  }
  options.subject = pending;
  if (cache_.HasStale(pending->key.key, clock_->Now())) options.deadline = kStalePatience;
  upstream_->Forward(
      pending->question, std::move(group), options,
      [this, pending](ForwardResult&& result) { Resume(pending, std::move(result)); });
}

std::shared_ptr<const Reply> QueryHandler::ReplyOf(const PendingQuestion& pending,
                                                   ForwardResult&& result) {
  const absl::Time now = clock_->Now();
  std::shared_ptr<Reply> reply = std::move(result.reply);
  if (result.status.ok()) {
    if (!result.attempts.empty()) reply->target = result.attempts.back().endpoint;
    reply->received = now;
    BoundTtls(ttl_bounds_, reply.get());
  } else {
    ++stats_.forward_failures;
    ++cache_.use().Of(pending.key.key.scope()).failures;
    reply =
        std::make_shared<Reply>(MakeFailure(FailureText(result), FailureTtl(result.status), now));
  }
  if (!reply->IsUsable() && !IsLoop(*reply)) {
    if (auto stale = cache_.FindStale(pending.key.key, now)) return stale;
  }
  return reply;
}

void QueryHandler::Resume(PendingQuestion* asked, ForwardResult&& result) {
  // Taken out first: a waiter that goes on may ask the same question of a new state.
  const std::unique_ptr<PendingQuestion> pending = pending_.Take(asked);
  RemoveUnderWay(pending->hash);
  const std::shared_ptr<const Reply> reply = ReplyOf(*pending, std::move(result));
  const bool is_for_all = pending->key.hop_count == 0 || !IsLoop(*reply);
  if (is_for_all && pending->key.generation == generation_) {
    cache_.Insert(pending->key.key, reply);
  }
  for (Waiter& waiter : pending->waiters) Continue(std::move(waiter), reply);
}

void QueryHandler::Continue(Waiter waiter, const std::shared_ptr<const Reply>& reply) {
  // The view may have gone while the question was under way, or the source may belong to another
  // one now: then nothing of the old one is for it any more. An id is never another view's.
  const Listener* listener = snapshot_->FindListener(waiter.listener);
  const View* view = listener == nullptr ? nullptr : listener->SelectView(waiter.path.peer.address);
  if (view == nullptr || view->id() != waiter.view_id) {
    return FailWaiter(std::move(waiter), ExtendedErrorCode::kNotReady,
                      "the view of this source changed while the question was under way");
  }
  const Walk::State state = waiter.walk->Resume(*snapshot_, *view, &cache_, clock_->Now(), reply);
  if (state == Walk::State::kDone) return Finish(waiter);
  Wait(std::move(waiter));
}

void QueryHandler::FailWaiter(Waiter waiter, ExtendedErrorCode code, absl::string_view text) {
  waiter.walk->Fail(code, text);
  Finish(waiter);
}

void QueryHandler::Finish(const Waiter& waiter) {
  if (waiter.walk->uses_stale()) ++stats_.stale_answers;
  // The socket may have been closed by a change of the listeners.
  if (const std::shared_ptr<Responder> responder = waiter.responder.lock()) {
    Send(waiter.walk->query(), waiter.walk->answer(), waiter.path, responder.get());
  }
}

absl::StatusOr<v1::Explanation> QueryHandler::Explain(const v1::Question& question) {
  absl::StatusOr<v1::Explanation> explanation =
      resolver::Explain(question, *snapshot_, *upstream_, &cache_, clock_->Now());
  if (explanation.ok()) explanation->set_node(node_id_);
  return explanation;
}

}  // namespace nave::resolver
