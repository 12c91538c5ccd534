// What is allowed in a zone and seldom meant, as the server found it. For the thread of the
// session.
#ifndef NAVE_CLI_ZONE_CHECK_H_
#define NAVE_CLI_ZONE_CHECK_H_

#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "nave/dns/v1/zone.pb.h"

namespace nave::cli {

using ZoneWarnings = google::protobuf::RepeatedPtrField<nave::dns::v1::ZoneWarning>;

// One line on standard error for each.
void NoteWarnings(Session& session, const ZoneWarnings& warnings);

// `nave zone check`, below the noun `zone`.
void AddZoneCheck(CLI::App& zone, Chosen& chosen);

}  // namespace nave::cli

#endif  // NAVE_CLI_ZONE_CHECK_H_
