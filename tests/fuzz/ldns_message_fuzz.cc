// Our reader of messages beside ldns, which shares nothing with it. What both accept they must read
// alike: header, questions, owners, types, classes, TTLs, rdata without compression, OPT. What one
// alone accepts must be of a kind that is listed here with its reason.
#include <algorithm>
#include <memory>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "lib/dns/message.h"
#include "lib/dns/rdata_layout.h"
#include "tests/fuzz/fuzzing.h"
#include "tests/fuzz/ldns_door.h"

namespace nave::dns {
namespace {

using fuzzing::Require;

struct FreePacket {
  void operator()(ldns_pkt* packet) const { ldns_pkt_free(packet); }
};
using Packet = std::unique_ptr<ldns_pkt, FreePacket>;

absl::string_view Octets(const ldns_rdf* rdf) {
  return absl::string_view(reinterpret_cast<const char*>(ldns_rdf_data(rdf)), ldns_rdf_size(rdf));
}

std::string RdataOf(const ldns_rr* record) {
  std::string rdata;
  for (size_t i = 0; i < ldns_rr_rd_count(record); ++i) {
    const absl::string_view field = Octets(ldns_rr_rdf(record, i));
    rdata.append(field.data(), field.size());
  }
  return rdata;
}

// ldns knows the fields of types that are octets to us (RFC 3597). Where they hold names it takes
// pointers, which no sender may use there (section 4); where there is more than the fields, it
// reads on in the middle of the rdata, and all behind it is another message.
bool HasFieldsOfLdnsAlone(RRType type) {
  const ldns_rr_descriptor* descriptor = ldns_rr_descript(static_cast<uint16_t>(type));
  return FindRdataLayout(type) == nullptr &&
         ldns_rr_descriptor_field_type(descriptor, 0) != LDNS_RDF_TYPE_UNKNOWN;
}

void RequireSame(absl::string_view ours, absl::string_view theirs, absl::string_view what) {
  if (ours == theirs) return;
  Require(false, absl::StrCat(what, ": ours ", absl::BytesToHexString(ours), ", theirs ",
                              absl::BytesToHexString(theirs)));
}

void CompareHeader(const Header& header, const ldns_pkt* packet) {
  Require(header.id == ldns_pkt_id(packet), "id");
  Require(header.qr == ldns_pkt_qr(packet) && header.aa == ldns_pkt_aa(packet), "QR, AA");
  Require(header.tc == ldns_pkt_tc(packet) && header.rd == ldns_pkt_rd(packet), "TC, RD");
  Require(header.ra == ldns_pkt_ra(packet) && header.ad == ldns_pkt_ad(packet), "RA, AD");
  Require(header.cd == ldns_pkt_cd(packet), "CD");
  Require(static_cast<int>(header.opcode) == static_cast<int>(ldns_pkt_get_opcode(packet)),
          "opcode");
  Require(static_cast<int>(header.rcode) == static_cast<int>(ldns_pkt_get_rcode(packet)), "RCODE");
}

// False when ldns read fields where we took octets: there is nothing to compare behind it.
bool CompareRecord(const ResourceRecord& ours, const ldns_rr* theirs) {
  RequireSame(ours.owner.wire_view(), Octets(ldns_rr_owner(theirs)), "owner");
  Require(static_cast<int>(ours.type) == static_cast<int>(ldns_rr_get_type(theirs)), "type");
  Require(static_cast<int>(ours.rrclass) == static_cast<int>(ldns_rr_get_class(theirs)), "class");
  // RFC 2181 section 8: with the top bit set it counts as zero. ldns leaves that to its user.
  const uint32_t ttl = ldns_rr_ttl(theirs);
  Require(ours.ttl == (ttl > 0x7fffffff ? 0 : ttl), "TTL");
  const std::string rdata = RdataOf(theirs);
  if (HasFieldsOfLdnsAlone(ours.type) && ours.rdata.size() != rdata.size()) return false;
  RequireSame(ours.rdata, rdata, absl::StrCat("rdata of ", RRTypeToText(ours.type)));
  return true;
}

bool CompareSection(const std::vector<ResourceRecord>& ours, const ldns_rr_list* theirs) {
  const size_t count = ldns_rr_list_rr_count(theirs);
  for (size_t i = 0; i < std::min(ours.size(), count); ++i) {
    if (!CompareRecord(ours[i], ldns_rr_list_rr(theirs, i))) return false;
  }
  Require(ours.size() == count, "records of a section");
  return true;
}

// ldns keeps TSIG beside the section. One that is not the last, as it must be (RFC 8945
// section 5.1), costs ldns the last record.
bool CompareAdditionals(std::vector<ResourceRecord> ours, const ldns_rr_list* theirs) {
  if (!ours.empty() && ours.back().type == RRType::kTsig) ours.pop_back();
  for (const ResourceRecord& record : ours) {
    if (record.type == RRType::kTsig) return false;
  }
  return CompareSection(ours, theirs);
}

void CompareQuestions(const Message& message, const ldns_rr_list* theirs) {
  Require(message.questions.size() == ldns_rr_list_rr_count(theirs), "questions");
  for (size_t i = 0; i < message.questions.size(); ++i) {
    const ldns_rr* question = ldns_rr_list_rr(theirs, i);
    const Question& ours = message.questions[i];
    RequireSame(ours.name.wire_view(), Octets(ldns_rr_owner(question)), "qname");
    Require(static_cast<int>(ours.type) == static_cast<int>(ldns_rr_get_type(question)), "qtype");
    Require(static_cast<int>(ours.rrclass) == static_cast<int>(ldns_rr_get_class(question)),
            "qclass");
  }
}

void CompareEdns(const Message& message, const ldns_pkt* packet) {
  if (!message.edns.has_value()) return Require(!ldns_pkt_edns(packet), "no OPT");
  const Edns& edns = *message.edns;
  Require(edns.udp_payload_size == ldns_pkt_edns_udp_size(packet), "payload size");
  Require(edns.extended_rcode == ldns_pkt_edns_extended_rcode(packet), "extended RCODE");
  Require(edns.version == ldns_pkt_edns_version(packet), "EDNS version");
  Require(((edns.dnssec_ok ? 0x8000 : 0) | edns.z) == ldns_pkt_edns_z(packet), "EDNS flags");
  std::string options;
  for (const EdnsOption& option : edns.options) {
    const auto code = static_cast<uint16_t>(option.code);
    for (const size_t number : {size_t{code}, option.data.size()}) {
      options.push_back(static_cast<char>(number >> 8));
      options.push_back(static_cast<char>(number & 0xff));
    }
    options += option.data;
  }
  const ldns_rdf* theirs = ldns_pkt_edns_data(packet);
  Require(options == (theirs == nullptr ? absl::string_view() : Octets(theirs)), "EDNS options");
}

void CompareMessages(const Message& message, const ldns_pkt* packet) {
  CompareHeader(message.header, packet);
  CompareQuestions(message, ldns_pkt_question(packet));
  if (CompareSection(message.answers, ldns_pkt_answer(packet)) &&
      CompareSection(message.authorities, ldns_pkt_authority(packet)) &&
      CompareAdditionals(message.additionals, ldns_pkt_additional(packet))) {
    CompareEdns(message, packet);
  }
}

bool MayLdnsAloneAccept(WireError error) {
  switch (error) {
    // ldns leaves these to its user: octets behind the last record, a second OPT or one that is not
    // at the root or not in the additional section, options that run over the end of OPT.
    case WireError::kTrailingBytes:
    case WireError::kBadOpt:
    // ldns has no bound of questions and of EDNS options.
    case WireError::kTooManyRecords:
    // ldns takes fewer or empty fields than the type has, and does not look into SVCB's parameters
    // and CAA's tag.
    case WireError::kBadRdata:
    case WireError::kTruncated:
    // ldns follows pointers forward, and in types in which none may be (RFC 9460 section 2.2).
    case WireError::kBadPointer:
    // ldns takes the label types 01 and 10 for lengths above 63.
    case WireError::kBadLabel:
      return true;
    default:
      return false;
  }
}

// Types whose fields ldns checks and we do not: to us they are octets (RFC 3597).
bool HasRecordThatOnlyLdnsChecks(const Message& message) {
  for (const auto* section : {&message.answers, &message.authorities, &message.additionals}) {
    for (const ResourceRecord& record : *section) {
      if (FindRdataLayout(record.type) == nullptr) return true;
    }
  }
  return false;
}

// ldns refuses a pointer to octet 0. To us the header is octets as any other, and may happen to be
// a name; a query whose qname is one is refused later (resolver/query.cc).
bool HasPointerToOctetZero(absl::string_view octets) {
  return octets.find(absl::string_view("\xc0\0", 2)) != absl::string_view::npos;
}

void Check(const uint8_t* data, size_t size) {
  Message message;
  const WireError ours = ParseMessage(absl::MakeConstSpan(data, size), &message);
  ldns_pkt* read = nullptr;
  const ldns_status theirs = ldns_wire2pkt(&read, data, size);
  const Packet packet(theirs == LDNS_STATUS_OK ? read : nullptr);
  if (ours == WireError::kOk && packet != nullptr) return CompareMessages(message, packet.get());
  if (ours == WireError::kOk) {
    const bool is_explained = HasRecordThatOnlyLdnsChecks(message) ||
                              (theirs == LDNS_STATUS_INVALID_POINTER &&
                               HasPointerToOctetZero({reinterpret_cast<const char*>(data), size}));
    return Require(is_explained,
                   absl::StrCat("ldns alone refuses: ", ldns_get_errorstr_by_id(theirs)));
  }
  if (packet != nullptr) {
    Require(MayLdnsAloneAccept(ours), absl::StrCat("we alone refuse: ", WireErrorName(ours)));
  }
}

}  // namespace
}  // namespace nave::dns

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  nave::dns::Check(data, size);
  return 0;
}
