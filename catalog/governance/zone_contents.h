// A zone's record sets as lib/dns/zone_rules.h asks for them, read where they are stored. For the
// thread of the reader.
#ifndef NAVE_CATALOG_GOVERNANCE_ZONE_CONTENTS_H_
#define NAVE_CATALOG_GOVERNANCE_ZONE_CONTENTS_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "lib/dns/zone_rules.h"
#include "store/store.h"

namespace nave::catalog {

class ZoneContents final : public dns::ZoneData {
 public:
  // `reader` outlives this; `zone` is the resource name.
  ZoneContents(store::Reader& reader, std::string zone) : reader_(reader), zone_(std::move(zone)) {}

  absl::StatusOr<std::vector<dns::RRType>> TypesAt(const dns::Name& owner) override;
  absl::StatusOr<bool> Has(const dns::Name& owner, dns::RRType type) override;
  absl::StatusOr<std::optional<dns::RRset>> Find(const dns::Name& owner, dns::RRType type) override;

  std::string NameOf(const dns::Name& owner, dns::RRType type) const;

 private:
  store::Reader& reader_;
  const std::string zone_;
};

// The owner and type of a record set's name.
struct RecordSetKey {
  dns::Name owner;
  dns::RRType type;
};
// INVALID_NAME when it is of no record set.
absl::StatusOr<RecordSetKey> KeyOfRecordSet(const std::string& name);

// Visits the record sets of a zone in the order of their names, in pieces; false of `visit` ends
// it.
absl::Status ForEachRecordSet(store::Reader& reader, const std::string& zone,
                              absl::FunctionRef<absl::StatusOr<bool>(const store::Entry&)> visit);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_GOVERNANCE_ZONE_CONTENTS_H_
