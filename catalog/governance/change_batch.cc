// Atomic batches of record changes.
#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "catalog/governance/access.h"
#include "catalog/governance/engine.h"
#include "catalog/governance/fields.h"
#include "catalog/governance/names.h"
#include "catalog/governance/record_rules.h"
#include "nave/dns/v1/zone.pb.h"

namespace nave::catalog {
namespace {

using dns::v1::RecordChange;
using dns::v1::RecordSet;

constexpr int kMaxBatch = 1000;

absl::Status Upsert(store::Transaction& transaction, const Actor& actor, RecordSet* record_set) {
  NAVE_ASSIGN_OR_RETURN(std::string name, CanonicalName(record_set->name()));
  NAVE_ASSIGN_OR_RETURN(bool exists, Exists(transaction, name));
  if (!exists) return CreateResource(transaction, actor, record_set);
  // Replaces the whole, a TTL of 0 included.
  return UpdateResource(transaction, actor, record_set, {});
}

absl::Status ApplyOne(store::Transaction& transaction, const Actor& actor,
                      const RecordChange& change, dns::v1::ApplyChangeBatchResponse* response) {
  RecordSet record_set = change.record_set();
  if (change.action() == RecordChange::DELETE) {
    return DeleteResource(transaction, actor, record_set.name(), record_set.metadata().etag());
  }
  ClearOutputFields(&record_set);
  if (change.action() == RecordChange::CREATE) {
    NAVE_RETURN_IF_ERROR(CreateResource(transaction, actor, &record_set));
  } else if (change.action() == RecordChange::UPSERT) {
    NAVE_RETURN_IF_ERROR(Upsert(transaction, actor, &record_set));
  } else {
    return FieldError("action", "must be CREATE, UPSERT or DELETE");
  }
  *response->add_record_sets() = std::move(record_set);
  return absl::OkStatus();
}

absl::Status CheckBatch(const dns::v1::ApplyChangeBatchRequest& request) {
  NAVE_RETURN_IF_ERROR(CheckName(*TypeNamed("Zone"), request.zone()));
  if (request.changes().empty()) return FieldError("changes", "is required");
  if (request.changes_size() > kMaxBatch) {
    return FieldError("changes", absl::StrCat("has more than ", kMaxBatch, " items"));
  }
  for (int i = 0; i < request.changes_size(); ++i) {
    const std::string& name = request.changes(i).record_set().name();
    NAVE_RETURN_IF_ERROR(CheckName(*TypeNamed("RecordSet"), name));
    if (ParentOf(name) != request.zone()) {
      return FieldError(absl::StrCat("changes[", i, "].record_set.name"),
                        absl::StrCat("'", name, "' is not of ", request.zone()));
    }
  }
  return absl::OkStatus();
}

// The last state of each name alone: a batch may touch a name twice.
void KeepWhatExists(store::Transaction& transaction, dns::v1::ApplyChangeBatchResponse* response) {
  auto* record_sets = response->mutable_record_sets();
  for (int i = record_sets->size() - 1; i >= 0; --i) {
    RecordSet now;
    absl::StatusOr<bool> found = ReadInto(transaction, record_sets->Get(i).name(), &now);
    bool later = false;
    for (int j = i + 1; j < record_sets->size(); ++j) {
      later = later || record_sets->Get(j).name() == record_sets->Get(i).name();
    }
    if (!found.ok() || !*found || later) record_sets->DeleteSubrange(i, 1);
  }
}

// The DNS's rules hold for what a batch leaves, not for what it goes through.
absl::Status JudgeEnd(store::Transaction& transaction, const dns::v1::Zone& zone,
                      const dns::v1::ApplyChangeBatchRequest& request,
                      dns::v1::ApplyChangeBatchResponse* made) {
  std::vector<std::string> touched;
  for (const RecordChange& change : request.changes()) {
    NAVE_ASSIGN_OR_RETURN(std::string name, CanonicalName(change.record_set().name()));
    touched.push_back(std::move(name));
  }
  NAVE_RETURN_IF_ERROR(CheckRecordRules(transaction, zone, touched));
  return AddRecordWarnings(transaction, zone, touched, made->mutable_warnings());
}

}  // namespace

absl::Status Engine::ApplyChangeBatch(const Caller& caller,
                                      const dns::v1::ApplyChangeBatchRequest& request,
                                      dns::v1::ApplyChangeBatchResponse* response) {
  NAVE_RETURN_IF_ERROR(CheckBatch(request));
  auto work = [&](store::Transaction& transaction,
                  google::protobuf::Message* message) -> absl::Status {
    auto* made = static_cast<dns::v1::ApplyChangeBatchResponse*>(message);
    NAVE_RETURN_IF_ERROR(Require(transaction, caller, api::v1::WRITE_NETWORK, request.zone()));
    NAVE_ASSIGN_OR_RETURN(auto zone, ReadResource<dns::v1::Zone>(transaction, request.zone()));
    Actor actor = ActorOf(caller);
    actor.zone_rules_later = true;
    for (const RecordChange& change : request.changes()) {
      NAVE_RETURN_IF_ERROR(ApplyOne(transaction, actor, change, made));
    }
    KeepWhatExists(transaction, made);
    return JudgeEnd(transaction, zone, request, made);
  };
  return Mutate(caller, request, request.mutation(), response, work);
}

}  // namespace nave::catalog
