#include "plugins/params.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "lib/base/status_macros.h"

namespace nave::plugins {
namespace {

constexpr size_t kMaxIdBytes = 63;
constexpr size_t kHashDigits = 12;

bool IsId(std::string_view id) {
  if (id.empty() || id.size() > kMaxIdBytes || !absl::ascii_isalnum(id.front())) return false;
  for (char c : id) {
    if (!absl::ascii_isalnum(c) && c != '_' && c != '-' && c != '.') return false;
  }
  return true;
}

// FNV-1a over the parts and their ends. It needs to be the same for ever, since names are made of
// it; not to be secret.
uint64_t HashOf(const std::vector<std::string>& parts) {
  uint64_t hash = 0xcbf29ce484222325u;
  auto add = [&](unsigned char byte) { hash = (hash ^ byte) * 0x100000001b3u; };
  for (const std::string& part : parts) {
    for (unsigned char byte : part) add(byte);
    add(0);
  }
  return hash;
}

}  // namespace

absl::Status InvalidValue(const std::string& key, const std::string& message) {
  return absl::InvalidArgumentError(absl::StrCat("'", key, "': ", message));
}

absl::StatusOr<std::string> OneValue(const catalog::Values& values, const std::string& key) {
  auto found = values.find(key);
  if (found == values.end() || found->second.empty()) return InvalidValue(key, "is required");
  if (found->second.size() > 1) return InvalidValue(key, "takes one value");
  if (found->second[0].empty()) return InvalidValue(key, "is empty");
  return found->second[0];
}

absl::StatusOr<std::string> SettingOrParameter(const catalog::PlanInput& input,
                                               const std::string& key) {
  return OneValue(input.settings.count(key) > 0 ? input.settings : input.parameters, key);
}

std::vector<std::string> ValuesOf(const catalog::Values& values, const std::string& key) {
  auto found = values.find(key);
  return found == values.end() ? std::vector<std::string>() : found->second;
}

absl::StatusOr<std::string> FullName(const std::string& key, const std::string& account,
                                     const std::string& collection, const std::string& value) {
  std::vector<std::string> parts = absl::StrSplit(value, '/');
  if (parts.size() == 1 && IsId(parts[0])) {
    return absl::StrCat(account, "/", collection, "/", value);
  }
  if (parts.size() == 4 && parts[0] == "accounts" && parts[2] == collection && IsId(parts[1]) &&
      IsId(parts[3])) {
    return value;
  }
  return InvalidValue(key,
                      absl::StrCat("'", value, "' is neither an id nor a name such as 'accounts/a/",
                                   collection, "/x'"));
}

std::string AccountOf(std::string_view name) {
  std::vector<std::string> parts = absl::StrSplit(std::string(name), '/');
  return parts.size() < 2 ? std::string(name) : absl::StrCat(parts[0], "/", parts[1]);
}

std::string IdOf(std::string_view name) { return std::string(name.substr(name.rfind('/') + 1)); }

absl::StatusOr<std::string> CheckedVpc(const catalog::PlanInput& input, const std::string& key,
                                       const std::string& value, bool own) {
  NAVE_ASSIGN_OR_RETURN(std::string vpc, FullName(key, input.account, "vpcs", value));
  if (own && AccountOf(vpc) != input.account) {
    return InvalidValue(key, absl::StrCat("'", vpc, "' is not of ", input.account,
                                          "; launch the product in the account of the VPC"));
  }
  NAVE_ASSIGN_OR_RETURN(auto found, input.facts->FindVpc(vpc));
  if (!found.has_value()) return InvalidValue(key, absl::StrCat("there is no VPC '", vpc, "'"));
  return vpc;
}

std::string JoinIds(const std::vector<std::string>& parts) {
  std::string joined = absl::StrJoin(parts, ".");
  // A dot within a part could stand for a joint.
  const bool clear = absl::StrJoin(parts, "").find('.') == std::string::npos;
  if (clear && joined.size() <= kMaxIdBytes) return joined;
  joined.resize(std::min(joined.size(), kMaxIdBytes - kHashDigits - 1));
  return absl::StrCat(joined, "-",
                      absl::StrFormat("%016x", HashOf(parts)).substr(16 - kHashDigits));
}

catalog::PlannedResource AssociateZone(const std::string& zone, const std::string& domain_name,
                                       const std::string& vpc) {
  dns::v1::ZoneAssociation association;
  association.set_name(
      absl::StrCat(zone, "/associations/", JoinIds({IdOf(AccountOf(vpc)), IdOf(vpc)})));
  association.set_vpc(vpc);
  return {association, absl::StrCat(domain_name, " on ", vpc), /*act_by_launch_role=*/true};
}

}  // namespace nave::plugins
