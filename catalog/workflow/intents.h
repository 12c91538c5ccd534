// Intents: what a product wants to exist, between the plugin's messages and the bytes on disk; and
// the difference of two sets of them. Pure functions.
#ifndef NAVE_CATALOG_WORKFLOW_INTENTS_H_
#define NAVE_CATALOG_WORKFLOW_INTENTS_H_

#include <google/protobuf/message.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "catalog/product.h"
#include "nave/catalog/v1/provisioned_product.pb.h"
#include "nave/store/v1/record.pb.h"

namespace nave::catalog {

using Intents = std::vector<store::v1::Intent>;

// The bytes of the same resource are the same.
store::v1::Intent IntentOf(const PlannedResource& planned);
// The message of the intent's type. DATA_LOSS when the type is unknown or the bytes are malformed.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> ResourceOf(
    const store::v1::Intent& intent);
// The VPC on which it acts; empty for a zone, or when it is malformed.
std::string VpcOf(const store::v1::Intent& intent);
// For people, such as `accounts/hub/rules/corp on accounts/spoke1/vpcs/main`.
std::string TextOf(const store::v1::Intent& intent);

// How to come from what is there to what is wanted.
struct Difference {
  Intents deletes;   // in the reverse of the order in which they were made
  Intents creates;   // in the order of the plan
  Intents replaces;  // wanted with another content than what is there has
};
Difference Compare(const Intents& recorded, const Intents& wanted);
// The changes that the caller sees.
std::vector<v1::PlannedChange> ChangesOf(const Difference& difference);

// The steps: deletions first, so that what takes the place of another finds it free; at last the
// wait until it is served.
std::vector<store::v1::StepRecord> StepsOf(const Difference& difference);
// The VPCs on which the steps act, sorted, each once.
std::vector<std::string> VpcsOf(const store::v1::WorkItem& item);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_WORKFLOW_INTENTS_H_
