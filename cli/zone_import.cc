#include "cli/zone_import.h"

#include <fstream>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/calls.h"
#include "cli/errors.h"
#include "cli/zone_check.h"
#include "lib/base/status_macros.h"
#include "lib/dns/zone_file.h"
#include "lib/dns/zone_rules.h"

namespace nave::cli {
namespace {

using dns::RRset;
using dns::RRType;
using dns::v1::ApplyChangeBatchRequest;
using dns::v1::RecordChange;
using dns::v1::RecordSet;

constexpr size_t kReadBytes = 64 << 10;

// SOA and NS of the apex, which a zone has from its creation on.
bool IsAutomatic(const ZoneRef& zone, const dns::Name& owner, RRType type) {
  return owner == zone.apex && (type == RRType::kSoa || type == RRType::kNs);
}

absl::StatusOr<std::string> ReadStream(std::istream& in, const std::string& file) {
  std::string text;
  std::string piece(kReadBytes, '\0');
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0) {
    text.append(piece, 0, static_cast<size_t>(in.gcount()));
    if (text.size() > dns::kMaxZoneFileSize) {
      return UsageError(absl::StrCat(file, ": larger than ", dns::kMaxZoneFileSize,
                                     " bytes; import it in parts"));
    }
  }
  if (in.bad()) return UsageError(absl::StrCat(file, ": cannot be read"));
  return text;
}

absl::StatusOr<std::string> ReadInput(Session& session, const std::string& file) {
  if (file == "-") return ReadStream(session.input(), "standard input");
  std::ifstream in(file, std::ios::binary);
  if (!in) return UsageError(absl::StrCat(file, ": cannot be opened"));
  return ReadStream(in, file);
}

absl::StatusOr<std::vector<RRset>> ReadRRsets(Session& session, const ImportFlags& flags,
                                              const ZoneRef& zone) {
  NAVE_ASSIGN_OR_RETURN(std::string text, ReadInput(session, flags.file));
  dns::ZoneFileOptions options;
  options.origin = zone.apex;
  options.refuse_mixed_ttls = !flags.lenient;
  absl::StatusOr<dns::ZoneFile> file = dns::ReadZoneFile(text, options);
  if (!file.ok()) {
    return UsageError(absl::StrCat(flags.file, ": ", std::string(file.status().message())));
  }
  for (const std::string& warning : file->warnings) {
    session.output().Note(absl::StrCat(flags.file, ": ", warning));
  }
  const absl::Status valid = dns::ValidateZone(zone.apex, file->rrsets);
  if (!valid.ok()) return UsageError(absl::StrCat(flags.file, ": ", std::string(valid.message())));
  std::vector<RRset> wanted;
  for (RRset& rrset : file->rrsets) {
    if (!flags.with_apex && IsAutomatic(zone, rrset.owner, rrset.type)) continue;
    wanted.push_back(std::move(rrset));
  }
  return wanted;
}

// The same data, in whatever order the values stand.
bool SameData(const RecordSet& a, const RecordSet& b) {
  return a.ttl_seconds() == b.ttl_seconds() &&
         std::multiset<std::string>(a.rdata().begin(), a.rdata().end()) ==
             std::multiset<std::string>(b.rdata().begin(), b.rdata().end());
}

RecordChange ChangeOf(RecordChange::Action action, RecordSet record_set) {
  RecordChange change;
  change.set_action(action);
  *change.mutable_record_set() = std::move(record_set);
  return change;
}

Table ChangeTable(const std::vector<RecordChange>& changes) {
  Table table{{"ACTION", "RECORD SET", "TTL", "RDATA"}, {}};
  for (const RecordChange& change : changes) {
    const bool gone = change.action() == RecordChange::DELETE;
    table.rows.push_back({RecordChange::Action_Name(change.action()), change.record_set().name(),
                          gone ? "" : absl::StrCat(change.record_set().ttl_seconds()),
                          absl::StrJoin(change.record_set().rdata(), "; ")});
  }
  return table;
}

absl::Status ShowImport(Session& session, ControlPlane& control_plane,
                        const std::vector<ApplyChangeBatchRequest>& batches,
                        const std::vector<RecordChange>& changes) {
  // A later batch builds on those before it, which a dry run leaves out.
  if (batches.size() == 1) {
    ApplyChangeBatchRequest request = batches[0];
    *request.mutable_mutation() = NewMutation(/*validate_only=*/true);
    dns::v1::ApplyChangeBatchResponse response;
    NAVE_RETURN_IF_ERROR(
        control_plane.Call("nave.dns.v1.RecordSetService/ApplyChangeBatch", request, &response));
    NoteWarnings(session, response.warnings());
  }
  session.output().PrintAll(PointersTo(changes), ChangeTable(changes));
  return absl::OkStatus();
}

// The status with what was done before it, its reason kept.
absl::Status AfterBatches(const absl::Status& status, const ImportFlags& flags, size_t done,
                          size_t all) {
  if (done == 0 || status.ok()) return status;
  return WithMessage(status, absl::StrCat(std::string(status.message()), "; ", done, " of ", all,
                                          " batches are in the zone, and importing ", flags.file,
                                          " again goes on from there"));
}

absl::Status Apply(Session& session, ControlPlane& control_plane, const ImportFlags& flags,
                   const std::vector<ApplyChangeBatchRequest>& batches, size_t changes) {
  dns::v1::ApplyChangeBatchResponse response;
  ZoneWarnings warnings;
  for (size_t i = 0; i < batches.size(); ++i) {
    session.output().Progress(absl::StrCat("batch ", i + 1, " of ", batches.size()));
    ApplyChangeBatchRequest request = batches[i];
    *request.mutable_mutation() = NewMutation();
    response.Clear();
    const absl::Status status =
        control_plane.Call("nave.dns.v1.RecordSetService/ApplyChangeBatch", request, &response);
    if (!status.ok()) {
      session.output().Progress("");
      return AfterBatches(status, flags, i, batches.size());
    }
    warnings.MergeFrom(response.warnings());
  }
  session.output().Progress("");
  response.clear_record_sets();
  *response.mutable_warnings() = warnings;
  session.output().Print(response,
                         {{"CHANGES", "REVISION"},
                          {{absl::StrCat(changes),
                            response.revision() == 0 ? "" : absl::StrCat(response.revision())}}});
  NoteWarnings(session, warnings);
  return absl::OkStatus();
}

}  // namespace

