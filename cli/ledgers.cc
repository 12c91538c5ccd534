// `nave ledger account|vpc`: what each account has, and where it answers by whose consent.
#include <memory>

#include "absl/strings/str_cat.h"
#include "cli/calls.h"
#include "cli/command.h"
#include "cli/errors.h"
#include "nave/dns/v1/ledger.pb.h"

namespace nave::cli {
namespace {

using dns::v1::AccountLedgerRow;
using dns::v1::ListLedgerRequest;
using dns::v1::VpcLedgerRow;

struct LedgerFlags {
  std::string account;
  std::string vpc;
  std::string resource;
  std::string domain;
  int64_t at_revision = 0;
};

absl::StatusOr<ListLedgerRequest> RequestOf(const LedgerFlags& flags) {
  ListLedgerRequest request;
  if (!flags.account.empty()) {
    NAVE_ASSIGN_OR_RETURN(*request.mutable_account(),
                          NameArgument("accounts/{account}", flags.account));
  }
  if (!flags.vpc.empty()) {
    NAVE_ASSIGN_OR_RETURN(
        *request.mutable_vpc(),
        NameArgument("accounts/{account}/vpcs/{vpc}", flags.vpc, AccountParent(flags.account)));
  }
  if (!flags.domain.empty()) {
    NAVE_ASSIGN_OR_RETURN(const dns::Name name, DomainNameArgument("--domain", flags.domain));
    request.set_domain_name(name.ToKey());
  }
  if (flags.at_revision < 0) return UsageError("--at must be a revision above 0");
  request.set_resource(flags.resource);
  request.set_at_revision(flags.at_revision);
  return request;
}

absl::Status RunAccount(Session& session, const LedgerFlags& flags) {
  NAVE_ASSIGN_OR_RETURN(ListLedgerRequest request, RequestOf(flags));
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  NAVE_ASSIGN_OR_RETURN(std::vector<AccountLedgerRow> rows,
                        ListAll(*control_plane, "nave.dns.v1.LedgerService/ListAccountLedger",
                                request, &dns::v1::ListAccountLedgerResponse::rows));
  Table table{{"ACCOUNT", "DOMAIN NAME", "RESOURCE", "HOW", "SINCE"}, {}};
  for (const AccountLedgerRow& row : rows) {
    table.rows.push_back(
        {row.account(), row.domain_name(), row.resource(), row.how(), TimeText(row.since())});
  }
  session.output().PrintAll(PointersTo(rows), table);
  return absl::OkStatus();
}

// Who said yes, and by what.
std::string ConsentText(const dns::v1::Consent& consent) {
  if (consent.via() == dns::v1::Consent::VIA_UNSPECIFIED) return "";
  std::string text =
      absl::StrCat(consent.principal(), " by ", dns::v1::Consent::Via_Name(consent.via()));
  if (!consent.resource().empty()) absl::StrAppend(&text, " ", consent.resource());
  return text;
}

absl::Status RunVpc(Session& session, const LedgerFlags& flags) {
  NAVE_ASSIGN_OR_RETURN(ListLedgerRequest request, RequestOf(flags));
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  NAVE_ASSIGN_OR_RETURN(std::vector<VpcLedgerRow> rows,
                        ListAll(*control_plane, "nave.dns.v1.LedgerService/ListVpcLedger", request,
                                &dns::v1::ListVpcLedgerResponse::rows));
  Table table{{"DOMAIN NAME", "RESOURCE", "VPC", "STATE", "OWNER'S CONSENT", "VPC'S CONSENT",
               "PRODUCT", "SINCE"},
              {}};
  for (const VpcLedgerRow& row : rows) {
    table.rows.push_back({row.domain_name(), row.resource(), row.vpc(),
                          dns::v1::ZoneAssociation::State_Name(row.state()),
                          ConsentText(row.resource_consent()), ConsentText(row.vpc_consent()),
                          row.product(), TimeText(row.since())});
  }
  session.output().PrintAll(PointersTo(rows), table);
  return absl::OkStatus();
}

void AddFlags(CLI::App& command, LedgerFlags& flags) {
  command.add_option("--account", flags.account, "Only rows in which this account has a part");
  command.add_option("--vpc", flags.vpc, "Only rows of this VPC");
  command.add_option("--resource", flags.resource, "Only rows of this zone or rule");
  command.add_option("--domain", flags.domain, "Only rows at or below this domain name");
  command.add_option("--at", flags.at_revision, "As it stood at this revision");
}

}  // namespace

void AddLedgers(CLI::App& root, Chosen& chosen) {
  CLI::App* group = AddCommand(root, chosen, "ledger", "Who has what, where it answers, and why");
  auto account = std::make_shared<LedgerFlags>();
  CLI::App* by_account =
      AddCommand(*group, chosen, "account", "The zones and domain names of each account",
                 "nave ledger account\nnave ledger account --account spoke1 --domain example.com",
                 [account](Session& session) { return RunAccount(session, *account); });
  AddFlags(*by_account, *account);
  auto vpc = std::make_shared<LedgerFlags>();
  CLI::App* by_vpc = AddCommand(*group, chosen, "vpc",
                                "The VPCs on which each zone and rule acts, by whose consent",
                                "nave ledger vpc --resource accounts/hub/zones/cloud\n"
                                "nave ledger vpc --vpc accounts/spoke1/vpcs/main --at 184",
                                [vpc](Session& session) { return RunVpc(session, *vpc); });
  AddFlags(*by_vpc, *vpc);
}

}  // namespace nave::cli
