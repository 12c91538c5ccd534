#include "resolver/packet_cache.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"
#include "lib/base/prefetch.h"
#include "lib/dns/edns.h"
#include "lib/dns/header.h"
#include "lib/dns/octets.h"
#include "lib/dns/type.h"
#include "lib/dns/wire_reader.h"

namespace nave::resolver {
namespace {

using dns::kHeaderSize;
using dns::LoadU16;
using dns::LoadU32;
using dns::StoreU32;

// Bits of the header's second word. A plain query has none of kNotPlain: QR, opcode, AA, TC, RA, Z
// and RCODE; the answer copies or regards the others.
constexpr uint16_t kNotPlain = 0xfecf;
constexpr uint16_t kRd = 0x0100;
constexpr uint16_t kAd = 0x0020;
constexpr uint16_t kCd = 0x0010;
constexpr uint16_t kTc = 0x0200;

constexpr uint8_t kFeatureRd = 1;
constexpr uint8_t kFeatureAd = 2;
constexpr uint8_t kFeatureCd = 4;
constexpr uint8_t kFeatureDo = 8;
constexpr uint8_t kFeatureEdns = 16;

// Root, type, class, TTL and an empty rdata (RFC 6891 section 6.1.2).
constexpr size_t kEmptyOptSize = 11;

constexpr int64_t kNanosecondsPerSecond = 1000000000;

uint32_t AgeSeconds(int64_t now, int64_t received) {
  return now <= received ? 0 : static_cast<uint32_t>((now - received) / kNanosecondsPerSecond);
}

// Copies an uncompressed name in lower case. Its size; 0 if it is none.
size_t CopyName(absl::Span<const uint8_t> from, uint8_t* to) {
  const size_t end = std::min(from.size(), dns::kMaxNameSize);
  size_t at = 0;
  while (at < end) {
    const size_t label = from[at++];
    if (label == 0) {
      // Length octets are below 'A', so one pass is right for all octets.
      dns::ToLowerOctets(from.data(), at, to);
      return at;
    }
    if (label > dns::kMaxLabelSize || label >= end - at) return 0;
    at += label;
  }
  return 0;
}

// Version 0, no options, whatever else the flags say.
bool ReadOpt(absl::Span<const uint8_t> opt, PacketKey* key) {
  if (opt.size() != kEmptyOptSize || opt[0] != 0) return false;
  if (LoadU16(&opt[1]) != static_cast<uint16_t>(dns::RRType::kOpt)) return false;
  if (opt[6] != 0 || LoadU16(&opt[9]) != 0) return false;
  key->features |= kFeatureEdns | ((opt[7] & 0x80) != 0 ? kFeatureDo : 0);
  key->udp_payload_size = std::max(LoadU16(&opt[3]), dns::kMinUdpPayloadSize);
  return true;
}

// A place in a message, and how often it comes.
struct Run {
  uint16_t begin = 0;
  uint16_t record_size = 0;
  uint16_t count = 1;
};

// The records of a message: where their TTLs are, and which of them rotate.
struct Layout {
  std::vector<uint16_t> ttls;
  Run rotating;
};

// Owner, type and class, by which two records are of one RRset; owners that are written alike.
absl::string_view RRsetOf(absl::Span<const uint8_t> record, size_t owner_size) {
  return dns::ToStringView(record.subspan(0, owner_size + 4));
}

bool MayRotate(dns::RRType type) { return type == dns::RRType::kA || type == dns::RRType::kAaaa; }

// False if the message is not one that can be kept.
bool ReadLayout(absl::Span<const uint8_t> message, Layout* layout) {
  dns::WireReader reader(message);
  const dns::Header header = dns::ReadHeader(&reader);
  reader.ReadName();
  reader.ReadU32();
  const int answers = header.answer_count;
  const int records = answers + header.authority_count + header.additional_count;
  if (records > static_cast<int>(PacketCache::kMaxTtls)) return false;
  absl::string_view last;
  Run run;
  for (int i = 0; i < records && reader.ok(); ++i) {
    const size_t begin = reader.offset();
    reader.ReadName();
    const size_t owner_size = reader.offset() - begin;
    const auto type = static_cast<dns::RRType>(reader.ReadU16());
    reader.ReadU16();
    const size_t ttl = reader.offset();
    reader.ReadU32();
    reader.ReadBytes(reader.ReadU16());
    if (!reader.ok()) return false;
    if (type != dns::RRType::kOpt) layout->ttls.push_back(static_cast<uint16_t>(ttl));
    if (i >= answers) continue;
    const absl::string_view rrset = RRsetOf(message.subspan(begin), owner_size);
    const auto size = static_cast<uint16_t>(reader.offset() - begin);
    if (rrset != last) {
      last = rrset;
      run = {static_cast<uint16_t>(begin), size, 1};
      continue;
    }
    const bool is_other = layout->rotating.count > 1 && layout->rotating.begin != run.begin;
    if (!MayRotate(type) || size != run.record_size || is_other) return false;
    ++run.count;
    layout->rotating = run;
  }
  return reader.ok();
}

}  // namespace

bool ReadPacketKey(absl::Span<const uint8_t> wire, PacketKey* key) {
  if (wire.size() < kHeaderSize + 5) return false;
  const uint16_t flags = LoadU16(&wire[2]);
  const uint16_t additional_count = LoadU16(&wire[10]);
  if ((flags & kNotPlain) != 0 || LoadU16(&wire[4]) != 1 || LoadU32(&wire[6]) != 0 ||
      additional_count > 1) {
    return false;
  }
  const absl::Span<const uint8_t> body = wire.subspan(kHeaderSize);
  const size_t name_size = CopyName(body, key->question.data());
  if (name_size == 0 || body.size() < name_size + 4) return false;
  std::memcpy(&key->question[name_size], &body[name_size], 4);
  key->question_size = static_cast<uint16_t>(name_size + 4);
  if (LoadU16(&body[name_size + 2]) != static_cast<uint16_t>(dns::RRClass::kIn)) return false;
  key->features = ((flags & kRd) != 0 ? kFeatureRd : 0) | ((flags & kAd) != 0 ? kFeatureAd : 0) |
                  ((flags & kCd) != 0 ? kFeatureCd : 0);
  key->udp_payload_size = dns::kMinUdpPayloadSize;
  const absl::Span<const uint8_t> rest = body.subspan(key->question_size);
  if (additional_count == 1 ? !ReadOpt(rest, key) : !rest.empty()) return false;
  key->hash = absl::HashOf(dns::ToStringView(key->question_span()));
  return true;
}

// In one piece of memory with its octets, which follow: the answer, its question in lower case, and
// then the places of its TTLs if they grow old.
struct PacketCache::Packet {
  uint64_t hash;
  uint64_t view_serial;
  // Times as nanoseconds: cheaper by some parts of a percent of a whole answer.
  int64_t received;
  int64_t fresh_until;
  uint32_t place;
  // Whose hits its are.
  CacheUse::Slot slot;
  // Of replies; never equal to the cache's for a packet that was forgotten.
  uint32_t generation;
  // The age of the reply when the TTLs were written.
  uint32_t age_seconds;
  uint16_t size;
  uint16_t question_size;
  uint16_t ttl_count;
  Run rotating;
  uint8_t features;
  bool is_ours;
  bool used;

