// Services of resolver nodes: who they are, their streams, and what they serve.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "catalog/errors.h"
#include "catalog/governance/query.h"
#include "nave/governance/v1/node.grpc.pb.h"
#include "nave/resolver/v1/stream.grpc.pb.h"
#include "server/limits.h"
#include "server/services/long_call.h"
#include "server/services/node_stream.h"
#include "server/services/resource_service.h"
#include "server/services/services.h"

namespace nave::server {
namespace {

using governance::v1::ListNodesResponse;
using governance::v1::Node;
using governance::v1::WaitServedRequest;
using governance::v1::WaitServedResponse;
using grpc::ServerContext;

constexpr absl::Duration kDefaultServedWait = absl::Seconds(10);
constexpr absl::Duration kMaxServedWait = absl::Minutes(5);

absl::StatusOr<ListNodesResponse> PageOfNodes(const catalog::Nodes& nodes,
                                              const api::v1::ListRequest& request) {
  if (!request.parent().empty()) {
    return catalog::FieldError("parent", "must be empty: nodes have none");
  }
  const std::string query = "nodes " + request.filter();
  NAVE_ASSIGN_OR_RETURN(const catalog::Filter filter,
                        catalog::Filter::Parse(request.filter(), Node::descriptor()));
  NAVE_ASSIGN_OR_RETURN(const int size, catalog::PageSize(request.page_size()));
  std::string place;
  if (!request.page_token().empty()) {
    NAVE_ASSIGN_OR_RETURN(place, catalog::ParsePageToken(request.page_token(), query));
  }
  ListNodesResponse response;
  for (Node& node : nodes.List()) {
    if (node.name() <= place || !filter.Matches(node)) continue;
    if (response.nodes_size() == size) {
      response.set_next_page_token(catalog::MakePageToken(response.nodes(size - 1).name(), query));
      break;
    }
    *response.add_nodes() = std::move(node);
  }
  return response;
}

absl::StatusOr<absl::Duration> TimeoutOf(const WaitServedRequest& request) {
  if (!request.has_timeout()) return kDefaultServedWait;
  const absl::Duration timeout =
      absl::Seconds(request.timeout().seconds()) + absl::Nanoseconds(request.timeout().nanos());
  if (timeout >= absl::ZeroDuration() && timeout <= kMaxServedWait) return timeout;
  return catalog::FieldError(
      "timeout", absl::StrCat("must be from 0 to ", absl::FormatDuration(kMaxServedWait)));
}

absl::StatusOr<WaitServedResponse> Describe(const catalog::ServedState& state,
                                            store::Revision revision) {
  WaitServedResponse response;
  response.set_served_revision(state.served_revision);
  response.mutable_nodes()->Add(state.nodes.begin(), state.nodes.end());
  response.set_no_live_node(state.nodes.empty());
  if (state.lagging_nodes.empty()) return response;
  return catalog::Error(
      api::v1::WAIT_TIMED_OUT,
      absl::StrCat("revision ", revision, " is not served yet: ", state.lagging_nodes.size(),
                   " of ", state.nodes.size(), " nodes lag behind, first ", state.lagging_nodes[0],
                   "; see them with NodeService/ListNodes, or wait longer"));
}

class NodeServiceImpl final : public ServiceBase<governance::v1::NodeService> {
 public:
  explicit NodeServiceImpl(const Parts& parts)
      : ServiceBase(parts.calls),
        parts_(parts),
        waits_("waits for resolvers", kMaxWaits,
               parts.registry.gauge(kStreams, {{"kind", "served"}})) {}

  grpc::Status GetNode(ServerContext* context, const api::v1::GetRequest* request,
                       Node* response) override {
    return Answer(__func__, context, *request, response,
                  [&](const Caller&) { return parts_.nodes.Get(request->name()); });
  }
  grpc::Status ListNodes(ServerContext* context, const api::v1::ListRequest* request,
                         ListNodesResponse* response) override {
    return Answer(__func__, context, *request, response,
                  [&](const Caller&) -> absl::StatusOr<ListNodesResponse> {
                    NAVE_ASSIGN_OR_RETURN(ListNodesResponse page,
                                          PageOfNodes(parts_.nodes, *request));
                    page.set_revision(parts_.store.current_revision());
                    return page;
                  });
  }
  grpc::Status DeleteNode(ServerContext* context, const api::v1::DeleteRequest* request,
                          api::v1::DeleteResponse* response) override {
    return Handle(__func__, context, *request, [&](const Caller&) -> absl::Status {
      if (request->mutation().validate_only()) return parts_.nodes.Get(request->name()).status();
      NAVE_ASSIGN_OR_RETURN(const store::Revision revision, parts_.nodes.Delete(request->name()));
      response->set_revision(revision);
      return absl::OkStatus();
    });
  }
  grpc::Status WaitServed(ServerContext* context, const WaitServedRequest* request,
                          WaitServedResponse* response) override {
    return Answer(__func__, context, *request, response,
                  [&](const Caller&) { return Wait(*context, *request); });
  }

 private:
  absl::StatusOr<WaitServedResponse> Wait(const ServerContext& context,
                                          const WaitServedRequest& request) {
    if (request.revision() < 0 || request.revision() > parts_.store.current_revision()) {
      return catalog::FieldError("revision", absl::StrCat("must be from 0 to the current one, ",
                                                          parts_.store.current_revision()));
    }
    NAVE_ASSIGN_OR_RETURN(const absl::Duration timeout, TimeoutOf(request));
    NAVE_ASSIGN_OR_RETURN(const std::unique_ptr<Slots::Hold> slot, waits_.Take());
    const std::vector<std::string> vpcs(request.vpcs().begin(), request.vpcs().end());
    const absl::Time deadline = parts_.clock.Now() + timeout;
    LongCall call(parts_.auth, parts_.clock, parts_.stopping, context);
    // Ends at the deadline, or with the call.
    while (true) {
      const absl::Time now = parts_.clock.Now();
      const catalog::ServedState state =
          parts_.nodes.Wait(request.revision(), vpcs, std::min(deadline, now + kPoll));
      if (state.lagging_nodes.empty() || now >= deadline)
        return Describe(state, request.revision());
      NAVE_RETURN_IF_ERROR(call.Alive());
    }
  }

  const Parts parts_;
  Slots waits_;
};

class ResolverServiceImpl final : public ServiceBase<resolver::v1::ResolverService> {
 public:
  explicit ResolverServiceImpl(const Parts& parts)
      : ServiceBase(parts.calls),
        parts_(parts),
        streams_("streams of resolvers", kMaxNodeStreams,
                 parts.registry.gauge(kStreams, {{"kind", "node"}})) {}

  grpc::Status Connect(ServerContext* context, NodeStream::Stream* stream) override {
    return Handle(__func__, context, resolver::v1::NodeMessage::default_instance(),
                  [&](const Caller& caller) -> absl::Status {
                    NAVE_ASSIGN_OR_RETURN(const std::unique_ptr<Slots::Hold> slot, streams_.Take());
                    return NodeStream(parts_, *context, *stream).Run(caller);
                  });
  }

 private:
  const Parts parts_;
  Slots streams_;
};

}  // namespace

void MakeNodeServices(const Parts& parts, ServiceList& services) {
  services.push_back(std::make_unique<NodeServiceImpl>(parts));
  services.push_back(std::make_unique<ResolverServiceImpl>(parts));
}

}  // namespace nave::server
