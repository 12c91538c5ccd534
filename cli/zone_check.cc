#include "cli/zone_check.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/zones.h"
#include "lib/base/status_macros.h"

namespace nave::cli {
namespace {

using nave::dns::v1::CheckZoneResponse;
using nave::dns::v1::ZoneWarning;

struct CheckFlags {
  std::string zone;
  std::string account;
};

// Without what all of one zone have in common.
std::string ShortName(const ZoneWarning& warning) {
  constexpr char kCollection[] = "/recordSets/";
  const size_t at = warning.record_set().find(kCollection);
  return at == std::string::npos ? warning.record_set()
                                 : warning.record_set().substr(at + sizeof(kCollection) - 1);
}

absl::Status RunCheck(Session& session, const CheckFlags& flags) {
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  NAVE_ASSIGN_OR_RETURN(ZoneRef zone, FindZone(*control_plane, flags.zone, flags.account));
  api::v1::GetRequest request;
  request.set_name(zone.name);
  CheckZoneResponse response;
  NAVE_RETURN_IF_ERROR(
      control_plane->Call("nave.dns.v1.ZoneService/CheckZone", request, &response));
  Table table{{"RECORD SET", "RULE", "WARNING"}, {}};
  for (const ZoneWarning& warning : response.warnings())
    table.rows.push_back({ShortName(warning), warning.rule(), warning.text()});
  session.output().Print(response, table);
  session.output().Note(
      absl::StrCat(response.warnings_size(), " warnings at revision ", response.revision()));
  return absl::OkStatus();
}

}  // namespace

void NoteWarnings(Session& session, const ZoneWarnings& warnings) {
  for (const ZoneWarning& warning : warnings) {
    session.output().Note(
        absl::StrCat("warning: ", ShortName(warning), ": ", warning.rule(), ": ", warning.text()));
  }
}

void AddZoneCheck(CLI::App& zone, Chosen& chosen) {
  auto flags = std::make_shared<CheckFlags>();
  CLI::App* check =
      AddCommand(zone, chosen, "check",
                 "Looks through a zone for what is allowed and seldom meant, such as missing glue",
                 "nave zone check spoke1.cloud.example.com",
                 [flags](Session& session) { return RunCheck(session, *flags); });
  check
      ->add_option("ZONE", flags->zone,
                   "The zone: apex, resource name, or the id of one of --account")
      ->required();
  check->add_option("--account", flags->account, "The account in which the zone is looked for");
}

}  // namespace nave::cli
