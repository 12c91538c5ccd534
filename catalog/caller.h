// Who calls: made from the credential alone, never from a payload.
#ifndef NAVE_CATALOG_CALLER_H_
#define NAVE_CATALOG_CALLER_H_

#include <string>

#include "absl/time/time.h"
#include "nave/governance/v1/token.pb.h"

namespace nave::catalog {

struct Caller {
  std::string principal;  // such as `users/ana`
  governance::v1::Token::Role role = governance::v1::Token::ROLE_UNSPECIFIED;
  std::string scope;  // `organization`, an organizational unit, or an account
  absl::Time expire = absl::InfiniteFuture();
};

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_CALLER_H_
