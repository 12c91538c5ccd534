// What the services of plain resources share: create, get, list, update and delete are one call
// each into the engine. The services name their methods by `__func__`, which is the RPC's name.
// Thread-safe.
#ifndef NAVE_SERVER_SERVICES_RESOURCE_SERVICE_H_
#define NAVE_SERVER_SERVICES_RESOURCE_SERVICE_H_

#include <google/protobuf/descriptor.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <string>
#include <utility>

#include "catalog/governance/engine.h"
#include "lib/base/check.h"
#include "nave/api/v1/common.pb.h"
#include "server/call.h"

namespace nave::server {

using catalog::Caller;
using google::protobuf::Message;

// `Api` is a generated service such as governance::v1::VpcService.
template <typename Api>
class ServiceBase : public Api::Service {
 public:
  // Outlives the service.
  explicit ServiceBase(Calls& calls)
      : calls_(calls),
        descriptor_(google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
            Api::service_full_name())) {
    NAVE_CHECK(descriptor_ != nullptr);
  }

 protected:
  // See Calls::Handle.
  template <typename Work>
  grpc::Status Handle(const char* method, const grpc::ServerContext* context,
                      const Message& request, Work work) {
    return calls_.Handle(*context, *descriptor_, method, request, work);
  }
  // The same for work that returns the response.
  template <typename Response, typename Work>
  grpc::Status Answer(const char* method, const grpc::ServerContext* context,
                      const Message& request, Response* response, Work work) {
    return Handle(method, context, request, [&](const Caller& caller) -> absl::Status {
      absl::StatusOr<Response> result = work(caller);
      if (result.ok()) *response = *std::move(result);
      return result.status();
    });
  }

 private:
  Calls& calls_;
  const google::protobuf::ServiceDescriptor* descriptor_;
};

template <typename Api>
class ResourceService : public ServiceBase<Api> {
 public:
  // Both outlive the service. `type` is the kind, such as `Vpc`.
  ResourceService(Calls& calls, catalog::Engine& engine, std::string type)
      : ServiceBase<Api>(calls), engine_(engine), type_(std::move(type)) {}

 protected:
  grpc::Status Create(const char* method, grpc::ServerContext* context, const Message* request,
                      Message* response) {
    return this->Handle(method, context, *request, [&](const Caller& caller) {
      return engine_.Create(caller, *request, response);
    });
  }
  grpc::Status Get(const char* method, grpc::ServerContext* context,
                   const api::v1::GetRequest* request, Message* response) {
    return this->Handle(method, context, *request, [&](const Caller& caller) {
      return engine_.Get(caller, *request, response);
    });
  }
  grpc::Status List(const char* method, grpc::ServerContext* context,
                    const api::v1::ListRequest* request, Message* response) {
    return this->Handle(method, context, *request, [&](const Caller& caller) {
      return engine_.List(caller, *request, response);
    });
  }
  grpc::Status Update(const char* method, grpc::ServerContext* context, const Message* request,
                      Message* response) {
    return this->Handle(method, context, *request, [&](const Caller& caller) {
      return engine_.Update(caller, *request, response);
    });
  }
  grpc::Status Delete(const char* method, grpc::ServerContext* context,
                      const api::v1::DeleteRequest* request, api::v1::DeleteResponse* response) {
    return this->Handle(method, context, *request, [&](const Caller& caller) {
      return engine_.Delete(caller, type_, *request, response);
    });
  }
  catalog::Engine& engine() { return engine_; }

 private:
  catalog::Engine& engine_;
  const std::string type_;
};

}  // namespace nave::server

#endif  // NAVE_SERVER_SERVICES_RESOURCE_SERVICE_H_
