// The reading half of the provisioner.
#include <string>

#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "catalog/governance/access.h"
#include "catalog/governance/query.h"
#include "catalog/governance/read.h"
#include "catalog/resource_name.h"
#include "catalog/workflow/paging.h"
#include "catalog/workflow/provisioner.h"
#include "lib/base/status_macros.h"

namespace nave::catalog {
namespace {

using v1::ProvisionedProduct;

const ResourceType& ProductType() { return *TypeOf(ProvisionedProduct::descriptor()); }

// Where the names below a parent begin: an account, or everywhere.
absl::StatusOr<std::string> PrefixOf(const std::string& parent) {
  if (parent.empty() || parent == "accounts/-") return std::string("accounts/");
  const ResourceType* type = TypeOfName(parent);
  if (type == nullptr || type->type != "Account") {
    return Error(api::v1::INVALID_QUERY,
                 absl::StrCat("parent '", parent,
                              "' is no account; give one such as 'accounts/a', or nothing"));
  }
  return absl::StrCat(parent, "/provisionedProducts/");
}

}  // namespace

absl::StatusOr<ProvisionedProduct> Provisioner::Get(const Caller& caller, const std::string& name) {
  NAVE_RETURN_IF_ERROR(CheckName(ProductType(), name));
  NAVE_ASSIGN_OR_RETURN(auto snapshot, store_.Read());
  NAVE_ASSIGN_OR_RETURN(bool may, CanRead(*snapshot, caller, name));
  if (!may) return NotFoundError(name);
  return ReadResource<ProvisionedProduct>(*snapshot, name);
}

absl::StatusOr<v1::ListProvisionedProductsResponse> Provisioner::List(
    const Caller& caller, const api::v1::ListRequest& request) {
  NAVE_ASSIGN_OR_RETURN(std::string prefix, PrefixOf(request.parent()));
  NAVE_ASSIGN_OR_RETURN(Filter filter,
                        Filter::Parse(request.filter(), ProvisionedProduct::descriptor()));
  NAVE_ASSIGN_OR_RETURN(auto snapshot, store_.Read());
  v1::ListProvisionedProductsResponse response;
  response.set_revision(snapshot->revision());
  auto show = [&](const store::Entry& entry) -> absl::StatusOr<bool> {
    if (TypeOfName(entry.key) != &ProductType()) return false;
    NAVE_ASSIGN_OR_RETURN(bool may, CanRead(*snapshot, caller, entry.key));
    if (!may) return false;
    ProvisionedProduct product;
    NAVE_RETURN_IF_ERROR(FillFromEntry(entry, &product));
    if (!filter.Matches(product)) return false;
    *response.add_provisioned_products() = std::move(product);
    return true;
  };
  PageRequest page{store::Table::kResources, prefix, request.page_size(), request.page_token()};
  NAVE_ASSIGN_OR_RETURN(*response.mutable_next_page_token(), ReadPage(*snapshot, page, show));
  return response;
}

absl::StatusOr<v1::ListHistoryResponse> Provisioner::ListHistory(
    const Caller& caller, const v1::ListHistoryRequest& request) {
  NAVE_RETURN_IF_ERROR(CheckName(ProductType(), request.name()));
  NAVE_ASSIGN_OR_RETURN(auto snapshot, store_.Read());
  NAVE_ASSIGN_OR_RETURN(bool may, CanRead(*snapshot, caller, request.name()));
  if (!may) return NotFoundError(request.name());
  v1::ListHistoryResponse response;
  auto show = [&](const store::Entry& entry) -> absl::StatusOr<bool> {
    v1::HistoryRecord* record = response.add_records();
    if (!record->ParseFromString(entry.value)) {
      return absl::DataLossError(
          absl::StrCat("the history of '", request.name(), "' is malformed"));
    }
    record->set_revision(entry.create_revision);
    return true;
  };
  PageRequest page{store::Table::kHistory, request.name() + '\0', request.page_size(),
                   request.page_token()};
  NAVE_ASSIGN_OR_RETURN(*response.mutable_next_page_token(), ReadPage(*snapshot, page, show));
  if (response.records().empty() && request.page_token().empty())
    return NotFoundError(request.name());
  return response;
}

}  // namespace nave::catalog
