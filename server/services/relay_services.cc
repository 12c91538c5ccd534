// Services whose answers come from resolvers: why a name answers as it does, and what is cached.
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "catalog/errors.h"
#include "catalog/governance/fields.h"
#include "catalog/resource_name.h"
#include "lib/dns/idna.h"
#include "nave/dns/v1/cache.grpc.pb.h"
#include "nave/dns/v1/explain.grpc.pb.h"
#include "nave/dns/v1/rule.pb.h"
#include "nave/governance/v1/vpc.pb.h"
#include "server/services/resource_service.h"
#include "server/services/services.h"

namespace nave::server {
namespace {

using dns::v1::FlushCacheRequest;
using dns::v1::FlushCacheResponse;
using dns::v1::ListCacheUseRequest;
using dns::v1::ListCacheUseResponse;
using grpc::ServerContext;
using resolver::v1::CacheUse;
using resolver::v1::NodeReply;
using resolver::v1::NodeRequest;

constexpr absl::Duration kNodeTimeout = absl::Seconds(10);

absl::Status NoLiveNode(const std::string& vpc) {
  const std::string what = vpc.empty() ? "any VPC" : absl::StrCat("'", vpc, "'");
  return catalog::Error(api::v1::NO_LIVE_NODE,
                        absl::StrCat("no live resolver serves ", what, "; start one"),
                        {{"vpc", vpc}});
}

// NOT_FOUND unless the VPC is there, and the caller may read it.
absl::Status CheckVpc(const Parts& parts, const Caller& caller, const std::string& name) {
  api::v1::GetRequest get;
  get.set_name(name);
  governance::v1::Vpc vpc;
  return parts.engine.Get(caller, get, &vpc);
}

// In ASCII, as on the wire; its case stays.
absl::StatusOr<std::string> QnameOf(const dns::v1::ExplainRequest& request) {
  absl::StatusOr<std::string> qname = dns::ToAsciiName(request.qname());
  return qname.ok() ? qname : catalog::FieldError("qname", std::string(qname.status().message()));
}

class ExplainServiceImpl final : public ServiceBase<dns::v1::ExplainService> {
 public:
  explicit ExplainServiceImpl(const Parts& parts) : ServiceBase(parts.calls), parts_(parts) {}

  grpc::Status Explain(ServerContext* context, const dns::v1::ExplainRequest* request,
                       resolver::v1::Explanation* response) override {
    return Answer(__func__, context, *request, response,
                  [&](const Caller& caller) { return Ask(caller, *request); });
  }

 private:
  absl::StatusOr<resolver::v1::Explanation> Ask(const Caller& caller,
                                                const dns::v1::ExplainRequest& request) {
    NAVE_RETURN_IF_ERROR(CheckVpc(parts_, caller, request.vpc()));
    NodeRequest node_request;
    resolver::v1::Question& question = *node_request.mutable_explain();
    question.set_view(request.vpc());
    NAVE_ASSIGN_OR_RETURN(*question.mutable_qname(), QnameOf(request));
    question.set_qtype(request.qtype().empty() ? "A" : request.qtype());
    question.set_no_recursion(request.no_recursion());
    question.set_dnssec_ok(request.dnssec_ok());
    question.set_checking_disabled(request.checking_disabled());
    absl::StatusOr<NodeReply> reply = parts_.relay.AskFirst(
        parts_.nodes.ConnectedTo(request.vpc()), node_request, parts_.clock.Now() + kNodeTimeout);
    if (catalog::ReasonOf(reply.status()) == api::v1::NO_LIVE_NODE) {
      return NoLiveNode(request.vpc());
    }
    NAVE_RETURN_IF_ERROR(reply.status());
    return std::move(*reply->mutable_explanation());
  }

  const Parts parts_;
};

// In ASCII, lower-case and absolute.
absl::Status SetDomainName(const char* field, const std::string& text, std::string* name) {
  absl::StatusOr<std::string> normal = catalog::Normalize(api::v1::DOMAIN_NAME, text);
  if (!normal.ok()) return catalog::FieldError(field, std::string(normal.status().message()));
  *name = *std::move(normal);
  return absl::OkStatus();
}

absl::StatusOr<resolver::v1::CacheSelector> SelectorOf(const FlushCacheRequest& request) {
  resolver::v1::CacheSelector selector;
  selector.set_view(request.vpc());
  selector.set_rule(request.rule());
  if (!request.rule().empty()) {
    NAVE_RETURN_IF_ERROR(
        catalog::CheckName(*catalog::TypeOf(dns::v1::Rule::descriptor()), request.rule()));
  }
  if (!request.name().empty()) {
    NAVE_RETURN_IF_ERROR(SetDomainName("name", request.name(), selector.mutable_name()));
  }
  if (!request.suffix().empty()) {
    NAVE_RETURN_IF_ERROR(SetDomainName("suffix", request.suffix(), selector.mutable_suffix()));
  }
  if (!request.name().empty() && !request.suffix().empty()) {
    return catalog::FieldError("suffix", "goes not together with `name`, which it includes");
  }
  const bool narrows =
      !request.rule().empty() || !request.name().empty() || !request.suffix().empty();
  if (!request.all() && !narrows) {
    return catalog::FieldError("all",
                               "must be set when neither `rule` nor `name` nor `suffix` is: it "
                               "forgets all that is cached");
  }
  if (request.all() && narrows) {
    return catalog::FieldError("all", "goes not together with `rule`, `name` or `suffix`");
  }
  return selector;
}

void AddUse(const CacheUse& use, CacheUse* sum) {
  sum->set_rule(use.rule());
  sum->set_hits(sum->hits() + use.hits());
  sum->set_stale_hits(sum->stale_hits() + use.stale_hits());
  sum->set_misses(sum->misses() + use.misses());
  sum->set_failures(sum->failures() + use.failures());
  sum->set_replies(sum->replies() + use.replies());
  sum->set_octets(sum->octets() + use.octets());
}

class CacheServiceImpl final : public ServiceBase<dns::v1::CacheService> {
 public:
  explicit CacheServiceImpl(const Parts& parts) : ServiceBase(parts.calls), parts_(parts) {}

