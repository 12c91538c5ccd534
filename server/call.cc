#include "server/call.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/check.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "server/limits.h"
#include "server/method_rules.h"
#include "server/status.h"

namespace nave::server {
namespace {

using google::protobuf::MethodDescriptor;

const std::vector<double>& Bounds() {
  static const auto& bounds = *new std::vector<double>{
      0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
  return bounds;
}

std::string NameOf(const MethodDescriptor& method) {
  return absl::StrCat(method.service()->name(), "/", method.name());
}

// gRPC's codes and the methods are bounded sets.
metrics::Labels LabelsOf(const MethodDescriptor& method, int code) {
  return {{"method", NameOf(method)}, {"code", std::to_string(code)}};
}

}  // namespace

Calls::Calls(const Auth& auth, const Clock& clock, metrics::Registry& registry)
    : auth_(auth), clock_(clock), registry_(registry) {
  for (const MethodDescriptor* method : ServedMethods()) {
    NAVE_CHECK(CheckMethod(*method).ok());
    Meter& meter = meters_[method];
    meter.seconds = &registry.histogram(kCallSeconds, Bounds(), {{"method", NameOf(*method)}});
    meter.ok = &registry.counter(kCalls, LabelsOf(*method, 0));
  }
}

absl::Status Calls::Run(const grpc::ServerContextBase& context, const MethodDescriptor& method,
                        const google::protobuf::Message& request, Work work) const {
  NAVE_ASSIGN_OR_RETURN(const catalog::Caller caller, auth_.Authenticate(context));
  NAVE_RETURN_IF_ERROR(auth_.Authorize(caller, method, request));
  NAVE_RETURN_IF_ERROR(CheckRequest(request));
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
  const int code = status.error_code();
  (code == 0 ? *meter.ok : registry_.counter(kCalls, LabelsOf(*method, code))).Add();
  log::Debug("call", {{"method", method->full_name()}, {"code", std::to_string(code)}});
  return status;
}

}  // namespace nave::server
