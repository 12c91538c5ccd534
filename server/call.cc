#include "server/call.h"

#include <vector>

#include "lib/base/check.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "server/limits.h"
#include "server/method_rules.h"
#include "server/status.h"

namespace nave::server {
namespace {

using google::protobuf::MethodDescriptor;

constexpr int kGrpcCodes = 17;

const std::vector<double>& Bounds() {
  static const auto& bounds = *new std::vector<double>{
      0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
  return bounds;
}

}  // namespace

Calls::Calls(const Auth& auth, const Clock& clock, metrics::Registry& registry)
    : auth_(auth), clock_(clock) {
  for (const MethodDescriptor* method : ServedMethods()) {
    NAVE_CHECK(CheckMethod(*method).ok());
    Meter& meter = meters_[method];
    const std::string name = method->service()->name() + "/" + method->name();
    meter.seconds = &registry.histogram(kCallSeconds, Bounds(), {{"method", name}});
    for (int code = 0; code < kGrpcCodes; ++code) {
      meter.counts[code] =
          &registry.counter(kCalls, {{"method", name}, {"code", std::to_string(code)}});
    }
  }
}

absl::Status Calls::Run(const grpc::ServerContextBase& context, const MethodDescriptor& method,
                        const google::protobuf::Message& request, Work work) const {
  NAVE_ASSIGN_OR_RETURN(const catalog::Caller caller, auth_.Authenticate(context));
  NAVE_RETURN_IF_ERROR(auth_.Authorize(caller, method, request));
  NAVE_RETURN_IF_ERROR(CheckSizes(request));
  if (context.IsCancelled()) return absl::CancelledError("the caller went away");
  return work(caller);
}

grpc::Status Calls::Handle(const grpc::ServerContextBase& context,
                           const google::protobuf::ServiceDescriptor& service,
                           const char* method_name, const google::protobuf::Message& request,
                           Work work) {
  const MethodDescriptor* method = service.FindMethodByName(method_name);
  NAVE_CHECK(method != nullptr);
  const absl::Time begin = clock_.Now();
  const grpc::Status status = ToGrpc(Run(context, *method, request, work));
  const Meter& meter = meters_.at(method);
  if (!method->server_streaming() && !method->client_streaming()) {
    meter.seconds->Observe(absl::ToDoubleSeconds(clock_.Now() - begin));
  }
  const auto count = meter.counts.find(status.error_code());
  if (count != meter.counts.end()) count->second->Add();
  log::Debug("call",
             {{"method", method->full_name()}, {"code", std::to_string(status.error_code())}});
  return status;
}

}  // namespace nave::server
