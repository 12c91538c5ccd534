// The provider: its resources, its configuration, and the control plane that the configuration
// leads to. Thread-safe.
#ifndef NAVE_TERRAFORM_PROVIDER_H_
#define NAVE_TERRAFORM_PROVIDER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "lib/base/clock.h"
#include "terraform/client/client.h"
#include "terraform/client/control_plane.h"
#include "terraform/client/target.h"
#include "terraform/protocol/diagnostics.h"
#include "terraform/protocol/schema.h"
#include "terraform/resources/resource.h"

namespace nave::terraform {

class Provider {
 public:
  using Environment = std::function<std::string(const char*)>;
  // Opens the way to a control plane; tests give their own.
  using Connect = std::function<absl::StatusOr<std::unique_ptr<ControlPlane>>(const Target&)>;

  // `clock` outlives the provider.
  Provider(const Clock& clock, Environment environment, Connect connect);

  const Schema& schema() const { return schema_; }
  const std::vector<std::unique_ptr<Resource>>& resources() const { return resources_; }
  // Null when there is none of the type.
  const Resource* Find(const std::string& type) const;

  // Takes the configuration. What is unknown in it makes client() say so, nothing else: a plan may
  // come before the server is there.
  void Configure(const Object& config, Diagnostics* diagnostics);
  // Lives as long as the provider. FAILED_PRECONDITION before there is a whole configuration.
  absl::StatusOr<Client*> client();
  // Ends every wait, now and later.
  void Stop() { stop_.Stop(); }

 private:
  const Clock& clock_;
  const Environment environment_;
  const Connect connect_;
  const std::vector<std::unique_ptr<Resource>> resources_;
  Schema schema_;
  StopSignal stop_;
  absl::Mutex mutex_;
  std::unique_ptr<ControlPlane> control_plane_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Client> client_ ABSL_GUARDED_BY(mutex_);
  std::string unknown_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nave::terraform

#endif  // NAVE_TERRAFORM_PROVIDER_H_
