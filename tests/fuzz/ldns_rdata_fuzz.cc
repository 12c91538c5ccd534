// A type, and rdata in presentation form: what our reader and ldns both accept must be the same
// octets.
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/dns/rdata.h"
#include "tests/fuzz/fuzzing.h"
#include "tests/fuzz/ldns_door.h"
#include "tests/fuzz/rdata_types.h"

namespace nave::dns {
namespace {

using fuzzing::Require;

struct FreeRecord {
  void operator()(ldns_rr* record) const { ldns_rr_free(record); }
};
struct FreeField {
  void operator()(ldns_rdf* field) const { ldns_rdf_deep_free(field); }
};

// Rdata by ldns's reader; nothing when it refuses.
std::optional<std::string> ReadByLdns(RRType type, absl::string_view text) {
  const std::string line = absl::StrCat("owner.test. 60 IN ", RRTypeToText(type), " ", text);
  const std::unique_ptr<ldns_rdf, FreeField> origin(ldns_dname_new_frm_str("."));
  ldns_rr* read = nullptr;
  if (ldns_rr_new_frm_str(&read, line.c_str(), 60, origin.get(), nullptr) != LDNS_STATUS_OK) {
    return std::nullopt;
  }
  const std::unique_ptr<ldns_rr, FreeRecord> record(read);
  std::string rdata;
  for (size_t i = 0; i < ldns_rr_rd_count(read); ++i) {
    const ldns_rdf* field = ldns_rr_rdf(read, i);
    rdata.append(reinterpret_cast<const char*>(ldns_rdf_data(field)), ldns_rdf_size(field));
  }
  return rdata;
}

// What ldns reads in another way than RFC 1035 section 5.1 says, or does not read.
bool IsForBoth(RRType type, absl::string_view text) {
  // One line of C, without those of its spaces that are none of RFC 1035's. ldns joins words that
  // only a parenthesis parts; to us, as to BIND, it parts them.
  if (text.find_first_of(absl::string_view("\0\n\r\v\f()", 7)) != absl::string_view::npos) {
    return false;
  }
  // A list in SVCB is unescaped twice (RFC 9460 appendix A.1), by ldns once; and keyNNN takes
  // octets (section 2.1), by ldns what a known key takes.
  if ((type == RRType::kSvcb || type == RRType::kHttps) &&
      (text.find('\\') != absl::string_view::npos || text.find("key") != absl::string_view::npos)) {
    return false;
  }
  // ldns takes \# for the form of RFC 3597 wherever it stands.
  return text.find("\\#", 1) == absl::string_view::npos;
}

void Check(fuzzing::Input input) {
  const RRType type = fuzzing::RdataTypeAt(input.U8());
  const absl::string_view text = input.Rest();
  if (!IsForBoth(type, text)) return;
  const absl::StatusOr<std::string> ours = RdataFromText(type, text);
  if (!ours.ok()) return;
  // To ldns a name that begins with the label @ is the origin, however it was written.
  if (absl::StrContains(*ours, "\1@")) return;
  const std::optional<std::string> theirs = ReadByLdns(type, text);
  if (!theirs.has_value() || *ours == *theirs) return;
  Require(false,
          absl::StrCat(RRTypeToText(type), " '", text, "': ours ", absl::BytesToHexString(*ours),
                       ", theirs ", absl::BytesToHexString(*theirs)));
}

}  // namespace
}  // namespace nave::dns

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  nave::dns::Check(nave::fuzzing::Input(data, size));
  return 0;
}
