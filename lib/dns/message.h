// A whole message, read and written (RFC 1035 section 4). Rdata is kept in uncompressed wire form;
// OPT is taken out of the additional section into `edns`. The zone and cache fast paths use
// WireWriter directly. Values; any thread.
#ifndef NAVE_LIB_DNS_MESSAGE_H_
#define NAVE_LIB_DNS_MESSAGE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "lib/dns/edns.h"
#include "lib/dns/header.h"
#include "lib/dns/name.h"
#include "lib/dns/type.h"
#include "lib/dns/wire_error.h"
#include "lib/dns/wire_reader.h"
#include "lib/dns/wire_writer.h"

namespace nave::dns {

inline constexpr size_t kMaxMessageSize = 65535;
// A question is at least 5 octets and a record 11, so no count above these fits into a message. The
// bound of questions is ours: no server answers more than one (RFC 9619).
inline constexpr size_t kMaxQuestions = 8;
inline constexpr size_t kMaxRecords = kMaxMessageSize / 11;

struct Question {
  Name name;
  RRType type = RRType::kA;
  RRClass rrclass = RRClass::kIn;

  friend bool operator==(const Question& a, const Question& b) {
    return a.type == b.type && a.rrclass == b.rrclass && a.name == b.name;
  }
  template <typename H>
  friend H AbslHashValue(H h, const Question& q) {
    return H::combine(std::move(h), q.name, q.type, q.rrclass);
  }
};

struct ResourceRecord {
  Name owner;
  RRType type = RRType::kA;
  RRClass rrclass = RRClass::kIn;
  uint32_t ttl = 0;
  std::string rdata;  // Uncompressed wire form.

  // Presentation form on one line: "www.example.com. 60 IN A 192.0.2.1".
  std::string ToText() const;
};

struct Message {
  Header header;
  absl::InlinedVector<Question, 1> questions;
  std::vector<ResourceRecord> answers;
  std::vector<ResourceRecord> authorities;
  std::vector<ResourceRecord> additionals;  // Without OPT.
  std::optional<Edns> edns;

  // All twelve bits, OPT's included.
  Rcode FullRcode() const;
  // Sets the header's four bits and, if there is OPT, the upper eight. REQUIRES: rcode < 16 or
  // edns.
  void SetRcode(Rcode rcode);
  // A dig-like text of all sections, for the CLI's explain and for test output.
  std::string ToText() const;
};

// Reads a whole message. On error `*message` holds what was read up to there: the header is good
// unless the error is kTruncated with fewer than kHeaderSize octets, so a FORMERR can be made from
// it.
WireError ParseMessage(absl::Span<const uint8_t> wire, Message* message);
WireError ParseMessage(absl::string_view wire, Message* message);

// Writes the message with compression into the writer, which must be empty. What does not fit is
// left out RRset by RRset: an answer or authority that does not fit sets TC (RFC 2181 section 9),
// an additional one is dropped silently; OPT always has its room. False only if not even the
// header, the questions and OPT fit.
bool WriteMessage(const Message& message, WireWriter* writer);
// WriteMessage into a string of at most `limit` octets; empty if that is impossible.
std::string SerializeMessage(const Message& message, size_t limit = kMaxMessageSize);

// One record: owner and rdata compressed where that is allowed. Writer is full if it did not fit.
void WriteRecord(const ResourceRecord& record, WireWriter* writer);
void WriteRecord(const Name& owner, RRType type, RRClass rrclass, uint32_t ttl,
                 absl::string_view rdata, WireWriter* writer);
// One question.
void WriteQuestion(const Question& question, WireWriter* writer);
// One record, OPT included, its rdata uncompressed. The error is in the reader.
ResourceRecord ReadRecord(WireReader* reader);

// A query with a question and RD, no OPT.
Message MakeQuery(uint16_t id, const Name& name, RRType type, bool recursion_desired = true);
// The start of a reply: id, opcode, RD, CD and question of the query; QR set; no OPT.
Message MakeReply(const Message& query, Rcode rcode);

}  // namespace nave::dns

#endif  // NAVE_LIB_DNS_MESSAGE_H_
