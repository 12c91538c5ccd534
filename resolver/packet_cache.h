// Whole answers as octets, in front of the walk (data-plane.md sections 1 and 3): what one query of
// a view was answered is what the next one that asks the same gets, but for its id, the case of its
// name, the age of its TTLs, and which of several addresses comes first.
//
// A packet is never asked whether it is still right: it belongs to one View object, and a change of
// anything that the view sees makes another one. What came from outside has an end besides. One for
// each worker, used on its thread only.
#ifndef NAVE_RESOLVER_PACKET_CACHE_H_
#define NAVE_RESOLVER_PACKET_CACHE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "lib/dns/message.h"
#include "lib/dns/name.h"
#include "resolver/cache_use.h"

namespace nave::resolver {

// All that the answer to a plain query depends on, beside the view. Plain are nearly all: opcode
// QUERY, one question of class IN, and at most an OPT of version 0 without options.
struct PacketKey {
  // Name, in lower case, type and class.
  std::array<uint8_t, dns::kMaxNameSize + 4> question;
  uint16_t question_size = 0;
  // RD, AD, CD, DO, and whether there is an OPT.
  uint8_t features = 0;
  // Octets that the client takes over UDP, at least 512.
  uint16_t udp_payload_size = 0;
  // Of the question.
  uint64_t hash = 0;

  absl::Span<const uint8_t> question_span() const {
    return absl::MakeConstSpan(question.data(), question_size);
  }
};

// Reads a plain query; false for any other, and for what is malformed in any way.
bool ReadPacketKey(absl::Span<const uint8_t> wire, PacketKey* key);

class PacketCache {
 public:
  static constexpr size_t kDefaultMaxBytes = 64u << 20;
  // Octets of an answer, and TTLs in one, that are kept.
  static constexpr size_t kMaxPacketSize = 4096;
  static constexpr size_t kMaxTtls = 64;

  // Hits are counted in `use`, which must outlive the cache; after its Reset, ForgetReplies.
  explicit PacketCache(CacheUse* use, size_t max_bytes = kDefaultMaxBytes);
  ~PacketCache();
  PacketCache(const PacketCache&) = delete;
  PacketCache& operator=(const PacketCache&) = delete;

  // Where an answer comes from.
  struct Origin {
    // Of zones alone: it holds as long as the view.
    bool is_ours = true;
    // Of one cached reply: when that came, and until when it is fresh. Its TTLs grow old.
    absl::Time received;
    absl::Time fresh_until;
    CacheUse::Slot slot = CacheUse::kNoScope;
  };

  // Called for each query of a batch before Find is for the first: what Find will look at comes
  // nearer to the processor meanwhile. First the one for all, then the other.
  void PrefetchPlace(const PacketKey& key, uint64_t view_serial) const {
    packets_.prefetch(HashOf(key, view_serial));
  }
  void PrefetchPacket(const PacketKey& key, uint64_t view_serial) const;

  // Writes the answer to `query`, which `key` was read from, and returns its size; 0 if none is
  // known, or it has more than `size_max` octets. `rotation` says which of several addresses comes
  // first. REQUIRES: buffer.size() >= kMaxPacketSize.
  size_t Find(const PacketKey& key, uint64_t view_serial, absl::Time time, uint32_t rotation,
              size_t size_max, absl::Span<const uint8_t> query, absl::Span<uint8_t> buffer);
  // Keeps `answer`, which was sent at `now`. Nothing if it was truncated, is too large, or has
  // several records in a way that Find could not rotate.
  void Insert(const PacketKey& key, uint64_t view_serial, absl::Time now, const Origin& origin,
              absl::Span<const uint8_t> answer);
  // Forgets all that is not of zones alone.
  void ForgetReplies() { ++generation_; }

  size_t packet_count() const { return ring_.size(); }
  size_t byte_size() const { return byte_size_; }

 private:
  struct Packet;
  struct Free {
    void operator()(Packet* packet) const;
  };
  using PacketPtr = std::unique_ptr<Packet, Free>;
  // Hashes are as good as random already.
  struct Same {
    size_t operator()(uint64_t hash) const { return hash; }
  };

  static uint64_t HashOf(const PacketKey& key, uint64_t view_serial) {
    return key.hash ^ (view_serial << 8 | key.features) * 0x9e3779b97f4a7c15;
  }
  bool Holds(const Packet& packet, int64_t now) const;
  void Erase(Packet* packet);
  // Erases one: the first from the hand on that was not used since the hand passed it last.
  void EraseUnused();

  CacheUse* const use_;
  const size_t max_bytes_;
  size_t byte_size_ = 0;
  uint32_t generation_ = 0;
  // By HashOf; of two packets with one hash the newer.
  absl::flat_hash_map<uint64_t, Packet*, Same> packets_;
  // Owns them, in no order; each knows its place.
  std::vector<PacketPtr> ring_;
  size_t hand_ = 0;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_PACKET_CACHE_H_