  grpc::Status FlushCache(ServerContext* context, const FlushCacheRequest* request,
                          FlushCacheResponse* response) override {
    return Answer(__func__, context, *request, response,
                  [&](const Caller& caller) { return Flush(caller, *request); });
  }
  grpc::Status ListCacheUse(ServerContext* context, const ListCacheUseRequest* request,
                            ListCacheUseResponse* response) override {
    return Answer(__func__, context, *request, response,
                  [&](const Caller& caller) { return List(caller, *request); });
  }

 private:
  // What every live resolver that serves the VPC replies; those that do not are added to `errors`.
  absl::StatusOr<std::vector<std::pair<std::string, NodeReply>>> AskAll(
      const Caller& caller, const std::string& vpc, const NodeRequest& request,
      google::protobuf::RepeatedPtrField<dns::v1::NodeError>* errors) {
    std::vector<std::string> vpcs;
    if (!vpc.empty()) {
      NAVE_RETURN_IF_ERROR(CheckVpc(parts_, caller, vpc));
      vpcs.push_back(vpc);
    }
    const std::vector<std::string> nodes = parts_.nodes.Current(vpcs).nodes;
    if (nodes.empty()) return NoLiveNode(vpc);
    std::vector<std::string> ids;
    for (const std::string& node : nodes) ids.push_back(catalog::IdOf(node));
    const auto replies = parts_.relay.AskAll(ids, request, parts_.clock.Now() + kNodeTimeout);
    std::vector<std::pair<std::string, NodeReply>> answers;
    for (size_t i = 0; i < nodes.size(); ++i) {
      if (replies[i].ok()) {
        answers.emplace_back(nodes[i], *replies[i]);
        continue;
      }
      dns::v1::NodeError* const error = errors->Add();
      error->set_node(nodes[i]);
      error->set_error(std::string(replies[i].status().message()));
    }
    return answers;
  }

  absl::StatusOr<FlushCacheResponse> Flush(const Caller& caller, const FlushCacheRequest& request) {
    NodeRequest node_request;
    NAVE_ASSIGN_OR_RETURN(*node_request.mutable_flush_cache(), SelectorOf(request));
    FlushCacheResponse response;
    NAVE_ASSIGN_OR_RETURN(const auto answers,
                          AskAll(caller, request.vpc(), node_request, response.mutable_errors()));
    for (const auto& [node, reply] : answers) {
      dns::v1::FlushedNode* const flushed = response.add_nodes();
      flushed->set_node(node);
      flushed->set_replies(reply.cache_flushed().replies());
    }
    return response;
  }

  absl::StatusOr<ListCacheUseResponse> List(const Caller& caller,
                                            const ListCacheUseRequest& request) {
    NodeRequest node_request;
    node_request.mutable_list_cache_use()->set_view(request.vpc());
    ListCacheUseResponse response;
    NAVE_ASSIGN_OR_RETURN(const auto answers,
                          AskAll(caller, request.vpc(), node_request, response.mutable_errors()));
    std::map<std::string, CacheUse> sums;
    for (const auto& [node, reply] : answers) {
      for (const CacheUse& use : reply.cache_uses().uses()) AddUse(use, &sums[use.rule()]);
    }
    for (auto& [rule, sum] : sums) *response.add_uses() = std::move(sum);
    std::stable_sort(response.mutable_uses()->begin(), response.mutable_uses()->end(),
                     [](const CacheUse& a, const CacheUse& b) {
                       return a.hits() + a.misses() > b.hits() + b.misses();
                     });
    return response;
  }

  const Parts parts_;
};

}  // namespace

void MakeRelayServices(const Parts& parts, ServiceList& services) {
  services.push_back(std::make_unique<ExplainServiceImpl>(parts));
  services.push_back(std::make_unique<CacheServiceImpl>(parts));
}

}  // namespace nave::server
