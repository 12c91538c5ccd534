// Rdata between a message and the uncompressed form, and the checks of the latter.
#include <algorithm>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/dns/rdata.h"
#include "lib/dns/rdata_layout.h"
#include "lib/dns/svcb.h"

namespace nave::dns {
namespace {

using F = RdataField;

size_t FixedSize(RdataField field) {
  switch (field) {
    case F::kU8:
      return 1;
    case F::kU16:
      return 2;
    case F::kU32:
    case F::kSeconds:
    case F::kIpv4:
      return 4;
    case F::kIpv6:
      return 16;
    default:
      return 0;
  }
}

bool IsName(RdataField field) {
  return field == F::kNameCompressible || field == F::kNameDecompressible || field == F::kNamePlain;
}

bool HasName(const RdataLayout& layout) {
  return std::any_of(std::begin(layout.fields), std::end(layout.fields), IsName);
}

// A <character-string> with its length octet.
void SkipString(WireReader* reader) { reader->ReadBytes(reader->ReadU8()); }

// Moves over a field that is not a name; what it skipped is copied by the caller.
void SkipField(RdataField field, WireReader* reader) {
  switch (field) {
    case F::kString:
      SkipString(reader);
      return;
    case F::kTag:
      if (reader->ReadCharacterString().empty()) reader->Fail(WireError::kBadRdata);
      return;
    case F::kStrings:
      do {
        SkipString(reader);
      } while (!reader->AtEnd());
      return;
    case F::kSvcParams:
      if (!CheckSvcParams(reader->ReadRest())) reader->Fail(WireError::kBadRdata);
      return;
    case F::kQuotedRest:
    case F::kHexRest:
    case F::kBase64Rest:
      reader->ReadRest();
      return;
    default:
      reader->ReadBytes(FixedSize(field));
  }
}

void AppendOctets(const WireReader& reader, size_t from, std::string* out) {
  const absl::string_view octets =
      ToStringView(reader.message().subspan(from, reader.offset() - from));
  out->append(octets.data(), octets.size());
}

void ReadField(RdataField field, WireReader* reader, std::string* out) {
  if (IsName(field)) {
    const Name name = field == F::kNamePlain ? reader->ReadUncompressedName() : reader->ReadName();
    out->append(name.wire_view().data(), name.wire_size());
    return;
  }
  const size_t from = reader->offset();
  SkipField(field, reader);
  if (reader->ok()) AppendOctets(*reader, from, out);
}

// Calls `visit(field, octets)` for each field of uncompressed rdata; false if it is malformed.
template <typename Visit>
bool WalkRdata(const RdataLayout& layout, absl::string_view rdata, Visit visit) {
  WireReader reader(rdata);
  for (const RdataField field : layout.fields) {
    if (field == F::kEnd) break;
    const size_t from = reader.offset();
    if (IsName(field)) {
      reader.ReadUncompressedName();
    } else {
      SkipField(field, &reader);
    }
    if (!reader.ok()) return false;
    visit(field, rdata.substr(from, reader.offset() - from));
  }
  return reader.AtEnd();
}

Name NameOf(absl::string_view octets) {
  Name name;
  Name::FromUncompressed(octets, nullptr, &name);
  return name;
}

}  // namespace

WireError CheckRdata(RRType type, absl::string_view rdata) {
  if (rdata.size() > kMaxRdataSize) return WireError::kBadRdata;
  const RdataLayout* layout = FindRdataLayout(type);
  if (layout == nullptr) return WireError::kOk;
  const bool ok = WalkRdata(*layout, rdata, [](RdataField, absl::string_view) {});
  return ok ? WireError::kOk : WireError::kBadRdata;
}

absl::Status ValidateRdata(RRType type, absl::string_view rdata) {
  if (CheckRdata(type, rdata) == WireError::kOk) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "rdata of ", rdata.size(), " octets does not have the form of ", RRTypeToText(type)));
}

