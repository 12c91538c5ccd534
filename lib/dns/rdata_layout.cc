#include "lib/dns/rdata_layout.h"

#include <array>

namespace nave::dns {
namespace {

using F = RdataField;

constexpr RdataLayout kLayouts[] = {
    {RRType::kA, {F::kIpv4}},
    {RRType::kNs, {F::kNameCompressible}},
    {RRType::kCname, {F::kNameCompressible}},
    {RRType::kSoa,
     {F::kNameCompressible, F::kNameCompressible, F::kU32, F::kSeconds, F::kSeconds, F::kSeconds,
      F::kSeconds}},
    {RRType::kMb, {F::kNameCompressible}},
    {RRType::kMg, {F::kNameCompressible}},
    {RRType::kMr, {F::kNameCompressible}},
    {RRType::kPtr, {F::kNameCompressible}},
    {RRType::kHinfo, {F::kString, F::kString}},
    {RRType::kMinfo, {F::kNameCompressible, F::kNameCompressible}},
    {RRType::kMx, {F::kU16, F::kNameCompressible}},
    {RRType::kTxt, {F::kStrings}},
    {RRType::kRp, {F::kNameDecompressible, F::kNameDecompressible}},
    {RRType::kAfsdb, {F::kU16, F::kNameDecompressible}},
    {RRType::kRt, {F::kU16, F::kNameDecompressible}},
    {RRType::kPx, {F::kU16, F::kNameDecompressible, F::kNameDecompressible}},
    {RRType::kAaaa, {F::kIpv6}},
    {RRType::kSrv, {F::kU16, F::kU16, F::kU16, F::kNameDecompressible}},
    {RRType::kNaptr,
     {F::kU16, F::kU16, F::kString, F::kString, F::kString, F::kNameDecompressible}},
    {RRType::kKx, {F::kU16, F::kNameDecompressible}},
    {RRType::kDname, {F::kNameDecompressible}},
    {RRType::kDs, {F::kU16, F::kU8, F::kU8, F::kHexRest}},
    {RRType::kSshfp, {F::kU8, F::kU8, F::kHexRest}},
    {RRType::kDnskey, {F::kU16, F::kU8, F::kU8, F::kBase64Rest}},
    {RRType::kTlsa, {F::kU8, F::kU8, F::kU8, F::kHexRest}},
    {RRType::kSmimea, {F::kU8, F::kU8, F::kU8, F::kHexRest}},
    {RRType::kCds, {F::kU16, F::kU8, F::kU8, F::kHexRest}},
    {RRType::kCdnskey, {F::kU16, F::kU8, F::kU8, F::kBase64Rest}},
    {RRType::kOpenpgpkey, {F::kBase64Rest}},
    {RRType::kZonemd, {F::kU32, F::kU8, F::kU8, F::kHexRest}},
    {RRType::kSvcb, {F::kU16, F::kNamePlain, F::kSvcParams}},
    {RRType::kHttps, {F::kU16, F::kNamePlain, F::kSvcParams}},
    {RRType::kSpf, {F::kStrings}},
    {RRType::kUri, {F::kU16, F::kU16, F::kQuotedRest}},
    {RRType::kCaa, {F::kU8, F::kTag, F::kQuotedRest}},
};

constexpr size_t kLayoutCount = sizeof(kLayouts) / sizeof(kLayouts[0]);
constexpr size_t kIndexSize = static_cast<size_t>(RRType::kCaa) + 1;
constexpr uint8_t kNone = 0xFF;

// Type -> row, so that reading a message does not search.
constexpr std::array<uint8_t, kIndexSize> kIndex = [] {
  std::array<uint8_t, kIndexSize> index{};
  for (uint8_t& row : index) row = kNone;
  for (size_t row = 0; row < kLayoutCount; ++row) {
    index[static_cast<size_t>(kLayouts[row].type)] = row;
  }
  return index;
}();

}  // namespace

const RdataLayout* FindRdataLayout(RRType type) {
  const auto value = static_cast<size_t>(type);
  if (value >= kIndexSize || kIndex[value] == kNone) return nullptr;
  return &kLayouts[kIndex[value]];
}

}  // namespace nave::dns
