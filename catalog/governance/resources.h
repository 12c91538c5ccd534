// Changes of resources within a transaction: every invariant of product.md section 5, the index of
// references and both ledgers are kept here, whoever asks: a person through the engine, or a
// product through the workflow. For one thread.
#ifndef NAVE_CATALOG_GOVERNANCE_RESOURCES_H_
#define NAVE_CATALOG_GOVERNANCE_RESOURCES_H_

#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "catalog/caller.h"
#include "catalog/governance/read.h"
#include "nave/dns/v1/zone_association.pb.h"
#include "store/transaction.h"

namespace nave::catalog {

// Who acts, and by what.
struct Actor {
  Caller caller;
  // The provisioned product that acts; empty for a person. What it makes is owned by it.
  std::string product;
  // The scope in which the product may consent, beside the account of the product itself.
  std::string launch_role;
  absl::Time now;
  // Deletes the record sets of others with a zone.
  bool delete_foreign_records = false;
  // Whoever acts asks CheckRecordRules at the end, for many record sets at once.
  bool zone_rules_later = false;
};

// Makes a resource. `resource` is normalised and gets its metadata; `metadata.revision` and
// `metadata.etag` follow from the commit. Errors: ALREADY_EXISTS, DANGLING_REFERENCE, INVALID_FIELD
// and what the kind forbids. REQUIRES: the caller's right over the resource was checked, except for
// zone associations, which check consents.
absl::Status CreateResource(store::Transaction& transaction, const Actor& actor,
                            google::protobuf::Message* resource);

// Changes the fields that the mask names; a `metadata.etag` guards. `resource` becomes what is
// stored. NOT_FOUND, STALE_ETAG, IMMUTABLE_FIELD, OWNED_BY_PRODUCT and as above.
absl::Status UpdateResource(store::Transaction& transaction, const Actor& actor,
                            google::protobuf::Message* resource,
                            const google::protobuf::FieldMask& mask);

// Takes a resource away. NOT_FOUND, STALE_ETAG, OWNED_BY_PRODUCT, IN_USE, NOT_EMPTY,
// FOREIGN_RECORDS.
absl::Status DeleteResource(store::Transaction& transaction, const Actor& actor,
                            const std::string& name, const std::string& etag);

// The second yes to a zone association. CONSENT_MISSING, AUTHORIZATION_EXPIRED.
absl::StatusOr<dns::v1::ZoneAssociation> AcceptZoneAssociation(store::Transaction& transaction,
                                                               const Actor& actor,
                                                               const std::string& name,
                                                               const std::string& etag);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_GOVERNANCE_RESOURCES_H_
