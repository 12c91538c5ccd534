// `nave events watch|publish`.
#include <memory>

#include "absl/strings/str_cat.h"
#include "cli/calls.h"
#include "cli/command.h"
#include "cli/dead_letters.h"
#include "cli/errors.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "nave/event/v1/event.pb.h"

namespace nave::cli {
namespace {

using event::v1::Event;

constexpr int64_t kOnlyNew = 0;
constexpr int64_t kAllKept = -1;

struct WatchFlags {
  int64_t after = kOnlyNew;
  bool all = false;
  std::string type;
  std::string subject;
  int64_t limit = 0;
};

std::vector<std::string> CellsOf(const Event& event) {
  return {absl::StrCat(event.revision()),
          TimeText(event.time()),
          event.type(),
          event.subject(),
          event.principal(),
          event.data()};
}

// What is told about where to go on, with the reason kept.
absl::Status Interrupted(const absl::Status& status, int64_t revision) {
  if (revision == 0 || ReasonOf(status) == "COMPACTED") return status;
  return WithMessage(status, absl::StrCat(std::string(status.message()),
                                          "; go on with: nave events watch --after ", revision));
}

absl::Status RunWatch(Session& session, const WatchFlags& flags) {
  if (flags.after < 0)
    return UsageError("--after must be a revision; --all shows all that is kept");
  if (flags.limit < 0) return UsageError("--limit must be above 0");
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  event::v1::WatchEventsRequest request;
  request.set_after_revision(flags.all ? kAllKept : flags.after);
  request.set_type_prefix(flags.type);
  request.set_subject_prefix(flags.subject);
  event::v1::WatchEventsResponse response;
  int64_t seen = 0, progress = 0;
  const absl::Status status =
      control_plane->Stream("nave.event.v1.EventService/WatchEvents", request, &response, [&] {
        for (const Event& event : response.events()) {
          session.output().PrintLine(event, CellsOf(event));
          if (++seen == flags.limit) return false;
        }
        progress = response.progress_revision();
        return true;
      });
  // Where the stream ended because enough was seen, that is no error.
  if (status.ok() || (flags.limit > 0 && seen >= flags.limit)) return absl::OkStatus();
  return Interrupted(status, progress);
}

absl::Status RunPublish(Session& session, Event event) {
  const absl::Time now = RealClock().Now();
  if (event.id().empty()) event.set_id(NewId(absl::ToUnixMillis(now)));
  event.mutable_time()->set_seconds(absl::ToUnixSeconds(now));
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  event::v1::PublishEventRequest request;
  *request.mutable_event() = std::move(event);
  Event published;
  NAVE_RETURN_IF_ERROR(
      control_plane->Call("nave.event.v1.EventService/PublishEvent", request, &published));
  session.output().Print(published, {{"REVISION", "TIME", "TYPE", "SUBJECT", "PRINCIPAL", "DATA"},
                                     {CellsOf(published)}});
  return absl::OkStatus();
}

void AddWatch(CLI::App& group, Chosen& chosen) {
  auto flags = std::make_shared<WatchFlags>();
  CLI::App* watch = AddCommand(group, chosen, "watch",
                               "Shows events as they happen, one a line, until it is stopped",
                               "nave events watch\n"
                               "nave events watch --after 184 --type nave.product. -o json\n"
                               "nave events watch --all --subject accounts/spoke1/ --limit 100",
                               [flags](Session& session) { return RunWatch(session, *flags); });
  CLI::Option* after =
      watch->add_option("--after", flags->after, "Begins after this revision; 0: with new events");
  watch->add_flag("--all", flags->all, "Begins with the oldest event that is kept")
      ->excludes(after);
  watch->add_option("--type", flags->type, "Only types that begin so");
  watch->add_option("--subject", flags->subject, "Only subjects that begin so");
  watch->add_option("--limit", flags->limit, "Ends after so many events");
}

struct PublishFlags {
  std::string id, source, type, subject, data;

  Event ToEvent() const {
    Event event;
    event.set_id(id);
    event.set_source(source);
    event.set_type(type);
    event.set_subject(subject);
    event.set_data(data);
    return event;
  }
};

void AddPublish(CLI::App& group, Chosen& chosen) {
  auto flags = std::make_shared<PublishFlags>();
  CLI::App* publish =
      AddCommand(group, chosen, "publish", "Puts an event from outside into the log",
                 "nave events publish --source /vending --type account.vended \\\n"
                 "  --subject accounts/spoke3 --id 2031 --data '{\"ticket\": 17}'",
                 [flags](Session& session) { return RunPublish(session, flags->ToEvent()); });
  publish->add_option("--source", flags->source, "Who says it, such as /vending")->required();
  publish->add_option("--type", flags->type, "What happened")->required();
  publish->add_option("--subject", flags->subject, "The resource that it is about");
  publish->add_option("--id", flags->id, "Unique within the source; without it a fresh one");
  publish->add_option("--data", flags->data, "More, as JSON");
}

}  // namespace

void AddEvents(CLI::App& root, Chosen& chosen) {
  CLI::App* group = AddCommand(root, chosen, "events", "The log of what happened");
  AddWatch(*group, chosen);
  AddPublish(*group, chosen);
  AddDeadLetters(root, chosen);
}

}  // namespace nave::cli
