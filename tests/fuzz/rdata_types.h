// The types whose rdata the fuzz targets choose from: each that has a layout, and some that have
// none.
#ifndef NAVE_TESTS_FUZZ_RDATA_TYPES_H_
#define NAVE_TESTS_FUZZ_RDATA_TYPES_H_

#include <cstddef>
#include <cstdint>

#include "lib/dns/type.h"

namespace nave::fuzzing {

inline constexpr dns::RRType kRdataTypes[] = {
    dns::RRType::kA,          dns::RRType::kNs,
    dns::RRType::kCname,      dns::RRType::kSoa,
    dns::RRType::kMb,         dns::RRType::kMg,
    dns::RRType::kMr,         dns::RRType::kPtr,
    dns::RRType::kHinfo,      dns::RRType::kMinfo,
    dns::RRType::kMx,         dns::RRType::kTxt,
    dns::RRType::kRp,         dns::RRType::kAfsdb,
    dns::RRType::kRt,         dns::RRType::kPx,
    dns::RRType::kAaaa,       dns::RRType::kSrv,
    dns::RRType::kNaptr,      dns::RRType::kKx,
    dns::RRType::kDname,      dns::RRType::kDs,
    dns::RRType::kSshfp,      dns::RRType::kDnskey,
    dns::RRType::kTlsa,       dns::RRType::kSmimea,
    dns::RRType::kCds,        dns::RRType::kCdnskey,
    dns::RRType::kOpenpgpkey, dns::RRType::kZonemd,
    dns::RRType::kSvcb,       dns::RRType::kHttps,
    dns::RRType::kSpf,        dns::RRType::kUri,
    dns::RRType::kCaa,        dns::RRType::kNull,
    dns::RRType::kRrsig,      static_cast<dns::RRType>(65280),
};
inline constexpr size_t kRdataTypeCount = sizeof(kRdataTypes) / sizeof(kRdataTypes[0]);

inline dns::RRType RdataTypeAt(uint8_t choice) { return kRdataTypes[choice % kRdataTypeCount]; }
// The choice that gives `type`; 0 when none does.
inline uint8_t ChoiceOf(dns::RRType type) {
  for (size_t i = 0; i < kRdataTypeCount; ++i) {
    if (kRdataTypes[i] == type) return static_cast<uint8_t>(i);
  }
  return 0;
}

}  // namespace nave::fuzzing

#endif  // NAVE_TESTS_FUZZ_RDATA_TYPES_H_
