// The engine's reads: one resource, lists, the ledgers.
#include <map>

#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "catalog/governance/access.h"
#include "catalog/governance/engine.h"
#include "catalog/governance/fields.h"
#include "catalog/governance/ledgers.h"
#include "catalog/governance/names.h"
#include "catalog/governance/query.h"
#include "catalog/governance/record_rules.h"
#include "lib/base/check.h"

namespace nave::catalog {
namespace {

using dns::v1::ListLedgerRequest;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The one repeated field of a page.
const FieldDescriptor* ItemsOf(const Message& response) {
  const auto* descriptor = response.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    if (descriptor->field(i)->is_repeated()) return descriptor->field(i);
  }
  return nullptr;
}

void SetPage(const std::string& token, store::Revision revision, Message* response) {
  const auto* descriptor = response->GetDescriptor();
  const auto* reflection = response->GetReflection();
  reflection->SetString(response, descriptor->FindFieldByName("next_page_token"), token);
  reflection->SetInt64(response, descriptor->FindFieldByName("revision"), revision);
}

// Remembers over which accounts the caller may read, for one page.
class ReadRights {
 public:
  ReadRights(store::Reader& reader, const Caller& caller) : reader_(reader), caller_(caller) {}

  absl::StatusOr<bool> OverAccount(const std::string& account) {
    auto known = accounts_.find(account);
    if (known != accounts_.end()) return known->second;
    NAVE_ASSIGN_OR_RETURN(bool allowed, Allows(reader_, caller_, api::v1::READ, account));
    accounts_[account] = allowed;
    return allowed;
  }
  absl::StatusOr<bool> OverResource(const std::string& name) {
    NAVE_ASSIGN_OR_RETURN(bool allowed, OverAccount(AccountOf(name)));
    return allowed ? absl::StatusOr<bool>(true) : CanRead(reader_, caller_, name);
  }

 private:
  store::Reader& reader_;
  const Caller& caller_;
  std::map<std::string, bool> accounts_;
};

std::string LedgerQuery(const char* ledger, ListLedgerRequest request) {
  request.clear_page_token();
  request.clear_page_size();
  return absl::StrCat(ledger, request.SerializeAsString());
}

absl::StatusOr<bool> MayRead(ReadRights& rights, const dns::v1::AccountLedgerRow& row) {
  return rights.OverAccount(row.account());
}

absl::StatusOr<bool> MayRead(ReadRights& rights, const dns::v1::VpcLedgerRow& row) {
  NAVE_ASSIGN_OR_RETURN(bool owner, rights.OverAccount(row.resource_account()));
  return owner ? absl::StatusOr<bool>(true) : rights.OverAccount(row.vpc_account());
}

// Fills a page of ledger rows.
template <typename Row, typename Scan, typename Response>
absl::Status FillLedger(store::Store& store, const Caller& caller, const char* ledger,
                        ListLedgerRequest request, Scan scan, Response* response) {
  NAVE_RETURN_IF_ERROR(CheckFields(&request));
  NAVE_ASSIGN_OR_RETURN(int size, PageSize(request.page_size()));
  const std::string query = LedgerQuery(ledger, request);
  NAVE_ASSIGN_OR_RETURN(std::string place, ParsePageToken(request.page_token(), query));
  std::optional<store::Revision> at;
  if (request.at_revision() != 0) at = request.at_revision();
  auto snapshot = store.Read(at);
  if (!snapshot.ok()) {
    if (!absl::IsOutOfRange(snapshot.status())) return snapshot.status();
    return Error(api::v1::COMPACTED, std::string(snapshot.status().message()));
  }
  ReadRights rights(**snapshot, caller);
  response->set_revision((*snapshot)->revision());
  for (size_t scanned = 0; scanned < kMaxScannedForPage;) {
    NAVE_ASSIGN_OR_RETURN(auto placed, scan(**snapshot, request, place, size));
    if (placed.empty()) return absl::OkStatus();
    scanned += placed.size();
    for (PlacedRow<Row>& row : placed) {
      if (response->rows_size() == size) {
        response->set_next_page_token(MakePageToken(place, query));
        return absl::OkStatus();
      }
      place = row.place;
      if (!Fits(request, row.row)) continue;
      NAVE_ASSIGN_OR_RETURN(bool may, MayRead(rights, row.row));
      if (may) *response->add_rows() = std::move(row.row);
    }
  }
  response->set_next_page_token(MakePageToken(place, query));
  return absl::OkStatus();
}

}  // namespace

