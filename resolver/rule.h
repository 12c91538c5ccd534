// A resolver rule, compiled (product.md section 3). Immutable; any thread may read.
#ifndef NAVE_RESOLVER_RULE_H_
#define NAVE_RESOLVER_RULE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "lib/dns/name.h"
#include "resolver/target_group.h"

namespace nave::resolver {

struct Rule {
  enum class Kind : uint8_t {
    kForward,    // Ask `group`.
    kSystem,     // As if wider FORWARD rules were absent.
    kRecursive,  // Ask the view's recursive resolvers.
  };

  std::string name;
  dns::Name domain_name;
  Kind kind = Kind::kForward;
  // Null unless kForward.
  std::shared_ptr<const TargetGroup> group;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_RULE_H_
