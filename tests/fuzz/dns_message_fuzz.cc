// Any octets: reading them as a message must end, stay inside them, and what was read must survive
// being written and read again.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "lib/dns/message.h"
#include "lib/dns/rdata.h"

namespace nave::dns {
namespace {

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

void CheckRecord(const ResourceRecord& record) {
  Require(Name::FromText(record.owner.ToText()).value() == record.owner, "owner text round trip");
  if (IsMetaType(record.type) || record.rrclass != RRClass::kIn) return;
  Require(CheckRdata(record.type, record.rdata) == WireError::kOk, "rdata that was read is valid");
  const std::string text = RdataToText(record.type, record.rdata);
  const absl::StatusOr<std::string> again = RdataFromText(record.type, text);
  Require(again.ok(), "rdata text reads back");
  Require(CanonicalRdata(record.type, *again) == CanonicalRdata(record.type, record.rdata),
          "rdata text round trip");
}

void CheckMessage(const uint8_t* data, size_t size) {
  Message message;
  if (ParseMessage(absl::MakeConstSpan(data, size), &message) != WireError::kOk) return;
  for (const auto* section : {&message.answers, &message.authorities, &message.additionals}) {
    for (const ResourceRecord& record : *section) CheckRecord(record);
  }
  const std::string text = message.ToText();
  const std::string wire = SerializeMessage(message);
  // A message that lived on compression we do not do may become too long; then it is cut at an
  // RRset.
  Require(!wire.empty() || size > kMinUdpPayloadSize, "a short message can be written");
  if (wire.empty()) return;
  Message again;
  Require(ParseMessage(wire, &again) == WireError::kOk, "what we write can be read");
  Require(again.header.tc || !message.header.tc, "TC stays");
  const bool whole = again.answers.size() == message.answers.size() &&
                     again.authorities.size() == message.authorities.size() &&
                     again.additionals.size() == message.additionals.size();
  Require(!whole || SerializeMessage(again) == wire, "writing is stable");
  SerializeMessage(message, kMinUdpPayloadSize);
}

}  // namespace
}  // namespace nave::dns

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  nave::dns::CheckMessage(data, size);
  return 0;
}
