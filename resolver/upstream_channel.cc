#include "resolver/upstream_channel.h"

#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/random.h"
#include "lib/base/status_macros.h"
#include "lib/dns/wire_reader.h"
#include "resolver/upstream_message.h"

namespace nave::resolver {
namespace {

UpstreamEvent ToEvent(WireFailure failure) {
  switch (failure) {
    case WireFailure::kRefused:
      return UpstreamEvent::kRefused;
    case WireFailure::kUnreachable:
      return UpstreamEvent::kUnreachable;
    case WireFailure::kClosed:
      return UpstreamEvent::kClosed;
  }
  return UpstreamEvent::kClosed;
}

uint16_t IdOf(UpstreamChannel::Ticket ticket) { return static_cast<uint16_t>(ticket & 0xffff); }

}  // namespace

absl::StatusOr<std::unique_ptr<UpstreamChannel>> UpstreamChannel::Create(
    Transport transport, const net::Endpoint& target, net::EventLoop* loop, UpstreamStats* stats,
    const WireFactory& factory) {
  auto channel = absl::WrapUnique(new UpstreamChannel(transport, loop, stats));
  channel->wire_ = factory(channel.get());
  const AresDoor::Mode mode =
      transport == Transport::kTcp ? AresDoor::Mode::kStream : AresDoor::Mode::kDatagram;
  NAVE_ASSIGN_OR_RETURN(channel->door_, AresDoor::Create(mode, target, kBackstop, channel.get()));
  return channel;
}

UpstreamChannel::UpstreamChannel(Transport transport, net::EventLoop* loop, UpstreamStats* stats)
    : transport_(transport), loop_(loop), last_used_(loop->now()), watch_(stats) {}

UpstreamChannel::~UpstreamChannel() {
  loop_->CancelAtTurnEnd(turn_end_);
  for (const Answered& answered : answered_) {
    if (answered.callback) answered.callback({UpstreamEvent::kCancelled, "", ""});
  }
  // The door ends what is under way, and needs wire and table for it.
  door_.reset();
}

uint16_t UpstreamChannel::DrawId() const {
  // With kMaxOutstanding of 65536 ids taken, the first draw nearly always is free.
  uint16_t id = static_cast<uint16_t>(RandomUint64());
  while (pending_.contains(id)) id = static_cast<uint16_t>(RandomUint64());
  return id;
}

absl::StatusOr<UpstreamChannel::Ticket> UpstreamChannel::Ask(std::string query, Callback callback) {
  if (pending_.size() >= kMaxOutstanding) {
    return absl::ResourceExhaustedError("too many questions to this target are under way");
  }
  last_used_ = loop_->now();
  const uint16_t id = DrawId();
  SetId(id, &query);
  auto pending = std::make_unique<Pending>();
  pending->query = std::move(query);
  pending->callback = std::move(callback);
  pending->ticket = ++serial_ << 16 | id;
  Pending* const entry = pending.get();
  pending_.emplace(id, std::move(pending));
  send_status_.reset();
  const bool taken = door_->Send(dns::ToOctets(entry->query), entry->ticket);
  if (taken && send_status_.has_value() && send_status_->ok()) return entry->ticket;
  const absl::Status status = send_status_.has_value()
                                  ? *send_status_
                                  : absl::UnavailableError("c-ares did not send the question");
  if (!taken) {
    pending_.erase(id);
    return status;
  }
  // A stream's wire has failed, which c-ares does not know.
  entry->callback = nullptr;
  End(id, {});
  return status;
}

bool UpstreamChannel::SendMessage(absl::Span<const uint8_t> message) {
  absl::StatusOr<UpstreamWire::Token> token = wire_->Send(message);
  send_status_ = token.status();
  if (!token.ok()) return false;
  auto found = pending_.find(GetId(message));
  if (found == pending_.end()) {
    wire_->Release(*token);
  } else {
    found->second->token = *token;
  }
  return true;
}

void UpstreamChannel::OnDone(uint64_t tag, AresDoor::Outcome outcome,
                             absl::Span<const uint8_t> message) {
  auto found = pending_.find(IdOf(tag));
  if (found == pending_.end() || found->second->ticket != tag) return;
  const std::unique_ptr<Pending> pending = std::move(found->second);
  pending_.erase(found);
  if (pending->token != 0) wire_->Release(pending->token);
  if (!pending->callback) return;
  if (outcome == AresDoor::Outcome::kReply) {
    return Keep({tag, std::move(pending->callback), std::string(dns::ToStringView(message))});
  }
  const bool timed_out = outcome == AresDoor::Outcome::kTimeout;
  pending->callback({timed_out ? UpstreamEvent::kTimedOut : UpstreamEvent::kCancelled, "", ""});
}

void UpstreamChannel::Keep(Answered answered) {
  if (answered_.empty()) turn_end_ = loop_->RunAtTurnEnd([this] { CallBackAnswered(); });
  answered_.push_back(std::move(answered));
}

void UpstreamChannel::CallBackAnswered() {
  // By place: whoever is called back may abandon others of these.
  for (size_t i = 0; i < answered_.size(); ++i) {
    const Callback callback = std::exchange(answered_[i].callback, nullptr);
    if (callback) callback({UpstreamEvent::kMessage, std::move(answered_[i].message), ""});
  }
  answered_.clear();
}

void UpstreamChannel::OnMessage(UpstreamWire::Token token, absl::Span<const uint8_t> message) {
  auto found = message.size() < dns::kHeaderSize ? pending_.end() : pending_.find(GetId(message));
  if (found == pending_.end() || !found->second->callback) {
    return OnMismatch(Mismatch::kId, message);
  }
  // The right id at another port than the one that asked is a guess.
  if (found->second->token != token) return OnMismatch(Mismatch::kPort, message);
  const std::string& query = found->second->query;
  switch (MatchReply(message, query)) {
    case ReplyMatch::kNo:
      return OnMismatch(Mismatch::kQuestion, message);
    case ReplyMatch::kHeaderOnly:
      return door_->Deliver(dns::ToOctets(EmptyReply(query, dns::Rcode::kFormErr)));
    case ReplyMatch::kCaseDiffers: {
      // A stream cannot be forged from aside, so there the case proves nothing.
      if (transport_ == Transport::kTcp) return door_->Deliver(message);
      const uint16_t id = found->first;
      OnMismatch(Mismatch::kCase, message);
      return End(id, {UpstreamEvent::kCaseDiffers, "", ""});
    }
    case ReplyMatch::kExact:
      return door_->Deliver(message);
  }
}

void UpstreamChannel::OnMismatch(Mismatch what, absl::Span<const uint8_t> message) {
  const bool is_burst = watch_.OnMismatch(what, message, loop_->now());
  if (!is_burst || transport_ == Transport::kTcp) return;
  EndAll(UpstreamEvent::kForged, "", [](const Pending&) { return true; });
}

void UpstreamChannel::OnFailure(UpstreamWire::Token token, WireFailure failure,
                                const std::string& text) {
  EndAll(ToEvent(failure), text,
         [token](const Pending& pending) { return pending.token == token; });
}

void UpstreamChannel::EndAll(UpstreamEvent event, const std::string& text,
                             absl::FunctionRef<bool(const Pending&)> of) {
  std::vector<Ticket> ended;
  for (const auto& [id, pending] : pending_) {
    if (of(*pending)) ended.push_back(pending->ticket);
  }
  for (const Ticket ticket : ended) {
    auto found = pending_.find(IdOf(ticket));
    if (found == pending_.end() || found->second->ticket != ticket) continue;
    End(IdOf(ticket), {event, "", text});
  }
}

void UpstreamChannel::End(uint16_t id, UpstreamReply reply) {
  auto found = pending_.find(id);
  // Without a door the channel is on its way out, and each query is told so.
  if (found == pending_.end() || door_ == nullptr) return;
  const Callback callback = std::exchange(found->second->callback, nullptr);
  const std::string last = EmptyReply(found->second->query, dns::Rcode::kNoError);
  door_->Deliver(dns::ToOctets(last));
  if (callback) callback(std::move(reply));
}

void UpstreamChannel::Abandon(Ticket ticket) {
  for (Answered& answered : answered_) {
    if (answered.ticket == ticket) answered.callback = nullptr;
  }
  auto found = pending_.find(IdOf(ticket));
  if (found == pending_.end() || found->second->ticket != ticket) return;
  found->second->callback = nullptr;
  watch_.OnGivenUp(found->second->query);
  End(IdOf(ticket), {});
}

void UpstreamChannel::Tick() {
  door_->Tick();
  wire_->Tick(loop_->now());
}

}  // namespace nave::resolver
