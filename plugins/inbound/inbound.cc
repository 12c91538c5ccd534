#include "plugins/inbound/inbound.h"

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "plugins/params.h"

namespace nave::plugins {
namespace {

constexpr char kVpc[] = "vpc";
constexpr char kHubZone[] = "hub_zone";

// A zone of another account has no short name.
absl::Status CheckZoneName(const std::string& zone) {
  if (zone.find('/') == std::string::npos) {
    return InvalidValue(
        kHubZone,
        absl::StrCat("'", zone, "' must be a full name such as 'accounts/hub/zones/cloud'"));
  }
  return FullName(kHubZone, "", "zones", zone).status();
}

}  // namespace

catalog::ParameterSchema Inbound::schema() const {
  return {{{kVpc, "the VPC of the account in which the hub's zone shall answer", true, false},
           {kHubZone, "the hub's zone, where the version does not set it", true, false}},
          {{kHubZone, "the hub's zone for every launch", false, false}}};
}

absl::Status Inbound::Validate(const catalog::Values& settings) const {
  if (settings.count(kHubZone) == 0) return absl::OkStatus();
  NAVE_ASSIGN_OR_RETURN(std::string zone, OneValue(settings, kHubZone));
  return CheckZoneName(zone);
}

absl::StatusOr<catalog::Plan> Inbound::MakePlan(const catalog::PlanInput& input) const {
  NAVE_ASSIGN_OR_RETURN(std::string value, OneValue(input.parameters, kVpc));
  NAVE_ASSIGN_OR_RETURN(std::string vpc, CheckedVpc(input, kVpc, value, /*own=*/true));
  NAVE_ASSIGN_OR_RETURN(std::string hub_zone, SettingOrParameter(input, kHubZone));
  NAVE_RETURN_IF_ERROR(CheckZoneName(hub_zone));
  NAVE_ASSIGN_OR_RETURN(auto zone, input.facts->FindZone(hub_zone));
  if (!zone.has_value())
    return InvalidValue(kHubZone, absl::StrCat("there is no zone '", hub_zone, "'"));
  catalog::Plan plan;
  plan.resources.push_back(AssociateZone(hub_zone, zone->domain_name(), vpc));
  const auto& association = std::get<dns::v1::ZoneAssociation>(plan.resources[0].resource);
  plan.outputs = {{"association", {association.name()}}, {"hub_zone", {hub_zone}}};
  return plan;
}

}  // namespace nave::plugins
