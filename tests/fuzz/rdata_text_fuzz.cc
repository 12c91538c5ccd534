// A type, and any text: as a name, as rdata in presentation form (RFC 1035 section 5.1, RFC 3597
// section 5), as rdata on the wire. What is read must survive each way back, octet for octet.
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "lib/dns/rdata.h"
#include "lib/dns/rrset.h"
#include "tests/fuzz/fuzzing.h"
#include "tests/fuzz/rdata_types.h"

namespace nave::dns {
namespace {

using fuzzing::Require;

void CheckName(absl::string_view text) {
  const absl::StatusOr<Name> name = Name::FromText(text);
  if (!name.ok()) return;
  Require(name->wire_size() <= kMaxNameSize, "a name has at most 255 octets");
  const absl::StatusOr<Name> again = Name::FromText(name->ToText());
  Require(again.ok() && again->EqualsWithCase(*name), "a name's text reads back");
  Name from_wire;
  size_t size = 0;
  Require(Name::FromUncompressed(name->wire_view(), &size, &from_wire) == WireError::kOk,
          "a name's wire form reads back");
  Require(size == name->wire_size() && from_wire.EqualsWithCase(*name), "as the same name");
  Require(from_wire.label_count() == name->label_count(), "with as many labels");
  const std::string key = name->ToKey();
  Require(Name::FromText(key)->ToKey() == key, "a key is its own key");
  Require(*Name::FromText(key) == *name, "a key is the same name");
  Require(name->Suffix(name->label_count()) == *name && name->Suffix(0).IsRoot(), "suffixes");
  if (!name->IsRoot()) {
    const std::optional<Name> child = name->Parent().Child(name->first_label());
    Require(child.has_value() && child->EqualsWithCase(*name), "parent and label are the name");
  }
}

// Uncompressed rdata of the right form: to text and back, into a message and back.
void CheckRdataWays(RRType type, const std::string& rdata) {
  Require(rdata.size() <= kMaxRdataSize, "rdata has a bound");
  const std::string text = RdataToText(type, rdata);
  const absl::StatusOr<std::string> again = RdataFromText(type, text);
  Require(again.ok(), "rdata's text reads back");
  Require(*again == rdata, "as the same octets");
  std::string unknown = absl::StrCat("\\# ", rdata.size(), " ", absl::BytesToHexString(rdata));
  const absl::StatusOr<std::string> generic = RdataFromText(type, unknown);
  Require(generic.ok() && *generic == rdata, "the form of RFC 3597 reads as the same octets");
  std::vector<uint8_t> buffer(rdata.size());
  WireWriter writer(absl::MakeSpan(buffer));
  WriteRdata(type, rdata, &writer);
  Require(!writer.full(), "rdata does not grow when it is written");
  WireReader reader(writer.written());
  const std::string canonical = CanonicalRdata(type, rdata);
  // A name that is compressed takes the case of the one that it points at (RFC 1035 section 4.1.4).
  std::string names;
  const absl::string_view read = ReadRdata(type, writer.size(), &reader, &names);
  Require(CanonicalRdata(type, read) == canonical && reader.ok(), "rdata in a message");
  Require(CanonicalRdata(type, canonical) == canonical, "the canonical form is its own");
  RRset rrset{Name(), type, RRClass::kIn, 60, {}};
  Require(rrset.Add(rdata).ok() && absl::IsAlreadyExists(rrset.Add(canonical)),
          "equal rdata is there once");
}

void Check(fuzzing::Input input) {
  const RRType type = fuzzing::RdataTypeAt(input.U8());
  const absl::string_view octets = input.Rest();
  Require(RRTypeFromText(RRTypeToText(type)) == type, "a type's text reads back");
  CheckName(octets);
  const Name origin = Name::FromText("Origin.test.").value();
  const absl::StatusOr<std::string> rdata = RdataFromText(type, octets, origin);
  if (rdata.ok()) {
    Require(CheckRdata(type, *rdata) == WireError::kOk, "what was read has the form of its type");
    CheckRdataWays(type, *rdata);
  }
  if (CheckRdata(type, octets) == WireError::kOk) CheckRdataWays(type, std::string(octets));
}

}  // namespace
}  // namespace nave::dns

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  nave::dns::Check(nave::fuzzing::Input(data, size));
  return 0;
}
