#include "catalog/workflow/intents.h"

#include <algorithm>
#include <map>
#include <set>
#include <variant>

#include "absl/strings/str_cat.h"

namespace nave::catalog {
namespace {

using google::protobuf::Message;

std::unique_ptr<Message> NewOf(const std::string& type) {
  if (type == "RuleAssociation") return std::make_unique<dns::v1::RuleAssociation>();
  if (type == "Zone") return std::make_unique<dns::v1::Zone>();
  if (type == "ZoneAssociation") return std::make_unique<dns::v1::ZoneAssociation>();
  return nullptr;
}

bool SameContent(const store::v1::Intent& a, const store::v1::Intent& b) {
  return a.type() == b.type() && a.resource() == b.resource();
}

void AddChanges(const Intents& intents, v1::PlannedChange::Action action,
                std::vector<v1::PlannedChange>* changes) {
  for (const store::v1::Intent& intent : intents) {
    v1::PlannedChange change;
    change.set_action(action);
    change.set_resource(intent.name());
    change.set_text(TextOf(intent));
    changes->push_back(std::move(change));
  }
}

void AddSteps(const Intents& intents, store::v1::StepRecord::Action action,
              std::vector<store::v1::StepRecord>* steps) {
  for (const store::v1::Intent& intent : intents) {
    store::v1::StepRecord step;
    step.set_action(action);
    *step.mutable_intent() = intent;
    steps->push_back(std::move(step));
  }
}

}  // namespace

store::v1::Intent IntentOf(const PlannedResource& planned) {
  store::v1::Intent intent;
  std::visit(
      [&](const auto& resource) {
        intent.set_name(resource.name());
        intent.set_type(resource.GetDescriptor()->name());
        intent.set_resource(resource.SerializeAsString());
      },
      planned.resource);
  intent.set_act_by_launch_role(planned.act_by_launch_role);
  return intent;
}

absl::StatusOr<std::unique_ptr<Message>> ResourceOf(const store::v1::Intent& intent) {
  std::unique_ptr<Message> resource = NewOf(intent.type());
  if (resource == nullptr || !resource->ParseFromString(intent.resource())) {
    return absl::DataLossError(
        absl::StrCat("the stored intent for '", intent.name(), "' is malformed; restore a backup"));
  }
  return resource;
}

std::string VpcOf(const store::v1::Intent& intent) {
  absl::StatusOr<std::unique_ptr<Message>> resource = ResourceOf(intent);
  if (!resource.ok()) return "";
  const auto* field = (*resource)->GetDescriptor()->FindFieldByName("vpc");
  return field == nullptr ? "" : (*resource)->GetReflection()->GetString(**resource, field);
}

std::string TextOf(const store::v1::Intent& intent) {
  absl::StatusOr<std::unique_ptr<Message>> resource = ResourceOf(intent);
  if (!resource.ok()) return intent.name();
  if (auto* rule = dynamic_cast<dns::v1::RuleAssociation*>(resource->get())) {
    return absl::StrCat(rule->rule(), " on ", rule->vpc());
  }
  if (auto* zone = dynamic_cast<dns::v1::Zone*>(resource->get())) {
    return absl::StrCat("zone ", zone->domain_name());
  }
  std::string zone = intent.name().substr(0, intent.name().rfind("/associations/"));
  return absl::StrCat(zone, " on ", VpcOf(intent));
}

Difference Compare(const Intents& recorded, const Intents& wanted) {
  std::map<std::string, const store::v1::Intent*> there, after;
  for (const store::v1::Intent& intent : recorded) there[intent.name()] = &intent;
  for (const store::v1::Intent& intent : wanted) after[intent.name()] = &intent;
  Difference difference;
  for (auto intent = recorded.rbegin(); intent != recorded.rend(); ++intent) {
    if (after.count(intent->name()) == 0) difference.deletes.push_back(*intent);
  }
  for (const store::v1::Intent& intent : wanted) {
    auto found = there.find(intent.name());
    if (found == there.end()) {
      difference.creates.push_back(intent);
    } else if (!SameContent(*found->second, intent)) {
      difference.replaces.push_back(intent);
    }
  }
  return difference;
}

std::vector<v1::PlannedChange> ChangesOf(const Difference& difference) {
  std::vector<v1::PlannedChange> changes;
  AddChanges(difference.replaces, v1::PlannedChange::REPLACE, &changes);
  AddChanges(difference.deletes, v1::PlannedChange::DELETE, &changes);
  AddChanges(difference.creates, v1::PlannedChange::CREATE, &changes);
  return changes;
}

std::vector<store::v1::StepRecord> StepsOf(const Difference& difference) {
  std::vector<store::v1::StepRecord> steps;
  AddSteps(difference.deletes, store::v1::StepRecord::DELETE, &steps);
  AddSteps(difference.creates, store::v1::StepRecord::CREATE, &steps);
  steps.emplace_back().set_action(store::v1::StepRecord::AWAIT_SERVED);
  return steps;
}

std::vector<std::string> VpcsOf(const store::v1::WorkItem& item) {
  std::set<std::string> vpcs;
  for (const store::v1::StepRecord& step : item.steps()) {
    if (!step.has_intent()) continue;
    if (std::string vpc = VpcOf(step.intent()); !vpc.empty()) vpcs.insert(vpc);
  }
  return {vpcs.begin(), vpcs.end()};
}

}  // namespace nave::catalog