  uint8_t* octets() { return reinterpret_cast<uint8_t*>(this + 1); }
  const uint8_t* octets() const { return reinterpret_cast<const uint8_t*>(this + 1); }
  size_t ttls_at() const { return (size + 1u) & ~size_t{1}; }
  const uint16_t* ttls() const { return reinterpret_cast<const uint16_t*>(octets() + ttls_at()); }
  size_t memory() const { return sizeof(Packet) + ttls_at() + ttl_count * sizeof(uint16_t); }

  bool IsFor(const PacketKey& key, uint64_t view) const;
  void Age(int64_t now, uint8_t* message) const;
  void Rotate(uint32_t rotation, uint8_t* message) const;
};

// Most packets have no more.
static constexpr size_t kPrefetchSize = 256;

// What a packet costs beside its own memory: its places in the set and the ring, the allocator's.
static constexpr size_t kPacketOverhead = 48;

void PacketCache::Packet::Age(int64_t now, uint8_t* message) const {
  const uint32_t age = AgeSeconds(now, received);
  if (age <= age_seconds) return;
  const uint32_t older = age - age_seconds;
  for (size_t i = 0; i < ttl_count; ++i) {
    uint8_t* at = message + ttls()[i];
    const uint32_t ttl = LoadU32(at);
    StoreU32(ttl > older ? ttl - older : 0, at);
  }
}

void PacketCache::Packet::Rotate(uint32_t rotation, uint8_t* message) const {
  const size_t first = rotation % rotating.count * rotating.record_size;
  const size_t whole = size_t{rotating.count} * rotating.record_size;
  const uint8_t* from = octets() + rotating.begin;
  std::memcpy(message + rotating.begin, from + first, whole - first);
  std::memcpy(message + rotating.begin + whole - first, from, first);
}

void PacketCache::Free::operator()(Packet* packet) const { ::operator delete(packet); }

bool PacketCache::Packet::IsFor(const PacketKey& key, uint64_t view) const {
  return view_serial == view && features == key.features && question_size == key.question_size &&
         std::memcmp(octets() + kHeaderSize, key.question.data(), key.question_size) == 0;
}

PacketCache::PacketCache(CacheUse* use, size_t max_bytes) : use_(use), max_bytes_(max_bytes) {}

PacketCache::~PacketCache() = default;

bool PacketCache::Holds(const Packet& packet, int64_t now) const {
  return packet.is_ours || (packet.generation == generation_ && now < packet.fresh_until);
}

void PacketCache::PrefetchPacket(const PacketKey& key, uint64_t view_serial) const {
  const auto found = packets_.find(HashOf(key, view_serial));
  if (found == packets_.end()) return;
  Prefetch(found->second, kPrefetchSize);
}

size_t PacketCache::Find(const PacketKey& key, uint64_t view_serial, absl::Time time,
                         uint32_t rotation, size_t size_max, absl::Span<const uint8_t> query,
                         absl::Span<uint8_t> buffer) {
  const auto found = packets_.find(HashOf(key, view_serial));
  if (found == packets_.end() || !found->second->IsFor(key, view_serial)) return 0;
  Packet* packet = found->second;
  const int64_t now = packet->is_ours ? 0 : absl::ToUnixNanos(time);
  if (!Holds(*packet, now)) {
    Erase(packet);
    return 0;
  }
  if (packet->size > size_max) return 0;
  packet->used = true;
  ++(*use_)[packet->slot].hits;
  uint8_t* message = buffer.data();
  std::memcpy(message, packet->octets(), packet->size);
  std::memcpy(message, query.data(), 2);
  std::memcpy(message + kHeaderSize, query.data() + kHeaderSize, packet->question_size);
  if (packet->rotating.count > 1) packet->Rotate(rotation, message);
  if (!packet->is_ours) packet->Age(now, message);
  return packet->size;
}

void PacketCache::Insert(const PacketKey& key, uint64_t view_serial, absl::Time now,
                         const Origin& origin, absl::Span<const uint8_t> answer) {
  if (answer.size() > kMaxPacketSize || (LoadU16(&answer[2]) & kTc) != 0) return;
  Layout layout;
  if (!ReadLayout(answer, &layout)) return;
  Packet packet{};
  packet.hash = HashOf(key, view_serial);
  packet.view_serial = view_serial;
  packet.received = absl::ToUnixNanos(origin.received);
  packet.fresh_until = absl::ToUnixNanos(origin.fresh_until);
  packet.slot = origin.slot;
  packet.generation = generation_;
  packet.age_seconds = AgeSeconds(absl::ToUnixNanos(now), packet.received);
  packet.size = static_cast<uint16_t>(answer.size());
  packet.question_size = key.question_size;
  packet.ttl_count = origin.is_ours ? 0 : static_cast<uint16_t>(layout.ttls.size());
  packet.rotating = layout.rotating;
  packet.features = key.features;
  packet.is_ours = origin.is_ours;
  const size_t cost = packet.memory() + kPacketOverhead;
  if (cost > max_bytes_ / 4) return;
  const auto old = packets_.find(packet.hash);
  if (old != packets_.end()) Erase(old->second);
  while (byte_size_ + cost > max_bytes_) EraseUnused();
  PacketPtr kept(new (::operator new(packet.memory())) Packet(packet));
  kept->place = static_cast<uint32_t>(ring_.size());
  std::memcpy(kept->octets(), answer.data(), answer.size());
  std::memcpy(kept->octets() + kHeaderSize, key.question.data(), key.question_size);
  std::memcpy(kept->octets() + kept->ttls_at(), layout.ttls.data(),
              kept->ttl_count * sizeof(uint16_t));
  byte_size_ += cost;
  packets_.emplace(kept->hash, kept.get());
  ring_.push_back(std::move(kept));
}

void PacketCache::Erase(Packet* packet) {
  packets_.erase(packet->hash);
  byte_size_ -= packet->memory() + kPacketOverhead;
  PacketPtr& place = ring_[packet->place];
  if (&place != &ring_.back()) {
    ring_.back()->place = packet->place;
    std::swap(place, ring_.back());
  }
  ring_.pop_back();
}

void PacketCache::EraseUnused() {
  // Each step clears a mark that only Find sets again, so this ends after once round at most.
  while (true) {
    if (hand_ >= ring_.size()) hand_ = 0;
    Packet* packet = ring_[hand_].get();
    if (!packet->used) return Erase(packet);
    packet->used = false;
    ++hand_;
  }
}

}  // namespace nave::resolver