absl::string_view ReadRdata(RRType type, size_t size, WireReader* reader, std::string* buffer) {
  WireReader sub = reader->Sub(size);
  const RdataLayout* layout = FindRdataLayout(type);
  if (layout == nullptr) return sub.ReadRest();
  const bool has_name = HasName(*layout);
  const size_t from = sub.offset();
  buffer->clear();
  for (const RdataField field : layout->fields) {
    if (field == F::kEnd || !sub.ok()) break;
    if (has_name) {
      ReadField(field, &sub, buffer);
    } else {
      SkipField(field, &sub);
    }
  }
  if (sub.ok() && sub.AtEnd() && buffer->size() <= kMaxRdataSize) {
    return has_name ? *buffer : ToStringView(sub.message().subspan(from, size));
  }
  // Rdata that overruns its own length is malformed, not cut off.
  const bool pointer = sub.error() != WireError::kOk && sub.error() != WireError::kTruncated;
  reader->Fail(pointer ? sub.error() : WireError::kBadRdata);
  return absl::string_view();
}

void WriteRdata(RRType type, absl::string_view rdata, WireWriter* writer) {
  const RdataLayout* layout = FindRdataLayout(type);
  bool compressible = false;
  if (layout != nullptr) {
    for (const RdataField field : layout->fields) compressible |= field == F::kNameCompressible;
  }
  // A writer that is full already must stay so: the RollBack below would make it usable again.
  if (!compressible || writer->full()) return writer->WriteBytes(rdata);
  const WireWriter::Mark mark = writer->mark();
  const bool ok = WalkRdata(*layout, rdata, [writer](RdataField field, absl::string_view octets) {
    if (field == F::kNameCompressible) return writer->WriteName(NameOf(octets));
    writer->WriteBytes(octets);
  });
  if (ok) return;
  writer->RollBack(mark);
  writer->WriteBytes(rdata);
}

std::string CanonicalRdata(RRType type, absl::string_view rdata) {
  const RdataLayout* layout = FindRdataLayout(type);
  if (layout == nullptr) return std::string(rdata);
  std::string canonical;
  canonical.reserve(rdata.size());
  const bool ok =
      WalkRdata(*layout, rdata, [&canonical](RdataField field, absl::string_view octets) {
        const size_t from = canonical.size();
        canonical.append(octets.data(), octets.size());
        if (!IsName(field) || field == F::kNamePlain) return;
        for (size_t i = from; i < canonical.size(); ++i) canonical[i] = ToLowerOctet(canonical[i]);
      });
  return ok ? canonical : std::string(rdata);
}

std::optional<Name> RdataTarget(RRType type, absl::string_view rdata) {
  const RdataLayout* layout = FindRdataLayout(type);
  if (layout == nullptr) return std::nullopt;
  std::optional<Name> target;
  const bool ok = WalkRdata(*layout, rdata, [&target](RdataField field, absl::string_view octets) {
    if (IsName(field) && !target.has_value()) target = NameOf(octets);
  });
  return ok ? target : std::nullopt;
}

std::optional<Soa> ParseSoa(absl::string_view rdata) {
  WireReader reader(rdata);
  Soa soa;
  soa.mname = reader.ReadUncompressedName();
  soa.rname = reader.ReadUncompressedName();
  soa.serial = reader.ReadU32();
  soa.refresh_seconds = reader.ReadU32();
  soa.retry_seconds = reader.ReadU32();
  soa.expire_seconds = reader.ReadU32();
  soa.minimum_seconds = reader.ReadU32();
  if (!reader.ok() || !reader.AtEnd()) return std::nullopt;
  return soa;
}

std::string MakeSoa(const Soa& soa) {
  std::string rdata;
  for (const Name* name : {&soa.mname, &soa.rname}) {
    rdata.append(name->wire_view().data(), name->wire_size());
  }
  for (const uint32_t value : {soa.serial, soa.refresh_seconds, soa.retry_seconds,
                               soa.expire_seconds, soa.minimum_seconds}) {
    for (int shift = 24; shift >= 0; shift -= 8) rdata.push_back(static_cast<char>(value >> shift));
  }
  return rdata;
}

}  // namespace nave::dns
