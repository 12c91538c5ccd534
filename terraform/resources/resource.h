// One kind of resource as Terraform manages it. Each has a file here; lifecycle.h does what is the
// same for all of them. A resource keeps nothing of its own: constant after it is made, any thread.
#ifndef NAVE_TERRAFORM_RESOURCES_RESOURCE_H_
#define NAVE_TERRAFORM_RESOURCES_RESOURCE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "terraform/client/client.h"
#include "terraform/protocol/diagnostics.h"
#include "terraform/protocol/schema.h"

namespace nave::terraform {

// The writer that objects made here are marked with, so that others see it.
inline constexpr char kOwner[] = "terraform";

// A resource as the control plane has it: every attribute that is not local, and its version.
struct Remote {
  Object attributes;
  std::string etag;
};

// What came of a creation or an update. Without `remote` there is nothing, or nothing is known that
// was not known before; with an error beside it, it is what the change left behind.
struct Applied {
  std::optional<Remote> remote;
  absl::Status status;
  std::vector<std::string> warnings;
};

struct Plan {
  // Every attribute; unknown where the change decides.
  Object planned;
  // Attributes whose change needs another resource.
  std::vector<std::string> replaces;
};

class Resource {
 public:
  virtual ~Resource() = default;
  // Such as `nave_zone`.
  virtual std::string type() const = 0;
  virtual const Schema& schema() const = 0;

  // What is wrong with a configuration beyond its single attributes; values may be unknown.
  virtual void Validate(const Object& config, Diagnostics* diagnostics) const;
  // Adjusts the plan of an update. `client` is null while the provider's configuration is unknown.
  virtual void RefineUpdate(Client* client, const Object& prior, Plan* plan) const;

  // The resource name of a state.
  virtual std::string NameOf(const Object& state) const;
  // NOT_FOUND when it is gone.
  virtual absl::StatusOr<Remote> Read(Client& client, const std::string& name) const = 0;
  virtual Applied Create(Client& client, const Object& planned) const = 0;
  // `etag` is the version on which the plan rests; empty: any.
  virtual Applied Update(Client& client, const Object& prior, const Object& planned,
                         const std::string& etag) const = 0;
  // What is gone already is NOT_FOUND.
  virtual absl::Status Delete(Client& client, const Object& prior,
                              const std::string& etag) const = 0;
};

}  // namespace nave::terraform

#endif  // NAVE_TERRAFORM_RESOURCES_RESOURCE_H_
