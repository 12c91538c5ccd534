#include "lib/dns/edns.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/dns/type.h"
#include "lib/dns/wire_reader.h"

namespace nave::dns {
namespace {

constexpr uint16_t kDnssecOk = 0x8000;

struct ExtendedErrorText {
  ExtendedErrorCode code;
  absl::string_view text;
};
// The registry of RFC 8914 section 5.2, as far as Nave uses or passes it on.
constexpr ExtendedErrorText kExtendedErrors[] = {
    {ExtendedErrorCode::kOther, "Other Error"},
    {ExtendedErrorCode::kStaleAnswer, "Stale Answer"},
    {ExtendedErrorCode::kForgedAnswer, "Forged Answer"},
    {ExtendedErrorCode::kDnssecBogus, "DNSSEC Bogus"},
    {ExtendedErrorCode::kCachedError, "Cached Error"},
    {ExtendedErrorCode::kNotReady, "Not Ready"},
    {ExtendedErrorCode::kBlocked, "Blocked"},
    {ExtendedErrorCode::kCensored, "Censored"},
    {ExtendedErrorCode::kFiltered, "Filtered"},
    {ExtendedErrorCode::kProhibited, "Prohibited"},
    {ExtendedErrorCode::kStaleNxdomainAnswer, "Stale NXDOMAIN Answer"},
    {ExtendedErrorCode::kNotAuthoritative, "Not Authoritative"},
    {ExtendedErrorCode::kNotSupported, "Not Supported"},
    {ExtendedErrorCode::kNoReachableAuthority, "No Reachable Authority"},
    {ExtendedErrorCode::kNetworkError, "Network Error"},
    {ExtendedErrorCode::kInvalidData, "Invalid Data"},
};

}  // namespace

std::string ExtendedErrorName(ExtendedErrorCode code) {
  for (const ExtendedErrorText& known : kExtendedErrors) {
    if (known.code == code) return std::string(known.text);
  }
  return absl::StrCat("Extended error ", static_cast<int>(code));
}

const EdnsOption* Edns::Find(EdnsOptionCode code) const {
  for (const EdnsOption& option : options) {
    if (option.code == code) return &option;
  }
  return nullptr;
}

void Edns::Add(EdnsOptionCode code, absl::string_view data) {
  options.push_back({code, std::string(data)});
}

void Edns::Remove(EdnsOptionCode code) {
  options.erase(std::remove_if(options.begin(), options.end(),
                               [code](const EdnsOption& option) { return option.code == code; }),
                options.end());
}

void Edns::AddExtendedError(ExtendedErrorCode code, absl::string_view text) {
  const auto value = static_cast<uint16_t>(code);
  std::string data = {static_cast<char>(value >> 8), static_cast<char>(value & 0xFF)};
  absl::StrAppend(&data, text);
  options.push_back({EdnsOptionCode::kExtendedError, std::move(data)});
}

std::optional<ExtendedError> Edns::FindExtendedError() const {
  const EdnsOption* option = Find(EdnsOptionCode::kExtendedError);
  if (option == nullptr || option->data.size() < 2) return std::nullopt;
  WireReader reader(option->data);
  ExtendedError error;
  error.code = static_cast<ExtendedErrorCode>(reader.ReadU16());
  error.text = std::string(reader.ReadRest());
  // RFC 8914 section 2: some senders end the text with a NUL that is not part of it.
  while (!error.text.empty() && error.text.back() == '\0') error.text.pop_back();
  return error;
}

void Edns::AddPadding(size_t size, size_t block, size_t limit) {
  const size_t unpadded = size + kOptionHeadSize;
  const size_t padded = (unpadded + block - 1) / block * block;
  if (padded > limit) return;
  options.push_back({EdnsOptionCode::kPadding, std::string(padded - unpadded, '\0')});
}

size_t Edns::WireSize() const {
  size_t size = kOptFixedSize;
  for (const EdnsOption& option : options) size += kOptionHeadSize + option.data.size();
  return size;
}

WireError ParseEdns(uint16_t rrclass, uint32_t ttl, absl::string_view rdata, Edns* edns) {
  edns->options.clear();
  edns->udp_payload_size = rrclass;
  edns->extended_rcode = ttl >> 24;
  edns->version = ttl >> 16 & 0xFF;
  edns->dnssec_ok = ttl & kDnssecOk;
  edns->z = ttl & 0x7FFF;
  WireReader reader(rdata);
  while (!reader.AtEnd()) {
    if (edns->options.size() == kMaxEdnsOptions) return WireError::kTooManyRecords;
    const auto code = static_cast<EdnsOptionCode>(reader.ReadU16());
    const absl::string_view data = reader.ReadBytes(reader.ReadU16());
    if (!reader.ok()) return WireError::kBadRdata;
    edns->Add(code, data);
  }
  return WireError::kOk;
}

void WriteEdns(const Edns& edns, WireWriter* writer) {
  WriteOptHead(edns, edns.WireSize() - kOptFixedSize, writer);
  for (const EdnsOption& option : edns.options) WriteOption(option.code, option.data, writer);
}

void WriteOptHead(const Edns& edns, size_t options_size, WireWriter* writer) {
  writer->WriteU8(0);
  writer->WriteU16(static_cast<uint16_t>(RRType::kOpt));
  writer->WriteU16(edns.udp_payload_size);
  writer->WriteU8(edns.extended_rcode);
  writer->WriteU8(edns.version);
  writer->WriteU16((edns.dnssec_ok ? kDnssecOk : 0) | (edns.z & 0x7FFF));
  writer->WriteU16(options_size);
}

void WriteOption(EdnsOptionCode code, absl::string_view data, WireWriter* writer) {
  writer->WriteU16(static_cast<uint16_t>(code));
  writer->WriteU16(data.size());
  writer->WriteBytes(data);
}

}  // namespace nave::dns
