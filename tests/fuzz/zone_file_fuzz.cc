// Any text: reading it as a zone file must end, and what was read must survive being written and
// read again.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "lib/dns/zone_file.h"
#include "lib/dns/zone_rules.h"

namespace nave::dns {
namespace {

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

void CheckZoneFile(absl::string_view text) {
  ZoneFileOptions options;
  options.origin = Name::FromText("example.com.").value();
  options.max_records = 1000;
  const absl::StatusOr<ZoneFile> file = ReadZoneFile(text, options);
  if (!file.ok()) return;
  for (const RRset& rrset : file->rrsets) {
    RRset first = rrset;
    first.rdatas = {rrset.rdatas.front()};
    Require(ValidateRRset(first).ok(), "what was read is valid");
  }
  const std::string written = WriteZoneFile(options.origin, file->rrsets);
  const absl::StatusOr<ZoneFile> again = ReadZoneFile(written, ZoneFileOptions());
  Require(again.ok(), "what we write can be read");
  Require(again->warnings.empty(), "what we write needs no warning");
  Require(WriteZoneFile(options.origin, again->rrsets) == written, "writing is stable");
  const absl::Status status = ValidateZone(options.origin, file->rrsets);
  Require(status.ok() || !status.message().empty(), "a refusal has its reason");
}

}  // namespace
}  // namespace nave::dns

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  nave::dns::CheckZoneFile(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
