// The service of events and dead letters: thin.
#include <memory>

#include "nave/event/v1/event.grpc.pb.h"
#include "server/limits.h"
#include "server/services/long_call.h"
#include "server/services/resource_service.h"
#include "server/services/services.h"

namespace nave::server {
namespace {

using grpc::ServerContext;

class EventServiceImpl final : public ServiceBase<event::v1::EventService> {
 public:
  explicit EventServiceImpl(const Parts& parts)
      : ServiceBase(parts.calls),
        parts_(parts),
        watches_("event watches", kMaxEventWatches,
                 parts.registry.gauge(kStreams, {{"kind", "events"}})) {}

  grpc::Status WatchEvents(ServerContext* context, const event::v1::WatchEventsRequest* request,
                           grpc::ServerWriter<event::v1::WatchEventsResponse>* writer) override {
    return Handle(__func__, context, *request, [&](const Caller& caller) -> absl::Status {
      NAVE_ASSIGN_OR_RETURN(const std::unique_ptr<Slots::Hold> slot, watches_.Take());
      LongCall call(parts_.auth, parts_.clock, parts_.stopping, *context);
      return parts_.events.Watch(
          caller, *request,
          [&](const event::v1::WatchEventsResponse& response) { return writer->Write(response); },
          [&] { return call.Alive(); });
    });
  }
  grpc::Status PublishEvent(ServerContext* context, const event::v1::PublishEventRequest* request,
                            event::v1::Event* response) override {
    return Answer(__func__, context, *request, response, [&](const Caller& caller) {
      return parts_.events.Publish(caller, request->event());
    });
  }
  grpc::Status ListDeadLetters(ServerContext* context, const api::v1::ListRequest* request,
                               event::v1::ListDeadLettersResponse* response) override {
    return Answer(__func__, context, *request, response,
                  [&](const Caller& caller) { return parts_.dead_letters.List(caller, *request); });
  }
  grpc::Status RedriveDeadLetter(ServerContext* context,
                                 const event::v1::RedriveDeadLetterRequest* request,
                                 event::v1::DeadLetter* response) override {
    return Answer(__func__, context, *request, response, [&](const Caller& caller) {
      return parts_.dead_letters.Redrive(caller, *request);
    });
  }
  grpc::Status DeleteDeadLetter(ServerContext* context, const api::v1::DeleteRequest* request,
                                api::v1::DeleteResponse* response) override {
    return Answer(__func__, context, *request, response,
                  [&](const Caller& caller) { return parts_.dead_letters.Drop(caller, *request); });
  }

 private:
  const Parts parts_;
  Slots watches_;
};

}  // namespace

void MakeEventService(const Parts& parts, ServiceList& services) {
  services.push_back(std::make_unique<EventServiceImpl>(parts));
}

}  // namespace nave::server
