#include "catalog/workflow/launch_rights.h"

#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "catalog/governance/access.h"
#include "catalog/governance/read.h"
#include "catalog/resource_name.h"
#include "lib/base/status_macros.h"
#include "nave/governance/v1/account.pb.h"

namespace nave::catalog {
namespace {

absl::Status NotActive(const std::string& name, const std::string& message) {
  return Error(api::v1::VERSION_NOT_ACTIVE, absl::StrCat("'", name, "' ", message),
               {{"resource", name}});
}

// Absent stands for ACTIVE.
bool IsActive(const v1::ProductVersion& version) {
  return version.state() == v1::ProductVersion::ACTIVE ||
         version.state() == v1::ProductVersion::STATE_UNSPECIFIED;
}

absl::StatusOr<v1::ProductVersion> NewestActive(store::Reader& reader, const std::string& product) {
  NAVE_ASSIGN_OR_RETURN(std::vector<store::Entry> entries,
                        ScanKind(reader, v1::ProductVersion::descriptor(), product + "/versions/"));
  std::optional<v1::ProductVersion> newest;
  store::Revision made = 0;
  for (const store::Entry& entry : entries) {
    v1::ProductVersion version;
    NAVE_RETURN_IF_ERROR(FillFromEntry(entry, &version));
    if (!IsActive(version) || (newest.has_value() && entry.create_revision < made)) continue;
    made = entry.create_revision;
    newest = std::move(version);
  }
  if (newest.has_value()) return *std::move(newest);
  NAVE_ASSIGN_OR_RETURN(bool exists, Exists(reader, product));
  if (!exists) return NotFoundError(product);
  return NotActive(product, "has no ACTIVE version; create one");
}

}  // namespace

absl::StatusOr<std::string> FindPortfolio(store::Reader& reader, const std::string& product,
                                          const std::string& principal,
                                          const std::string& account) {
  NAVE_ASSIGN_OR_RETURN(std::vector<std::string> portfolios,
                        ReferrersOf(reader, product, "Portfolio"));
  for (const std::string& portfolio : portfolios) {
    NAVE_ASSIGN_OR_RETURN(std::string grant,
                          FindAccessGrant(reader, portfolio, principal, account));
    if (!grant.empty()) return portfolio;
  }
  return Error(api::v1::LAUNCH_NOT_GRANTED,
               absl::StrCat("no portfolio with '", product, "' lets ", principal, " launch in ",
                            account, "; ask the platform team for an access grant"),
               {{"resource", product}, {"principal", principal}, {"account", account}});
}

absl::StatusOr<v1::ProductVersion> ResolveVersion(store::Reader& reader, const std::string& name) {
  const ResourceType* type = TypeOfName(name);
  if (type != nullptr && type->type == "Product") return NewestActive(reader, name);
  if (type == nullptr || type->type != "ProductVersion") {
    return FieldError(
        "provisioned_product.version",
        absl::StrCat("'", name,
                     "' is neither a product such as 'products/outbound' nor a version of one"));
  }
  return ReadResource<v1::ProductVersion>(reader, name);
}

absl::Status RequireLaunchable(const v1::ProductVersion& version) {
  if (IsActive(version)) return absl::OkStatus();
  return NotActive(version.name(), "is not ACTIVE; take another version");
}

absl::Status RequireUpdatable(const v1::ProductVersion& version) {
  if (version.state() != v1::ProductVersion::INACTIVE) return absl::OkStatus();
  return NotActive(version.name(), "is INACTIVE; update to another version, or terminate");
}

absl::Status RequireLaunchAccount(store::Reader& reader, const std::string& account) {
  NAVE_ASSIGN_OR_RETURN(auto found, Find<governance::v1::Account>(reader, account));
  if (!found.has_value()) return NotFoundError(account);
  if (found->state() == governance::v1::Account::ACTIVE) return absl::OkStatus();
  return Error(api::v1::ACCOUNT_NOT_ACTIVE,
               absl::StrCat("'", account, "' is not ACTIVE; nothing can be launched in it"),
               {{"resource", account}});
}

}  // namespace nave::catalog
