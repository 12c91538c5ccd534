// `nave zone records set|delete|list|export|import`.
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/calls.h"
#include "cli/command.h"
#include "cli/errors.h"
#include "cli/find_command.h"
#include "cli/operations.h"
#include "cli/zone_check.h"
#include "cli/zone_import.h"
#include "cli/zones.h"
#include "lib/dns/idna.h"
#include "lib/dns/zone_file.h"

namespace nave::cli {
namespace {

using dns::v1::ApplyChangeBatchRequest;
using dns::v1::ApplyChangeBatchResponse;
using dns::v1::RecordChange;
using dns::v1::RecordSet;

struct RecordFlags {
  std::string zone;
  std::string account;
  std::string owner;
  std::string type;
  std::vector<std::string> rdata;
  std::string ttl = "300";
  ServedFlags served;
};

absl::StatusOr<dns::RRType> TypeArgument(const std::string& text) {
  const auto type = dns::RRTypeFromText(text);
  if (type.has_value()) return *type;
  return UsageError(absl::StrCat("'", text, "' is no type; write A, CNAME, TXT or TYPE65280"));
}

Table RecordTable(const std::vector<RecordSet>& record_sets) {
  Table table{{"OWNER", "TTL", "TYPE", "RDATA"}, {}};
  for (const RecordSet& record_set : record_sets) {
    const std::vector<std::string> parts = absl::StrSplit(record_set.name(), '/');
    std::string owner = parts[parts.size() > 1 ? parts.size() - 2 : 0];
    std::string ttl = absl::StrCat(record_set.ttl_seconds());
    std::string type = parts.back();
    for (const std::string& rdata : record_set.rdata()) {
      table.rows.push_back({owner, ttl, type, rdata});
      owner = ttl = type = "";
    }
  }
  return table;
}

// Names in rdata are absolute with or without the final dot, as everywhere in the API.
absl::StatusOr<dns::RRset> RRsetOf(const RecordFlags& flags, const ZoneRef& zone) {
  dns::RRset rrset;
  NAVE_ASSIGN_OR_RETURN(rrset.owner, OwnerOf(zone, flags.owner));
  NAVE_ASSIGN_OR_RETURN(rrset.type, TypeArgument(flags.type));
  const auto ttl = dns::ParseTtl(flags.ttl);
  if (!ttl.has_value()) {
    return UsageError(absl::StrCat("--ttl '", flags.ttl, "' is no TTL; write 300, 5m or 1h"));
  }
  rrset.ttl = *ttl;
  for (const std::string& text : flags.rdata) {
    const absl::StatusOr<std::string> ascii = dns::ToAsciiRdata(rrset.type, text);
    const absl::Status added = ascii.ok() ? rrset.AddText(*ascii) : ascii.status();
    if (!added.ok()) {
      return UsageError(absl::StrCat("rdata '", text, "': ", std::string(added.message())));
    }
  }
  const absl::Status valid = dns::ValidateRRset(rrset);
  if (!valid.ok()) return UsageError(std::string(valid.message()));
  return rrset;
}

absl::StatusOr<ApplyChangeBatchResponse> ApplyOne(ControlPlane& control_plane, const ZoneRef& zone,
                                                  RecordChange::Action action,
                                                  const RecordSet& record_set) {
  ApplyChangeBatchRequest request;
  request.set_zone(zone.name);
  RecordChange& change = *request.add_changes();
  change.set_action(action);
  *change.mutable_record_set() = record_set;
  *request.mutable_mutation() = NewMutation();
  ApplyChangeBatchResponse response;
  NAVE_RETURN_IF_ERROR(
      control_plane.Call("nave.dns.v1.RecordSetService/ApplyChangeBatch", request, &response));
  return response;
}

absl::Status RunSet(Session& session, const RecordFlags& flags) {
  NAVE_RETURN_IF_ERROR(CheckServedFlags(flags.served));
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  NAVE_ASSIGN_OR_RETURN(ZoneRef zone, FindZone(*control_plane, flags.zone, flags.account));
  NAVE_ASSIGN_OR_RETURN(dns::RRset rrset, RRsetOf(flags, zone));
  NAVE_ASSIGN_OR_RETURN(
      ApplyChangeBatchResponse response,
      ApplyOne(*control_plane, zone, RecordChange::UPSERT, ToRecordSet(zone, rrset)));
  const std::vector<RecordSet> made(response.record_sets().begin(), response.record_sets().end());
  if (!made.empty()) session.output().Print(made[0], RecordTable(made));
  NoteWarnings(session, response.warnings());
  return FinishCommit(session, flags.served, response.revision());
}

absl::Status RunDelete(Session& session, const RecordFlags& flags) {
  NAVE_RETURN_IF_ERROR(CheckServedFlags(flags.served));
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  NAVE_ASSIGN_OR_RETURN(ZoneRef zone, FindZone(*control_plane, flags.zone, flags.account));
  NAVE_ASSIGN_OR_RETURN(dns::Name owner, OwnerOf(zone, flags.owner));
  NAVE_ASSIGN_OR_RETURN(dns::RRType type, TypeArgument(flags.type));
  RecordSet gone;
  gone.set_name(RecordSetName(zone, owner, type));
  NAVE_ASSIGN_OR_RETURN(ApplyChangeBatchResponse response,
                        ApplyOne(*control_plane, zone, RecordChange::DELETE, gone));
  session.output().Print(
      response, {{"DELETED", "REVISION"}, {{gone.name(), absl::StrCat(response.revision())}}});
  NoteWarnings(session, response.warnings());
  return FinishCommit(session, flags.served, response.revision());
}

absl::Status RunList(Session& session, const RecordFlags& flags) {
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  NAVE_ASSIGN_OR_RETURN(ZoneRef zone, FindZone(*control_plane, flags.zone, flags.account));
  NAVE_ASSIGN_OR_RETURN(std::vector<RecordSet> record_sets,
                        ListRecordSets(*control_plane, zone.name));
  session.output().PrintAll(PointersTo(record_sets), RecordTable(record_sets));
  return absl::OkStatus();
}

absl::Status RunExport(Session& session, const RecordFlags& flags) {
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  NAVE_ASSIGN_OR_RETURN(ZoneRef zone, FindZone(*control_plane, flags.zone, flags.account));
  NAVE_ASSIGN_OR_RETURN(std::vector<RecordSet> record_sets,
                        ListRecordSets(*control_plane, zone.name));
  std::vector<dns::RRset> rrsets;
  for (const RecordSet& record_set : record_sets) {
    NAVE_ASSIGN_OR_RETURN(dns::RRset rrset, ToRRset(record_set));
    rrsets.push_back(std::move(rrset));
  }
  session.output().Text(dns::WriteZoneFile(zone.apex, rrsets));
  return absl::OkStatus();
}

void AddZoneArgument(CLI::App& command, std::string& zone, std::string& account) {
  command.add_option("ZONE", zone, "The zone: apex, resource name, or the id of one of --account")
      ->required();
  command.add_option("--account", account, "The account in which the zone is looked for");
}

void AddChanges(CLI::App& group, Chosen& chosen) {
  auto flags = std::make_shared<RecordFlags>();
  CLI::App* set = AddCommand(
      group, chosen, "set", "Creates an RRset, or replaces its TTL and values",
      "nave zone records set spoke1.cloud.example.com app A 192.0.2.11 192.0.2.12 --ttl 60\n"
      "nave zone records set spoke1.cloud.example.com www CNAME app.spoke1.cloud.example.com.\n"
      "nave zone records set spoke1.cloud.example.com @ TXT '\"v=spf1 -all\"'",
      [flags](Session& session) { return RunSet(session, *flags); });
  AddZoneArgument(*set, flags->zone, flags->account);
  set->add_option("OWNER", flags->owner, "Below the apex, absolute with a final dot, or @")
      ->required();
  set->add_option("TYPE", flags->type, "The type, such as A")->required();
  set->add_option("RDATA", flags->rdata, "The values; names in them are absolute")->required();
  set->add_option("--ttl", flags->ttl, "Seconds, or such as 5m")->capture_default_str();
  AddServedFlags(*set, flags->served);

  auto gone = std::make_shared<RecordFlags>();
  CLI::App* remove = AddCommand(group, chosen, "delete", "Deletes an RRset",
                                "nave zone records delete spoke1.cloud.example.com app A",
                                [gone](Session& session) { return RunDelete(session, *gone); });
  AddZoneArgument(*remove, gone->zone, gone->account);
  remove->add_option("OWNER", gone->owner, "Below the apex, absolute with a final dot, or @")
      ->required();
  remove->add_option("TYPE", gone->type, "The type, such as A")->required();
  AddServedFlags(*remove, gone->served);
}

void AddReads(CLI::App& group, Chosen& chosen) {
  auto flags = std::make_shared<RecordFlags>();
  CLI::App* list = AddCommand(group, chosen, "list", "Lists the RRsets of a zone",
                              "nave zone records list spoke1.cloud.example.com",
                              [flags](Session& session) { return RunList(session, *flags); });
  AddZoneArgument(*list, flags->zone, flags->account);
  CLI::App* to_file = AddCommand(group, chosen, "export", "Prints a zone as a zone file",
                                 "nave zone records export spoke1.cloud.example.com > spoke1.zone",
                                 [flags](Session& session) { return RunExport(session, *flags); });
  AddZoneArgument(*to_file, flags->zone, flags->account);
}

void AddImport(CLI::App& group, Chosen& chosen) {
  auto flags = std::make_shared<ImportFlags>();
  CLI::App* from_file = AddCommand(
      group, chosen, "import",
      "Reads a zone file into a zone. Up to 1000 changes are one revision, more come in batches",
      "nave zone records import spoke1.cloud.example.com spoke1.zone --dry-run\n"
      "nave zone records import spoke1.cloud.example.com spoke1.zone --replace",
      [flags](Session& session) { return RunZoneImport(session, *flags); });
  AddZoneArgument(*from_file, flags->zone, flags->account);
  from_file->add_option("FILE", flags->file, "The zone file, or - for standard input")->required();
  from_file->add_flag("--dry-run", flags->dry_run, "Shows the changes, and makes none");
  from_file->add_flag("--replace", flags->replace, "Deletes what is not in the file");
  from_file->add_flag("--with-apex", flags->with_apex, "Takes SOA and NS of the apex over too");
  from_file->add_flag("--lenient", flags->lenient,
                      "Gives an RRset of several TTLs the smallest, where it is refused else");
}

}  // namespace

void AddZoneRecords(CLI::App& root, Chosen& chosen) {
  CLI::App* zone = FindOrAddGroup(root, chosen, "zone", "Private zones");
  CLI::App* group = AddCommand(*zone, chosen, "records", "The RRsets of a zone");
  AddChanges(*group, chosen);
  AddReads(*group, chosen);
  AddImport(*group, chosen);
  AddZoneCheck(*zone, chosen);
}

}  // namespace nave::cli
