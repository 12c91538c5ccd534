#include <algorithm>

#include "resolver/query_handler.h"

namespace nave::resolver {
namespace {

using dns::ExtendedErrorCode;
using dns::Rcode;

// Octets that the client can take.
size_t SizeMax(const ReplyPath& path, uint16_t udp_payload_size) {
  return path.is_tcp ? dns::kMaxMessageSize
                     : std::min<size_t>(udp_payload_size, dns::kDefaultUdpPayloadSize);
}

}  // namespace

bool QueryHandler::SendPacket(const PacketKey& key, const View& view,
                              absl::Span<const uint8_t> wire, const ReplyPath& path,
                              Responder* responder) {
  const absl::Span<uint8_t> buffer = responder->AnswerBuffer(path);
  const size_t size = packets_.Find(key, view.serial(), clock_->Now(), rotation_,
                                    SizeMax(path, key.udp_payload_size), wire, buffer);
  if (size == 0) return false;
  ++rotation_;
  ++stats_.from_packets;
  const auto message = buffer.subspan(0, size);
  const RateLimits::Limit limit = CountAnswer(message, key.hash, path);
  if (limit != RateLimits::Limit::kNone) {
    Curb(limit, ParseQuery(wire).query, path, responder);
    return true;
  }
  Count(message);
  responder->Respond(path, size);
  return true;
}

void QueryHandler::KeepPacket(const PacketKey& key, const View& view, const Walk& walk,
                              absl::Time now, absl::Span<const uint8_t> message) {
  if (walk.answer().rcode != Rcode::kNoError && walk.answer().rcode != Rcode::kNxDomain) return;
  PacketCache::Origin origin;
  origin.is_ours = walk.is_of_zones();
  if (!origin.is_ours) {
    const Reply* reply = walk.only_reply();
    if (reply == nullptr || reply->is_stale) return;
    origin.received = reply->received;
    // Then a query must come this way, to have it asked for again.
    origin.fresh_until = std::min(reply->expiry(), cache_.RefreshTime(*reply));
    if (now >= origin.fresh_until) return;
    origin.slot = cache_.use().SlotOf({view.id(), walk.group()->id});
  }
  packets_.Insert(key, view.serial(), now, origin, message);
}

void QueryHandler::Count(absl::Span<const uint8_t> message) {
  ++stats_.answers_by_rcode[message[3] & 0xf];
  if ((message[2] & 0x02) != 0) ++stats_.truncated;
}

void QueryHandler::Send(const Query& query, const Answer& answer, const ReplyPath& path,
                        Responder* responder) {
  Release(Write(query, answer, path, responder), query, path, responder);
}

void QueryHandler::Release(absl::Span<const uint8_t> message, const Query& query,
                           const ReplyPath& path, Responder* responder) {
  const bool is_proven = path.is_tcp || query.has_proven_address();
  if (limits_ != nullptr && !is_proven) {
    const RateLimits::Limit limit = CountAnswer(message, HashOfQuestion(query), path);
    if (limit != RateLimits::Limit::kNone) return Curb(limit, query, path, responder);
  }
  Count(message);
  responder->Respond(path, message.size());
}

RateLimits::Limit QueryHandler::CountQuery(const Incoming& incoming, const ReplyPath& path) {
  if (limits_ == nullptr) return RateLimits::Limit::kNone;
  return limits_->CountQuery(path.peer.address, incoming.view == nullptr ? 0 : incoming.view->id(),
                             absl::ToUnixNanos(clock_->Now()));
}

RateLimits::Limit QueryHandler::CountAnswer(absl::Span<const uint8_t> message,
                                            uint64_t question_hash, const ReplyPath& path) {
  if (limits_ == nullptr || path.is_tcp) return RateLimits::Limit::kNone;
  return limits_->CountAnswer(path.peer.address, static_cast<Rcode>(message[3] & 0xf),
                              question_hash, absl::ToUnixNanos(clock_->Now()));
}

void QueryHandler::Curb(RateLimits::Limit limit, const Query& query, const ReplyPath& path,
                        Responder* responder) {
  ++stats_.limited[static_cast<size_t>(limit)];
  Answer answer;
  if (path.is_tcp) {
    answer.Fail(Rcode::kRefused, ExtendedErrorCode::kOther, "too many queries: try again later");
  } else if (query.has_question && limits_->Slips()) {
    ++stats_.slipped;
    answer.truncated = true;
  } else {
    return responder->Respond(path, 0);
  }
  const auto message = Write(query, answer, path, responder);
  Count(message);
  responder->Respond(path, message.size());
}

absl::Span<const uint8_t> QueryHandler::Write(const Query& query, const Answer& answer,
                                              const ReplyPath& path, Responder* responder) {
  AnswerFormat format;
  format.size_max = SizeMax(path, query.udp_payload_size);
  format.rotation = rotation_++;
  format.node_id = identity_.node;
  format.keepalive_tenths = path.is_tcp ? keepalive_tenths_ : 0;
  const absl::Span<uint8_t> buffer = responder->AnswerBuffer(path);
  return buffer.subspan(0, WriteAnswer(query, answer, format, buffer));
}

}  // namespace nave::resolver
