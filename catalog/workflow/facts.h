// The facts of a plan, read from the store at one revision. For the thread of the reader.
#ifndef NAVE_CATALOG_WORKFLOW_FACTS_H_
#define NAVE_CATALOG_WORKFLOW_FACTS_H_

#include <optional>
#include <string>
#include <vector>

#include "catalog/product.h"
#include "catalog/workflow/intents.h"
#include "store/store.h"

namespace nave::catalog {

class StoreFacts final : public Facts {
 public:
  // Both outlive the facts.
  StoreFacts(store::Reader& reader, const store::v1::IntentSet& made)
      : reader_(reader), made_(made) {}

  absl::StatusOr<std::vector<dns::v1::Rule>> RulesSharedWith(
      const std::string& account) const override;
  absl::StatusOr<std::optional<dns::v1::Rule>> FindRule(const std::string& name,
                                                        const std::string& account) const override;
  absl::StatusOr<std::optional<dns::v1::Zone>> FindZone(const std::string& name) const override;
  absl::StatusOr<std::optional<governance::v1::Vpc>> FindVpc(
      const std::string& name) const override;
  std::vector<std::string> OwnResources() const override;

 private:
  store::Reader& reader_;
  const store::v1::IntentSet& made_;
};

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_WORKFLOW_FACTS_H_
