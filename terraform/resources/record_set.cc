#include "terraform/resources/record_set.h"

#include <cstdint>
#include <limits>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "lib/base/status_macros.h"
#include "lib/dns/idna.h"
#include "lib/dns/rdata.h"
#include "lib/dns/type.h"
#include "nave/dns/v1/record_set.pb.h"
#include "nave/dns/v1/zone.pb.h"
#include "terraform/resources/spelling.h"

namespace nave::terraform {
namespace {

using dns::v1::RecordSet;

constexpr char kCollection[] = "/recordSets/";
constexpr char kService[] = "nave.dns.v1.RecordSetService/";

struct NameParts {
  std::string zone, owner, rrtype;
};

// `accounts/a/zones/z/recordSets/www.example.com./A`; parts are empty when it has another form.
NameParts SplitName(const std::string& name) {
  const size_t collection = name.find(kCollection);
  const size_t last = name.rfind('/');
  if (collection == std::string::npos) return {};
  const size_t owner = collection + sizeof(kCollection) - 1;
  if (last < owner) return {};
  return {name.substr(0, collection), name.substr(owner, last - owner), name.substr(last + 1)};
}

// Letters beyond ASCII in its names as the server writes them.
absl::StatusOr<std::string> RdataOf(dns::RRType type, const std::string& text) {
  const absl::StatusOr<std::string> ascii = dns::ToAsciiRdata(type, text);
  return ascii.ok() ? dns::RdataFromText(type, *ascii) : ascii.status();
}

// The rdata in one form for all its spellings; the text itself when it is malformed. The serial of
// an SOA moves with every change of its zone, and is no difference.
std::string RdataKey(const std::string& rrtype, const std::string& text) {
  const std::optional<dns::RRType> type = dns::RRTypeFromText(rrtype);
  if (!type.has_value()) return text;
  absl::StatusOr<std::string> rdata = RdataOf(*type, text);
  if (!rdata.ok()) return text;
  std::optional<dns::Soa> soa;
  if (*type == dns::RRType::kSoa) soa = dns::ParseSoa(*rdata);
  if (soa.has_value()) {
    soa->serial = 0;
    rdata = dns::MakeSoa(*soa);
  }
  return dns::CanonicalRdata(*type, *rdata);
}

bool SameRdata(const Object& object, const Value& a, const Value& b) {
  const std::string rrtype = TextAt(object, "rrtype");
  std::set<std::string> first, second;
  for (const std::string& text : TextsOf(a)) first.insert(RdataKey(rrtype, text));
  for (const std::string& text : TextsOf(b)) second.insert(RdataKey(rrtype, text));
  return first == second;
}

bool SameRrtype(const Object&, const Value& a, const Value& b) {
  const std::optional<dns::RRType> first = dns::RRTypeFromText(*a.AsString());
  return first.has_value() && first == dns::RRTypeFromText(*b.AsString());
}

absl::Status CheckRrtype(const Value& value) {
  if (dns::RRTypeFromText(*value.AsString()).has_value()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("must be an rrtype such as A or TYPE65280, not '", *value.AsString(), "'"));
}

// RFC 2181 section 8.
absl::Status CheckTtl(const Value& value) {
  const std::optional<int64_t> ttl = value.AsInt();
  if (ttl.has_value() && *ttl >= 0 && *ttl <= std::numeric_limits<int32_t>::max()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("must be a whole number of seconds from 0 to ",
                                                 std::numeric_limits<int32_t>::max(), ", not ",
                                                 value.DebugString()));
}

Remote ToRemote(const RecordSet& record_set) {
  const NameParts parts = SplitName(record_set.name());
  return {{{"name", Value::String(record_set.name())},
           {"zone", Value::String(parts.zone)},
           {"owner", Value::String(parts.owner)},
           {"rrtype", Value::String(parts.rrtype)},
           {"ttl_seconds", Value::Int(record_set.ttl_seconds())},
           {"rdata", TextList({record_set.rdata().begin(), record_set.rdata().end()})},
           {"labels", LabelsOf(record_set.metadata())}},
          record_set.metadata().etag()};
}

RecordSet FromPlan(const std::string& name, const Object& planned, const std::string& etag) {
  RecordSet record_set;
  record_set.set_name(name);
  record_set.set_ttl_seconds(static_cast<int32_t>(At(planned, "ttl_seconds").AsInt().value_or(0)));
  for (const std::string& text : TextsOf(At(planned, "rdata"))) record_set.add_rdata(text);
  SetMetadata(planned, etag, record_set.mutable_metadata());
  return record_set;
}

Attribute Key(const std::string& name, const std::string& description) {
  Attribute attribute{name, Type::String(), Attribute::Given::kRequired, description};
  attribute.replaces = true;
  return attribute;
}

}  // namespace

RecordSetResource::RecordSetResource() {
  schema_.description = "An RRset of a private zone.";
  Attribute owner = Key("owner", "The whole domain name, such as app.spoke1.cloud.example.com.");
  owner.check = CheckDomainName;
  owner.same = SameDomainName;
  Attribute rrtype = Key("rrtype", "Such as A, or TYPE65280 (RFC 3597).");
  rrtype.check = CheckRrtype;
  rrtype.same = SameRrtype;
  Attribute ttl{"ttl_seconds", Type::Number(), Attribute::Given::kRequired,
                "How long answers may be kept."};
  ttl.check = CheckTtl;
  Attribute rdata{"rdata", Type::SetOf(Type::String()), Attribute::Given::kRequired,
                  "The values in presentation form, such as 192.0.2.1 or 10 mail.example.com."};
  rdata.same = SameRdata;
  Attribute name = NameAttribute(RecordSet::descriptor(), "The resource name.");
  name.given = Attribute::Given::kComputed;
  name.replaces = false;
  schema_.attributes = {
      name,
      ReferenceAttribute("zone", dns::v1::Zone::descriptor(), "The zone's resource name."),
      owner,
      rrtype,
      ttl,
      rdata,
      LabelsAttribute(),
  };
}

void RecordSetResource::Validate(const Object& config, Diagnostics* diagnostics) const {
  const Value& rdata = At(config, "rdata");
  if (rdata.AsList() != nullptr && rdata.AsList()->empty()) {
    diagnostics->Error("Invalid rdata", "`rdata` must have at least one value.", "rdata");
  }
  const std::optional<dns::RRType> type = dns::RRTypeFromText(TextAt(config, "rrtype"));
  if (!type.has_value()) return;
  for (const std::string& text : TextsOf(rdata)) {
    const absl::Status status = RdataOf(*type, text).status();
    if (status.ok()) continue;
    diagnostics->Error("Invalid rdata", absl::StrCat("'", text, "': ", status.message(), "."),
                       "rdata");
  }
}

std::string RecordSetResource::NameOf(const Object& state) const {
  const std::string name = TextAt(state, "name");
  if (!name.empty()) return name;
  const absl::StatusOr<dns::Name> owner = dns::NameFromUnicode(TextAt(state, "owner"));
  const std::optional<dns::RRType> rrtype = dns::RRTypeFromText(TextAt(state, "rrtype"));
  if (!owner.ok() || !rrtype.has_value()) return "";
  return absl::StrCat(TextAt(state, "zone"), kCollection,
                      absl::StrReplaceAll(owner->ToKey(), {{"/", "\\047"}}), "/",
                      dns::RRTypeToText(*rrtype));
}

absl::StatusOr<Remote> RecordSetResource::Read(Client& client, const std::string& name) const {
  RecordSet record_set;
  NAVE_RETURN_IF_ERROR(
      client.Call(absl::StrCat(kService, "GetRecordSet"), GetRequestFor(name), &record_set));
  NAVE_RETURN_IF_ERROR(CheckOwner(name, record_set.metadata()));
  return ToRemote(record_set);
}

Applied RecordSetResource::Create(Client& client, const Object& planned) const {
  dns::v1::CreateRecordSetRequest request;
  *request.mutable_record_set() = FromPlan(NameOf(planned), planned, "");
  *request.mutable_mutation() = client.NewMutation();
  RecordSet made;
  const absl::Status status =
      client.Call(absl::StrCat(kService, "CreateRecordSet"), request, &made);
  if (!status.ok()) return {std::nullopt, status, {}};
  return {ToRemote(made), absl::OkStatus(), {}};
}

Applied RecordSetResource::Update(Client& client, const Object& prior, const Object& planned,
                                  const std::string& etag) const {
  dns::v1::UpdateRecordSetRequest request;
  *request.mutable_record_set() = FromPlan(NameOf(prior), planned, etag);
  for (const char* path : {"ttl_seconds", "rdata", "metadata.labels"}) {
    request.mutable_update_mask()->add_paths(path);
  }
  *request.mutable_mutation() = client.NewMutation();
  RecordSet changed;
  const absl::Status status =
      client.Call(absl::StrCat(kService, "UpdateRecordSet"), request, &changed);
  if (!status.ok()) return {std::nullopt, status, {}};
  return {ToRemote(changed), absl::OkStatus(), {}};
}

absl::Status RecordSetResource::Delete(Client& client, const Object& prior,
                                       const std::string& etag) const {
  return DeleteByName(client, absl::StrCat(kService, "DeleteRecordSet"), NameOf(prior), etag);
}

}  // namespace nave::terraform
