// An RRset: all rdata of one owner, type and class, under one TTL (RFC 2181 section 5). Values; any
// thread.
#ifndef NAVE_LIB_DNS_RRSET_H_
#define NAVE_LIB_DNS_RRSET_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lib/dns/message.h"
#include "lib/dns/message_reader.h"
#include "lib/dns/name.h"
#include "lib/dns/rdata_list.h"
#include "lib/dns/type.h"

namespace nave::dns {

// RFC 2181 section 8: 31 bits.
inline constexpr uint32_t kMaxTtlSeconds = 0x7fffffff;
// Of one RRset; more would not fit into a TCP message anyway.
inline constexpr size_t kMaxRdatasPerRRset = 4096;

struct RRset {
  Name owner;
  RRType type = RRType::kA;
  RRClass rrclass = RRClass::kIn;
  uint32_t ttl = 0;  // Seconds.
  RdataList rdatas;  // Uncompressed wire form, in the order given.

  // Adds rdata. ALREADY_EXISTS if an equal one (names compared without case) is there,
  // INVALID_ARGUMENT if it does not have the form of the type, RESOURCE_EXHAUSTED above
  // kMaxRdatasPerRRset.
  absl::Status Add(absl::string_view rdata);
  // Adds rdata in presentation form; errors as Add, and INVALID_ARGUMENT if it cannot be read.
  absl::Status AddText(absl::string_view text, const Name& origin = Name());
  // The rdatas in presentation form.
  std::vector<std::string> RdataTexts() const;
  std::vector<ResourceRecord> ToRecords() const;
  // One line per rdata, each with a final newline.
  std::string ToText() const;
};

// The RRset alone: at least one rdata, all of the right form, no duplicates, TTL of 31 bits, no
// meta type, one rdata only for SOA, CNAME and DNAME.
absl::Status ValidateRRset(const RRset& rrset);

// Nearly always one.
using RRsets = absl::InlinedVector<RRset, 1>;

// Groups records (of any number of owners and types) into RRsets in order of first appearance. The
// smallest TTL counts (RFC 2181 section 5.2); duplicates are dropped. The time it takes grows with
// their number alone, whatever a forger sends.
class RRsetGrouper {
 public:
  RRsetGrouper();
  ~RRsetGrouper();

  void Add(const RecordView& record);
  RRsets& rrsets() { return rrsets_; }

 private:
  // Up to here it is cheaper to compare each with each.
  static constexpr size_t kFewRecords = 8;
  struct Index;

  void AddToMany(const RecordView& record);
  void MakeIndex();

  RRsets rrsets_;
  size_t record_count_ = 0;
  // Null while there are few.
  std::unique_ptr<Index> index_;
};

}  // namespace nave::dns

#endif  // NAVE_LIB_DNS_RRSET_H_