std::vector<RecordChange> ChangesToImport(const ZoneRef& zone, const std::vector<RRset>& wanted,
                                          const std::vector<RecordSet>& present, bool replace) {
  std::map<std::string, const RecordSet*> rest;
  for (const RecordSet& record_set : present) rest[record_set.name()] = &record_set;
  std::vector<RecordChange> upserts;
  for (const RRset& rrset : wanted) {
    RecordSet record_set = ToRecordSet(zone, rrset);
    auto found = rest.find(record_set.name());
    const bool same = found != rest.end() && SameData(*found->second, record_set);
    if (found != rest.end()) rest.erase(found);
    if (!same) upserts.push_back(ChangeOf(RecordChange::UPSERT, std::move(record_set)));
  }
  std::vector<RecordChange> changes;
  for (const auto& [name, record_set] : rest) {
    if (!replace || name == RecordSetName(zone, zone.apex, RRType::kSoa) ||
        name == RecordSetName(zone, zone.apex, RRType::kNs)) {
      continue;
    }
    RecordSet gone;
    gone.set_name(name);
    *gone.mutable_metadata()->mutable_etag() = record_set->metadata().etag();
    changes.push_back(ChangeOf(RecordChange::DELETE, std::move(gone)));
  }
  changes.insert(changes.end(), upserts.begin(), upserts.end());
  return changes;
}

std::vector<ApplyChangeBatchRequest> BatchesOf(const std::string& zone,
                                               const std::vector<RecordChange>& changes) {
  std::vector<ApplyChangeBatchRequest> batches;
  size_t bytes = 0;
  for (const RecordChange& change : changes) {
    const size_t size = change.ByteSizeLong();
    if (batches.empty() || bytes + size > kMaxBatchBytes ||
        static_cast<size_t>(batches.back().changes_size()) >= kMaxChangesPerBatch) {
      batches.emplace_back().set_zone(zone);
      bytes = 0;
    }
    *batches.back().add_changes() = change;
    bytes += size;
  }
  return batches;
}

absl::Status RunZoneImport(Session& session, const ImportFlags& flags) {
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  NAVE_ASSIGN_OR_RETURN(ZoneRef zone, FindZone(*control_plane, flags.zone, flags.account));
  NAVE_ASSIGN_OR_RETURN(std::vector<RRset> wanted, ReadRRsets(session, flags, zone));
  NAVE_ASSIGN_OR_RETURN(std::vector<RecordSet> present, ListRecordSets(*control_plane, zone.name));
  const std::vector<RecordChange> changes = ChangesToImport(zone, wanted, present, flags.replace);
  const std::vector<ApplyChangeBatchRequest> batches = BatchesOf(zone.name, changes);
  if (flags.dry_run) return ShowImport(session, *control_plane, batches, changes);
  return Apply(session, *control_plane, flags, batches, changes.size());
}

}  // namespace nave::cli
