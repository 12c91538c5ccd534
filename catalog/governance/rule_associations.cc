// Rule associations: shared rules alone, one rule for a domain name on a VPC, no loops, and the
// rows of both ledgers.
#include "absl/strings/str_cat.h"
#include "catalog/governance/consents.h"
#include "catalog/governance/hooks.h"
#include "catalog/governance/indexes.h"
#include "catalog/governance/ledgers.h"
#include "catalog/governance/rule_graph.h"
#include "nave/dns/v1/rule.pb.h"
#include "nave/dns/v1/rule_association.pb.h"

namespace nave::catalog {
namespace {

using dns::v1::Consent;
using dns::v1::Rule;
using dns::v1::RuleAssociation;

// The yes of the rule's owner: the VPC's account owns it, or it is shared.
absl::StatusOr<Consent> RuleConsent(const Change& change, const Rule& rule,
                                    const std::string& account) {
  std::optional<Consent> consent;
  if (AccountOf(rule.name()) == account) {
    NAVE_ASSIGN_OR_RETURN(consent, OwnConsent(change.transaction, change.actor, account));
  } else {
    NAVE_ASSIGN_OR_RETURN(consent,
                          SharedConsent(change.transaction, change.actor, rule.name(), account));
  }
  if (consent.has_value()) return *consent;
  return Error(api::v1::NOT_SHARED,
               absl::StrCat("'", rule.name(), "' is not shared with '", account,
                            "'; its owner can share it"),
               {{"resource", rule.name()}, {"account", account}});
}

absl::Status CheckUnique(const Change& change, const Rule& rule) {
  const RuleAssociation& association = After<RuleAssociation>(change);
  NAVE_ASSIGN_OR_RETURN(std::string other, FindOnVpc(change.transaction, kVpcRuleIndex,
                                                     association.vpc(), rule.domain_name()));
  if (other.empty()) return absl::OkStatus();
  return Error(api::v1::DUPLICATE_RULE_ON_VPC,
               absl::StrCat("'", association.vpc(), "' has a rule for ", rule.domain_name(),
                            " already, by '", other, "'"),
               {{"vpc", association.vpc()}, {"domain_name", rule.domain_name()}, {"other", other}});
}

absl::Status BeforeWrite(const Change& change) {
  if (!change.creating()) return absl::OkStatus();
  const RuleAssociation& association = After<RuleAssociation>(change);
  NAVE_RETURN_IF_ERROR(RequireSameAccount(association.name(), "vpc", association.vpc()));
  NAVE_ASSIGN_OR_RETURN(Rule rule, ReadResource<Rule>(change.transaction, association.rule()));
  NAVE_ASSIGN_OR_RETURN(Consent consent, RuleConsent(change, rule, AccountOf(association.vpc())));
  return CheckUnique(change, rule);
}

absl::Status WriteLedgers(const Change& change, const Rule& rule) {
  const RuleAssociation& association = After<RuleAssociation>(change);
  const std::string account = AccountOf(association.vpc());
  NAVE_ASSIGN_OR_RETURN(auto known, FindAccountRow(change.transaction, account, rule.name()));
  if (!known.has_value()) {
    dns::v1::AccountLedgerRow row;
    row.set_account(account);
    row.set_resource(rule.name());
    row.set_domain_name(rule.domain_name());
    row.set_how(MakerOf(change.actor));
    *row.mutable_since() = association.metadata().create_time();
    PutAccountRow(change.transaction, row);
  }
  dns::v1::VpcLedgerRow row;
  row.set_resource(rule.name());
  row.set_vpc(association.vpc());
  row.set_resource_account(AccountOf(rule.name()));
  row.set_vpc_account(account);
  row.set_domain_name(rule.domain_name());
  row.set_association(association.name());
  NAVE_ASSIGN_OR_RETURN(*row.mutable_resource_consent(), RuleConsent(change, rule, account));
  NAVE_ASSIGN_OR_RETURN(auto vpc_consent, OwnConsent(change.transaction, change.actor, account));
  if (!vpc_consent.has_value()) {
    return Error(api::v1::CONSENT_MISSING, absl::StrCat("no leave to act for '", account, "'"),
                 {{"account", account}});
  }
  *row.mutable_vpc_consent() = *vpc_consent;
  row.set_product(change.actor.product);
  row.set_state(dns::v1::ZoneAssociation::ASSOCIATED);
  *row.mutable_since() = association.metadata().create_time();
  PutVpcRow(change.transaction, row);
  return absl::OkStatus();
}

absl::Status AfterWrite(const Change& change) {
  if (!change.creating()) return absl::OkStatus();
  const RuleAssociation& association = After<RuleAssociation>(change);
  NAVE_ASSIGN_OR_RETURN(Rule rule, ReadResource<Rule>(change.transaction, association.rule()));
  change.transaction.Put(store::Table::kIndexes,
                         VpcIndexKey(kVpcRuleIndex, association.vpc(), rule.domain_name()),
                         association.name());
  NAVE_RETURN_IF_ERROR(WriteLedgers(change, rule));
  return CheckLoops(change.transaction, {association.vpc()}, rule.domain_name());
}

// The account's row goes with its last association of the rule.
absl::Status DeleteRowIfLast(store::Transaction& transaction, const std::string& account,
                             const std::string& rule) {
  const std::string prefix = absl::StrCat(rule, std::string(1, '\0'), account, "/");
  NAVE_ASSIGN_OR_RETURN(auto rows,
                        store::ScanPrefix(transaction, store::Table::kLedgerVpc, prefix, 1));
  if (!rows.empty()) return absl::OkStatus();
  NAVE_ASSIGN_OR_RETURN(auto row, FindAccountRow(transaction, account, rule));
  // The owner's own rule has no other row in the account ledger, so that this one is always of use
  // alone.
  if (row.has_value()) DeleteAccountRow(transaction, *row);
  return absl::OkStatus();
}

absl::Status AfterDelete(const Change& change) {
  const RuleAssociation& association = Before<RuleAssociation>(change);
  NAVE_ASSIGN_OR_RETURN(auto row,
                        FindVpcRow(change.transaction, association.rule(), association.vpc()));
  if (!row.has_value()) return absl::DataLossError("a rule association without its ledger row");
  change.transaction.Delete(store::Table::kIndexes,
                            VpcIndexKey(kVpcRuleIndex, association.vpc(), row->domain_name()));
  DeleteVpcRow(change.transaction, *row);
  NAVE_RETURN_IF_ERROR(
      DeleteRowIfLast(change.transaction, AccountOf(association.vpc()), association.rule()));
  // A wider rule decides now.
  return CheckLoops(change.transaction, {association.vpc()}, row->domain_name());
}

}  // namespace

Hooks RuleAssociationHooks() { return {BeforeWrite, AfterWrite, nullptr, AfterDelete}; }

}  // namespace nave::catalog
