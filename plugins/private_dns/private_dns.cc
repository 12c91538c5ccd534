#include "plugins/private_dns/private_dns.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/dns/idna.h"
#include "plugins/params.h"

namespace nave::plugins {
namespace {

constexpr char kDomainName[] = "domain_name";
constexpr char kVpc[] = "vpc";
constexpr char kAdditionalVpcs[] = "additional_vpcs";
constexpr char kHubVpc[] = "hub_vpc";

absl::StatusOr<dns::v1::Zone> ZoneOf(const catalog::PlanInput& input) {
  NAVE_ASSIGN_OR_RETURN(std::string text, OneValue(input.parameters, kDomainName));
  absl::StatusOr<dns::Name> apex = dns::NameFromUnicode(text);
  if (!apex.ok()) return InvalidValue(kDomainName, std::string(apex.status().message()));
  if (apex->IsRoot()) return InvalidValue(kDomainName, "the root cannot be a private zone");
  dns::v1::Zone zone;
  // The id follows from the product alone: another domain name is the same zone with another
  // content, hence a replacement, which an update refuses.
  zone.set_name(absl::StrCat(input.account, "/zones/", IdOf(input.provisioned_product)));
  zone.set_domain_name(apex->ToKey());
  return zone;
}

// The own VPC first, the hub's next, then the others; each once.
absl::StatusOr<std::vector<std::string>> VpcsOf(const catalog::PlanInput& input) {
  NAVE_ASSIGN_OR_RETURN(std::string value, OneValue(input.parameters, kVpc));
  NAVE_ASSIGN_OR_RETURN(std::string own, CheckedVpc(input, kVpc, value, /*own=*/true));
  std::vector<std::string> vpcs = {own};
  auto add = [&](const std::string& key, const std::string& text) -> absl::Status {
    NAVE_ASSIGN_OR_RETURN(std::string vpc, CheckedVpc(input, key, text, /*own=*/false));
    if (std::find(vpcs.begin(), vpcs.end(), vpc) == vpcs.end()) vpcs.push_back(vpc);
    return absl::OkStatus();
  };
  for (const std::string& text : ValuesOf(input.settings, kHubVpc)) {
    NAVE_RETURN_IF_ERROR(add(kHubVpc, text));
  }
  for (const std::string& text : ValuesOf(input.parameters, kAdditionalVpcs)) {
    NAVE_RETURN_IF_ERROR(add(kAdditionalVpcs, text));
  }
  return vpcs;
}

// Where `dig @...` asks for the zone: the addresses of the own VPC's resolvers.
absl::StatusOr<std::vector<std::string>> NameServersOf(const catalog::PlanInput& input,
                                                       const std::string& vpc) {
  NAVE_ASSIGN_OR_RETURN(auto found, input.facts->FindVpc(vpc));
  if (!found.has_value()) return std::vector<std::string>();
  return std::vector<std::string>(found->resolver_addresses().begin(),
                                  found->resolver_addresses().end());
}

}  // namespace

catalog::ParameterSchema PrivateDns::schema() const {
  return {{{kDomainName, "the apex of the zone; cannot be changed later", true, false},
           {kVpc, "the VPC of the account in which the zone answers", true, false},
           {kAdditionalVpcs, "more VPCs, of any account, in which it answers", false, true}},
          {{kHubVpc, "the hub's VPC, in which every such zone answers", false, false}}};
}

absl::Status PrivateDns::Validate(const catalog::Values& settings) const {
  if (settings.count(kHubVpc) == 0) return absl::OkStatus();
  NAVE_ASSIGN_OR_RETURN(std::string vpc, OneValue(settings, kHubVpc));
  if (vpc.find('/') == std::string::npos) {
    return InvalidValue(
        kHubVpc, absl::StrCat("'", vpc, "' must be a full name such as 'accounts/hub/vpcs/main'"));
  }
  return FullName(kHubVpc, "", "vpcs", vpc).status();
}

absl::StatusOr<catalog::Plan> PrivateDns::MakePlan(const catalog::PlanInput& input) const {
  NAVE_ASSIGN_OR_RETURN(dns::v1::Zone zone, ZoneOf(input));
  NAVE_ASSIGN_OR_RETURN(std::vector<std::string> vpcs, VpcsOf(input));
  NAVE_ASSIGN_OR_RETURN(std::vector<std::string> name_servers, NameServersOf(input, vpcs[0]));
  catalog::Plan plan;
  plan.resources.push_back({zone, absl::StrCat("zone ", zone.domain_name())});
  std::vector<std::string> associations;
  for (const std::string& vpc : vpcs) {
    plan.resources.push_back(AssociateZone(zone.name(), zone.domain_name(), vpc));
    associations.push_back(
        std::get<dns::v1::ZoneAssociation>(plan.resources.back().resource).name());
  }
  plan.outputs = {{"zone", {zone.name()}}, {"associations", associations}};
  if (!name_servers.empty()) plan.outputs.push_back({"name_servers", name_servers});
  return plan;
}

}  // namespace nave::plugins
