// What is the same for every resource: checks of a configuration, the plan of a change, its
// application, and reading anew. What the user wrote stays in the state while the control plane's
// spelling means the same; what is planned as known is what comes. Functions; any thread.
#ifndef NAVE_TERRAFORM_RESOURCES_LIFECYCLE_H_
#define NAVE_TERRAFORM_RESOURCES_LIFECYCLE_H_

#include <optional>
#include <string>

#include "terraform/resources/resource.h"

namespace nave::terraform {

// The attributes' own checks, for values that are known; then the resource's.
void CheckConfig(const Resource& resource, const Object& config, Diagnostics* diagnostics);
// The same for a schema without a resource.
void CheckAttributes(const Schema& schema, const Object& config, Diagnostics* diagnostics);

// The plan of a creation, without `prior`, or of an update.
Plan PlanChange(const Resource& resource, Client* client, const std::optional<Object>& prior,
                const Object& config);

// A state and what is stored with it: the etag. No state: there is no resource.
struct Stored {
  std::optional<Object> state;
  std::string etag;
};

// Creates (no `prior`), deletes (no `planned`) or updates. The state is as it is afterwards, known
// in every part, also when an error is told.
Stored ApplyChange(const Resource& resource, Client& client, const std::optional<Object>& prior,
                   const std::optional<Object>& planned, const std::string& etag,
                   Diagnostics* diagnostics);

// The state anew. After an error it is as it was.
Stored ReadAgain(const Resource& resource, Client& client, const Object& prior,
                 const std::string& etag, Diagnostics* diagnostics);

// The state of a resource of which nothing is known but its name; the reading that follows fills
// it. Tells when the text is no name of the resource's kind.
Object ImportStub(const Resource& resource, const std::string& name, Diagnostics* diagnostics);

}  // namespace nave::terraform

#endif  // NAVE_TERRAFORM_RESOURCES_LIFECYCLE_H_
