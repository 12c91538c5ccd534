// What each kind of resource adds to the generic life of a resource: one table of functions, one
// file per noun. Internal to resources.cc. For one thread.
#ifndef NAVE_CATALOG_GOVERNANCE_HOOKS_H_
#define NAVE_CATALOG_GOVERNANCE_HOOKS_H_

#include <google/protobuf/message.h>

#include <string>

#include "absl/status/status.h"
#include "catalog/errors.h"
#include "catalog/governance/resources.h"
#include "catalog/resource_name.h"
#include "store/transaction.h"

namespace nave::catalog {

// One change of one resource. `before` is null on creation, `after` on deletion.
struct Change {
  store::Transaction& transaction;
  const Actor& actor;
  const google::protobuf::Message* before;
  google::protobuf::Message* after;

  bool creating() const { return before == nullptr; }
};

using Hook = absl::Status (*)(const Change&);

struct Hooks {
  Hook before_write = nullptr;   // checks and completes; nothing is written yet
  Hook after_write = nullptr;    // writes what goes with it; sees the resource and its references
  Hook before_delete = nullptr;  // before children and referrers are looked for
  Hook after_delete = nullptr;   // takes away what went with it
};

// Empty functions for kinds that add nothing.
Hooks HooksOf(const google::protobuf::Descriptor* descriptor);

Hooks AccountHooks();
Hooks OrganizationalUnitHooks();
Hooks ShareHooks();
Hooks NamespaceGrantHooks();
Hooks TokenHooks();
Hooks VpcHooks();
Hooks EndpointHooks();
Hooks NameServerHooks();
Hooks RuleHooks();
Hooks RuleAssociationHooks();
Hooks ZoneHooks();
Hooks ZoneAssociationHooks();
Hooks RecordSetHooks();
Hooks ProductVersionHooks();
Hooks AccessGrantHooks();

template <typename T>
const T& Before(const Change& change) {
  return static_cast<const T&>(*change.before);
}
template <typename T>
T& After(const Change& change) {
  return static_cast<T&>(*change.after);
}

// Writes a resource's entry without looking at anything; used for what the control plane itself
// keeps.
void PutResource(store::Transaction& transaction, const google::protobuf::Message& resource);
void EmitResourceEvent(store::Transaction& transaction, const Actor& actor, const char* type,
                       const std::string& subject);
// INVALID_FIELD unless both stand in the same account.
absl::Status RequireSameAccount(const std::string& name, const std::string& field,
                                const std::string& target);
// ACCOUNT_NOT_ACTIVE unless the account of a name is ACTIVE.
absl::Status RequireActiveAccount(store::Reader& reader, const std::string& name);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_GOVERNANCE_HOOKS_H_
