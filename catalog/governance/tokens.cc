#include "catalog/governance/tokens.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "catalog/governance/hooks.h"
#include "catalog/governance/sha256.h"
#include "catalog/governance/times.h"
#include "lib/base/random.h"
#include "nave/store/v1/record.pb.h"

namespace nave::catalog {
namespace {

using governance::v1::Token;
using store::Table;

absl::Status Unauthenticated() {
  return Error(api::v1::UNAUTHENTICATED,
               "the token is unknown, expired or revoked; ask for a new one");
}

absl::Status BeforeWrite(const Change& change) {
  if (!change.creating()) return absl::OkStatus();
  Token& token = After<Token>(change);
  token.clear_secret();
  if (token.role() == Token::NODE && !absl::StartsWith(token.principal(), "nodes/")) {
    return FieldError("principal", "of the role NODE is the node's name, such as nodes/r1");
  }
  if (!token.has_expire_time()) {
    SetTime(change.actor.now + kDefaultTokenLife, token.mutable_expire_time());
  } else if (TimeOf(token.expire_time()) <= change.actor.now) {
    return FieldError("expire_time", "is in the past");
  }
  return absl::OkStatus();
}

// The secret goes into the answer after the resource was written without it.
absl::Status AfterWrite(const Change& change) {
  if (!change.creating()) return absl::OkStatus();
  return IssueSecret(change.transaction, change.actor, &After<Token>(change));
}

absl::Status AfterDelete(const Change& change) {
  return RevokeSecret(change.transaction, Before<Token>(change).name());
}

Token AdminToken() {
  Token token;
  token.set_name(kAdminToken);
  token.set_principal(kAdminPrincipal);
  token.set_role(Token::ADMIN);
  token.set_scope(kOrganization);
  // The way back in must not end by itself; deleting it revokes it.
  SetTime(absl::FromCivil(absl::CivilSecond(9999, 12, 31), absl::UTCTimeZone()),
          token.mutable_expire_time());
  return token;
}

}  // namespace

absl::Status IssueSecret(store::Transaction& transaction, const Actor&, Token* token) {
  store::v1::TokenRecord record;
  record.set_token(token->SerializeAsString());
  // Never begins with a hyphen, which command lines would take for a flag; scanners for secrets
  // find the prefix.
  token->set_secret(absl::StrCat("nave_", NewSecret()));
  record.set_secret_sha256(Sha256(token->secret()));
  transaction.Put(Table::kTokens, token->name(), record.SerializeAsString());
  transaction.Put(Table::kTokenSecrets, record.secret_sha256(), token->name());
  return absl::OkStatus();
}

absl::Status RevokeSecret(store::Transaction& transaction, const std::string& token) {
  NAVE_ASSIGN_OR_RETURN(auto entry, transaction.Get(Table::kTokens, token));
  if (!entry.has_value()) return absl::OkStatus();
  store::v1::TokenRecord record;
  if (!record.ParseFromString(entry->value))
    return absl::DataLossError("a token record is malformed");
  transaction.Delete(Table::kTokenSecrets, record.secret_sha256());
  transaction.Delete(Table::kTokens, token);
  return absl::OkStatus();
}

absl::StatusOr<Caller> Authenticate(store::Store& store, const Clock& clock,
                                    const std::string& secret) {
  if (secret.empty()) return Unauthenticated();
  NAVE_ASSIGN_OR_RETURN(auto snapshot, store.Read());
  // Found by its hash: how long that takes says nothing about the secret.
  NAVE_ASSIGN_OR_RETURN(auto entry, snapshot->Get(Table::kTokenSecrets, Sha256(secret)));
  if (!entry.has_value()) return Unauthenticated();
  NAVE_ASSIGN_OR_RETURN(auto token, Find<Token>(*snapshot, entry->value));
  if (!token.has_value() || TimeOf(token->expire_time()) <= clock.Now()) return Unauthenticated();
  return Caller{token->principal(), token->role(), token->scope(), TimeOf(token->expire_time())};
}

absl::StatusOr<std::string> EnsureAdminToken(store::Store& store, const Clock& clock) {
  std::string secret;
  auto make = [&](store::Transaction& transaction) -> absl::Status {
    secret.clear();
    // Any credential shows that this is not the first start: one that was revoked does not come
    // back.
    NAVE_ASSIGN_OR_RETURN(auto marks, transaction.Get(Table::kMeta, "admin_token_issued"));
    if (marks.has_value()) return absl::OkStatus();
    Token token = AdminToken();
    Actor actor;
    actor.caller = {kAdminPrincipal, Token::ADMIN, kOrganization, absl::InfiniteFuture()};
    actor.now = clock.Now();
    NAVE_RETURN_IF_ERROR(CreateResource(transaction, actor, &token));
    transaction.Put(Table::kMeta, "admin_token_issued", "1");
    secret = token.secret();
    return absl::OkStatus();
  };
  NAVE_RETURN_IF_ERROR(store::RunTransaction(store, make).status());
  return secret;
}

Hooks TokenHooks() { return {BeforeWrite, AfterWrite, nullptr, AfterDelete}; }

}  // namespace nave::catalog
