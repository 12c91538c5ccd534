// Class, TTL and rdata of an OPT record (RFC 6891): what is read must be written as the same
// octets, alone and in a message; padding and extended errors must keep their contracts.
#include <vector>

#include "lib/dns/edns.h"
#include "lib/dns/message.h"
#include "lib/dns/wire_reader.h"
#include "tests/fuzz/fuzzing.h"

namespace nave::dns {
namespace {

using fuzzing::Require;

bool Same(const Edns& a, const Edns& b) {
  if (a.udp_payload_size != b.udp_payload_size || a.extended_rcode != b.extended_rcode ||
      a.version != b.version || a.dnssec_ok != b.dnssec_ok || a.z != b.z) {
    return false;
  }
  if (a.options.size() != b.options.size()) return false;
  for (size_t i = 0; i < a.options.size(); ++i) {
    if (a.options[i].code != b.options[i].code || a.options[i].data != b.options[i].data) {
      return false;
    }
  }
  return true;
}

void CheckWritten(uint16_t rrclass, uint32_t ttl, absl::string_view rdata, const Edns& edns) {
  std::vector<uint8_t> buffer(edns.WireSize());
  WireWriter writer(absl::MakeSpan(buffer));
  WriteEdns(edns, &writer);
  Require(!writer.full() && writer.size() == edns.WireSize(), "the size that was said");
  WireReader reader(writer.written());
  const ResourceRecord record = ReadRecord(&reader);
  Require(reader.ok() && reader.AtEnd() && record.type == RRType::kOpt, "an OPT record");
  Require(static_cast<uint16_t>(record.rrclass) == rrclass && record.ttl == ttl &&
              record.rdata == rdata,
          "the octets that were read");
}

void CheckInMessage(const Edns& edns) {
  Message query = MakeQuery(7, Name::FromText("example.com.").value(), RRType::kA);
  query.edns = edns;
  const std::string wire = SerializeMessage(query);
  if (wire.empty()) {
    return Require(edns.WireSize() > kMaxMessageSize - 64, "an OPT that fits is written");
  }
  Message again;
  Require(ParseMessage(wire, &again) == WireError::kOk, "a message with it can be read");
  Require(again.edns.has_value() && Same(*again.edns, edns), "with the same OPT");
  Require(again.FullRcode() == query.FullRcode(), "and the same RCODE");
  Require(!again.ToText().empty(), "it has a text");
}

void CheckPadding(const Edns& edns, size_t size, size_t block, size_t limit) {
  if (edns.Has(EdnsOptionCode::kPadding)) return;
  Edns padded = edns;
  padded.AddPadding(size, block, limit);
  const size_t grown = size + padded.WireSize() - edns.WireSize();
  Require(grown == size || (grown % block == 0 && grown <= limit), "padded to a block, or not");
  padded.Remove(EdnsOptionCode::kPadding);
  Require(Same(padded, edns), "padding goes without a trace");
}

void CheckErrors(const Edns& edns, uint16_t code, absl::string_view text) {
  const auto error = edns.FindExtendedError();
  if (error.has_value()) {
    Require(edns.Has(EdnsOptionCode::kExtendedError), "an error is from an option");
    Require(!ExtendedErrorName(error->code).empty(), "an error has a name");
  }
  Edns changed = edns;
  changed.Remove(EdnsOptionCode::kExtendedError);
  Require(!changed.FindExtendedError().has_value(), "removed");
  changed.AddExtendedError(static_cast<ExtendedErrorCode>(code), text);
  const auto added = changed.FindExtendedError();
  Require(added.has_value() && static_cast<uint16_t>(added->code) == code, "the code reads back");
  // NULs at the end are no part of the text.
  Require(added->text == text.substr(0, text.find_last_not_of('\0') + 1), "the text reads back");
}

void Check(fuzzing::Input input) {
  const uint16_t rrclass = input.U16();
  const uint32_t ttl = input.U32();
  const absl::string_view rdata = input.Rest();
  Edns edns;
  if (ParseEdns(rrclass, ttl, rdata, &edns) != WireError::kOk) return;
  Require(edns.options.size() <= kMaxEdnsOptions, "options are bounded");
  CheckWritten(rrclass, ttl, rdata, edns);
  CheckInMessage(edns);
  CheckPadding(edns, rrclass, 1 + ttl % 600, 4096);
  CheckErrors(edns, static_cast<uint16_t>(ttl), rdata);
}

}  // namespace
}  // namespace nave::dns

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  nave::dns::Check(nave::fuzzing::Input(data, size));
  return 0;
}
