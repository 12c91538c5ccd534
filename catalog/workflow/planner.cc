#include "catalog/workflow/planner.h"

#include <memory>
#include <set>

#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "catalog/governance/names.h"
#include "catalog/resource_name.h"
#include "catalog/workflow/facts.h"
#include "lib/base/status_macros.h"

namespace nave::catalog {
namespace {

absl::Status Broken(const std::string& plugin, const std::string& what) {
  return Error(api::v1::PLUGIN_FAILED,
               absl::StrCat("the plugin '", plugin, "' broke its contract: ", what),
               {{"plugin", plugin}});
}

// A plugin that is wrong must not reach into other accounts: governance checks consents for zone
// associations alone.
absl::Status CheckIntent(const std::string& plugin, const std::string& account,
                         const store::v1::Intent& intent) {
  const ResourceType* type = TypeNamed(intent.type());
  if (type == nullptr || TypeOfName(intent.name()) != type) {
    return Broken(plugin, absl::StrCat("'", intent.name(), "' is no name of a ", intent.type()));
  }
  if (intent.type() != "ZoneAssociation" && AccountOf(intent.name()) != account) {
    return Broken(plugin, absl::StrCat("'", intent.name(), "' is not of ", account));
  }
  return absl::OkStatus();
}

absl::StatusOr<Intents> CheckedIntents(const std::string& plugin, const std::string& account,
                                       const Plan& plan) {
  if (plan.resources.size() > kMaxPlannedResources) {
    return Error(api::v1::LIMIT_REACHED,
                 absl::StrCat("the plan has ", plan.resources.size(), " resources; at most ",
                              kMaxPlannedResources, " fit in one product"));
  }
  Intents intents;
  std::set<std::string> names;
  for (const PlannedResource& planned : plan.resources) {
    store::v1::Intent intent = IntentOf(planned);
    NAVE_RETURN_IF_ERROR(CheckIntent(plugin, account, intent));
    if (!names.insert(intent.name()).second) {
      return Broken(plugin, absl::StrCat("'", intent.name(), "' stands twice in the plan"));
    }
    intents.push_back(std::move(intent));
  }
  return intents;
}

absl::StatusOr<bool> IsOwnedBy(store::Reader& reader, const google::protobuf::Message& wanted,
                               const std::string& product) {
  std::unique_ptr<google::protobuf::Message> stored = NewMessage(wanted.GetDescriptor());
  NAVE_ASSIGN_OR_RETURN(bool found, ReadInto(reader, NameOf(wanted), stored.get()));
  return found && MetadataOf(*stored).owner() == product;
}

// An offer that waits for somebody's yes does not answer: a product that succeeded must.
absl::Status RequireAssociated(const google::protobuf::Message& resource) {
  const auto* association = dynamic_cast<const dns::v1::ZoneAssociation*>(&resource);
  if (association == nullptr || association->state() == dns::v1::ZoneAssociation::ASSOCIATED) {
    return absl::OkStatus();
  }
  const std::string silent =
      AccountOf(association->has_zone_consent() ? association->vpc() : association->name());
  return Error(
      api::v1::CONSENT_MISSING,
      absl::StrCat("'", association->name(), "' needs the consent of ", silent,
                   ", which the product's launch role does not give; ask for a share of the zone, "
                   "or for a wider launch role"),
      {{"resource", association->name()}, {"account", silent}});
}

}  // namespace

const Product* FindPlugin(const ProductList& products, const std::string& name) {
  for (const auto& product : products) {
    if (product->name() == name) return product.get();
  }
  return nullptr;
}

absl::StatusOr<Wanted> ComputeWanted(store::Reader& reader, const ProductList& products,
                                     const v1::Product& product, const v1::ProductVersion& version,
                                     const v1::ProvisionedProduct& target,
                                     const store::v1::IntentSet& made) {
  const Product* plugin = FindPlugin(products, product.plugin());
  if (plugin == nullptr) {
    return Error(api::v1::PLUGIN_FAILED,
                 absl::StrCat("'", product.name(), "' needs the plugin '", product.plugin(),
                              "', which this server does not have"),
                 {{"plugin", product.plugin()}});
  }
  PlanInput input;
  input.provisioned_product = target.name();
  input.account = AccountOf(target.name());
  NAVE_ASSIGN_OR_RETURN(input.parameters, ValuesOf(target.parameters()));
  NAVE_ASSIGN_OR_RETURN(input.settings, ValuesOf(version.settings()));
  NAVE_RETURN_IF_ERROR(CheckParameters(plugin->schema(), input.settings, input.parameters));
  StoreFacts facts(reader, made);
  input.facts = &facts;
  absl::StatusOr<Plan> plan = plugin->MakePlan(input);
  if (!plan.ok()) return FromPlugin(product.plugin(), plan.status());
  Wanted wanted;
  NAVE_ASSIGN_OR_RETURN(wanted.intents, CheckedIntents(product.plugin(), input.account, *plan));
  for (size_t i = 0; i < wanted.intents.size(); ++i) {
    wanted.texts[wanted.intents[i].name()] = plan->resources[i].text;
  }
  wanted.outputs = ParametersOf(plan->outputs);
  return wanted;
}

Actor ActorFor(const std::string& principal, const std::string& provisioned_product,
               const std::string& launch_role, absl::Time now) {
  Actor actor;
  actor.caller.principal = principal;
  actor.product = provisioned_product;
  actor.launch_role = launch_role;
  actor.now = now;
  return actor;
}

absl::Status ApplyStep(store::Transaction& transaction, const Actor& actor,
                       const store::v1::StepRecord& step) {
  Actor acting = actor;
  if (!step.intent().act_by_launch_role()) acting.launch_role.clear();
  if (step.action() == store::v1::StepRecord::DELETE) {
    absl::Status deleted = DeleteResource(transaction, acting, step.intent().name(), "");
    return ReasonOf(deleted) == api::v1::NOT_FOUND ? absl::OkStatus() : deleted;
  }
  if (step.action() != store::v1::StepRecord::CREATE) return absl::OkStatus();
  NAVE_ASSIGN_OR_RETURN(auto resource, ResourceOf(step.intent()));
  absl::Status created = CreateResource(transaction, acting, resource.get());
  if (created.ok()) return RequireAssociated(*resource);
  if (ReasonOf(created) != api::v1::ALREADY_EXISTS) return created;
  NAVE_ASSIGN_OR_RETURN(bool own, IsOwnedBy(transaction, *resource, actor.product));
  return own ? absl::OkStatus() : created;
}

absl::Status TryOut(store::Snapshot& state, const Actor& actor,
                    const std::vector<store::v1::StepRecord>& steps) {
  store::Transaction scratch(state);
  for (const store::v1::StepRecord& step : steps) {
    NAVE_RETURN_IF_ERROR(ApplyStep(scratch, actor, step));
  }
  return absl::OkStatus();
}

}  // namespace nave::catalog
