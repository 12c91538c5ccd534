#include "server/auth.h"

#include <memory>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "catalog/errors.h"
#include "catalog/governance/access.h"
#include "catalog/governance/tokens.h"
#include "lib/base/status_macros.h"
#include "server/method_rules.h"

namespace nave::server {
namespace {

absl::Status Unauthenticated(const std::string& why) {
  return catalog::Error(api::v1::UNAUTHENTICATED, why);
}

}  // namespace

absl::StatusOr<catalog::Caller> Auth::Authenticate(const grpc::ServerContextBase& context) const {
  const auto [begin, end] = context.client_metadata().equal_range(kAuthorization);
  if (begin == end) {
    return Unauthenticated("no credential: send the metadata `authorization: Bearer SECRET`");
  }
  if (std::next(begin) != end) return Unauthenticated("more than one credential: send one");
  const absl::string_view value(begin->second.data(), begin->second.size());
  const size_t scheme = sizeof kBearer - 1;
  // RFC 7235 section 2.1: the scheme is case-insensitive.
  if (value.size() > kMaxCredentialBytes || !absl::StartsWithIgnoreCase(value, kBearer)) {
    return Unauthenticated("the credential is not of the form `Bearer SECRET`");
  }
  const std::string secret(absl::StripAsciiWhitespace(value.substr(scheme)));
  if (secret.empty()) return Unauthenticated("the credential has no secret");
  return catalog::Authenticate(store_, clock_, secret);
}

absl::Status Auth::Authorize(const catalog::Caller& caller,
                             const google::protobuf::MethodDescriptor& method,
                             const google::protobuf::Message& request) const {
  const api::v1::MethodRule& rule = RuleOf(method);
  if (rule.right() == api::v1::AUTHENTICATED) return absl::OkStatus();
  const std::string scope = ScopeOf(rule, request);
  NAVE_ASSIGN_OR_RETURN(std::unique_ptr<store::Snapshot> snapshot, store_.Read());
  if (rule.right() != api::v1::READ || rule.scope().empty()) {
    return catalog::Require(*snapshot, caller, rule.right(), scope);
  }
  // Shares and access grants let more callers read than the tree of accounts does.
  NAVE_ASSIGN_OR_RETURN(const bool may_read, catalog::CanRead(*snapshot, caller, scope));
  return may_read ? absl::OkStatus() : catalog::NotFoundError(scope);
}

}  // namespace nave::server
