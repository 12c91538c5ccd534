#include "terraform/provider.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "terraform/resources/resources.h"

namespace nave::terraform {
namespace {

constexpr char kCannotConnect[] = "Nave cannot be reached by this configuration";

Attribute Setting(const std::string& name, const std::string& description) {
  return {name, Type::String(), Attribute::Given::kOptional, description};
}

Schema MakeSchema() {
  Schema schema;
  schema.description = "A control plane of Nave.";
  Attribute token = Setting("token", "The token; else NAVE_TOKEN, else the context's.");
  token.sensitive = true;
  schema.attributes = {
      Setting("server", "HOST:PORT; else the context's."),
      Setting("ca", "The file with the certificate of the server's CA (PEM); else the context's."),
      token,
      Setting("config",
              "The file of contexts; else NAVE_CONFIG, else the one of the command line."),
      Setting("context", "The context in that file; else its current one."),
  };
  return schema;
}

}  // namespace

Provider::Provider(const Clock& clock, Environment environment, Connect connect)
    : clock_(clock),
      environment_(std::move(environment)),
      connect_(std::move(connect)),
      resources_(MakeResources()),
      schema_(MakeSchema()) {}

const Resource* Provider::Find(const std::string& type) const {
  for (const auto& resource : resources_) {
    if (resource->type() == type) return resource.get();
  }
  return nullptr;
}

void Provider::Configure(const Object& config, Diagnostics* diagnostics) {
  absl::MutexLock lock(&mutex_);
  for (const Attribute& attribute : schema_.attributes) {
    if (!At(config, attribute.name).is_unknown()) continue;
    unknown_ = attribute.name;
    return;
  }
  // Calls of an earlier configuration may be under way: it stays.
  if (client_ != nullptr) return;
  unknown_.clear();
  const absl::StatusOr<Target> target =
      ChooseTarget({TextAt(config, "server"), TextAt(config, "ca"), TextAt(config, "token"),
                    TextAt(config, "config"), TextAt(config, "context")},
                   environment_);
  if (!target.ok()) return diagnostics->Error(kCannotConnect, target.status());
  absl::StatusOr<std::unique_ptr<ControlPlane>> control_plane = connect_(*target);
  if (!control_plane.ok()) return diagnostics->Error(kCannotConnect, control_plane.status());
  if (target->token.empty()) {
    return diagnostics->Error(
        kCannotConnect,
        "no token is known; set `token` or NAVE_TOKEN, or `config` to a file of contexts", "token");
  }
  control_plane_ = *std::move(control_plane);
  client_ = std::make_unique<Client>(*control_plane_, clock_, stop_);
}

absl::StatusOr<Client*> Provider::client() {
  absl::MutexLock lock(&mutex_);
  if (client_ != nullptr) return client_.get();
  if (unknown_.empty()) {
    return absl::FailedPreconditionError("the provider has not been configured");
  }
  return absl::FailedPreconditionError(
      absl::StrCat("the provider's `", unknown_,
                   "` is not known yet; apply what it comes from first, with -target"));
}

}  // namespace nave::terraform