absl::Status Engine::Get(const Caller& caller, const api::v1::GetRequest& request,
                         Message* response) {
  const ResourceType* type = TypeOf(response->GetDescriptor());
  NAVE_CHECK(type != nullptr);
  NAVE_RETURN_IF_ERROR(CheckName(*type, request.name()));
  NAVE_ASSIGN_OR_RETURN(std::string name, CanonicalName(request.name()));
  NAVE_ASSIGN_OR_RETURN(auto snapshot, store_.Read());
  NAVE_ASSIGN_OR_RETURN(bool may, CanRead(*snapshot, caller, name));
  return may ? ReadOrNotFound(*snapshot, name, response) : NotFoundError(name);
}

absl::Status Engine::CheckZone(const Caller& caller, const api::v1::GetRequest& request,
                               dns::v1::CheckZoneResponse* response) {
  NAVE_RETURN_IF_ERROR(CheckName(*TypeNamed("Zone"), request.name()));
  NAVE_ASSIGN_OR_RETURN(auto snapshot, store_.Read());
  NAVE_ASSIGN_OR_RETURN(bool may, CanRead(*snapshot, caller, request.name()));
  if (!may) return NotFoundError(request.name());
  NAVE_ASSIGN_OR_RETURN(auto zone, ReadResource<dns::v1::Zone>(*snapshot, request.name()));
  response->set_revision(snapshot->revision());
  return AddZoneWarnings(*snapshot, zone, response->mutable_warnings());
}

absl::Status Engine::List(const Caller& caller, const api::v1::ListRequest& request,
                          Message* response) {
  const FieldDescriptor* items = ItemsOf(*response);
  NAVE_CHECK(items != nullptr);
  const ResourceType* type = TypeOf(items->message_type());
  NAVE_CHECK(type != nullptr);
  NAVE_ASSIGN_OR_RETURN(int size, PageSize(request.page_size()));
  NAVE_ASSIGN_OR_RETURN(Filter filter, Filter::Parse(request.filter(), type->descriptor));
  const std::string query =
      absl::StrCat(type->type, "\n", request.parent(), "\n", request.filter());
  NAVE_ASSIGN_OR_RETURN(std::string place, ParsePageToken(request.page_token(), query));
  NAVE_ASSIGN_OR_RETURN(auto snapshot, store_.Read());
  ReadRights rights(*snapshot, caller);
  const auto* reflection = response->GetReflection();
  bool more = false;
  auto visit = [&](const store::Entry& entry) -> absl::StatusOr<bool> {
    NAVE_ASSIGN_OR_RETURN(bool may, rights.OverResource(entry.key));
    if (!may) return true;
    std::unique_ptr<Message> resource = NewMessage(type->descriptor);
    NAVE_RETURN_IF_ERROR(FillFromEntry(entry, resource.get()));
    if (!filter.Matches(*resource)) return true;
    more = reflection->FieldSize(*response, items) == size;
    if (more) return false;
    reflection->AddMessage(response, items)->CopyFrom(*resource);
    place = entry.key;
    return true;
  };
  NAVE_ASSIGN_OR_RETURN(std::string stopped,
                        VisitKind(*snapshot, *type, request.parent(), place, visit));
  if (!stopped.empty()) place = stopped;
  const bool goes_on = more || !stopped.empty();
  SetPage(goes_on ? MakePageToken(place, query) : "", snapshot->revision(), response);
  return absl::OkStatus();
}

absl::Status Engine::ListAccountLedger(const Caller& caller, const ListLedgerRequest& request,
                                       dns::v1::ListAccountLedgerResponse* response) {
  return FillLedger<dns::v1::AccountLedgerRow>(store_, caller, "account", request,
                                               ScanAccountLedger, response);
}

absl::Status Engine::ListVpcLedger(const Caller& caller, const ListLedgerRequest& request,
                                   dns::v1::ListVpcLedgerResponse* response) {
  return FillLedger<dns::v1::VpcLedgerRow>(store_, caller, "vpc", request, ScanVpcLedger, response);
}

}  // namespace nave::catalog
