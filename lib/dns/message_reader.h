// Takes a message apart while it is read, without a copy of what nobody keeps (RFC 1035 section 4).
// ParseMessage makes a whole Message of it. Functions; any thread.
#ifndef NAVE_LIB_DNS_MESSAGE_READER_H_
#define NAVE_LIB_DNS_MESSAGE_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "lib/dns/edns.h"
#include "lib/dns/header.h"
#include "lib/dns/message.h"
#include "lib/dns/name.h"
#include "lib/dns/type.h"
#include "lib/dns/wire_error.h"
#include "lib/dns/wire_reader.h"

namespace nave::dns {

// A record that somebody else holds.
struct RecordView {
  const Name& owner;
  RRType type;
  RRClass rrclass;
  uint32_t ttl;
  absl::string_view rdata;  // Uncompressed wire form.
};

// What stands behind a record's owner. The rdata is in the message or in `*buffer`. The error is in
// the reader.
RecordView ReadRecordBehind(const Name& owner, WireReader* reader, std::string* buffer);

// Is told what a message holds, in the message's order.
class MessageSink {
 public:
  enum class Section : uint8_t { kAnswer, kAuthority, kAdditional };

  virtual ~MessageSink() = default;
  virtual void OnQuestion(const Question& question) = 0;
  // All but OPT. What `record` points to is valid until the call returns.
  virtual void OnRecord(Section section, const RecordView& record) = 0;
  // With the options before the first that is malformed, whose error then ends the reading.
  virtual void OnEdns(Edns edns) = 0;
};

// Reads a whole message. `asked`, unless null: the question that its question should be, which
// costs less to read then. On error the sink has been told what was read up to there, and the
// header is good unless there are fewer than kHeaderSize octets (kTruncated).
WireError ReadMessage(absl::Span<const uint8_t> wire, Header* header, MessageSink* sink,
                      const Question* asked = nullptr);

}  // namespace nave::dns

#endif  // NAVE_LIB_DNS_MESSAGE_READER_H_
