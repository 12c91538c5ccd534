// `nave explain`: the walk of a resolver, step by step.
#include <memory>

#include "absl/strings/str_cat.h"
#include "cli/calls.h"
#include "cli/command.h"
#include "cli/errors.h"
#include "cli/explain_text.h"
#include "lib/dns/type.h"
#include "nave/dns/v1/explain.pb.h"

namespace nave::cli {
namespace {

using resolver::v1::Explanation;

struct ExplainFlags {
  std::string qname;
  std::string qtype = "A";
  std::string vpc;
  std::string account;
  bool no_recursion = false;
  bool dnssec_ok = false;
  bool checking_disabled = false;
};

absl::StatusOr<dns::v1::ExplainRequest> RequestOf(const ExplainFlags& flags) {
  dns::v1::ExplainRequest request;
  NAVE_ASSIGN_OR_RETURN(
      *request.mutable_vpc(),
      NameArgument("accounts/{account}/vpcs/{vpc}", flags.vpc, AccountParent(flags.account)));
  NAVE_ASSIGN_OR_RETURN(const dns::Name qname, DomainNameArgument("name", flags.qname));
  const auto qtype = dns::RRTypeFromText(flags.qtype);
  if (!qtype.has_value()) {
    return UsageError(absl::StrCat("'", flags.qtype, "' is no type; write A, AAAA or TXT"));
  }
  request.set_qname(qname.ToText());
  request.set_qtype(dns::RRTypeToText(*qtype));
  request.set_no_recursion(flags.no_recursion);
  request.set_dnssec_ok(flags.dnssec_ok);
  request.set_checking_disabled(flags.checking_disabled);
  return request;
}

absl::Status RunExplain(Session& session, const ExplainFlags& flags) {
  NAVE_ASSIGN_OR_RETURN(dns::v1::ExplainRequest request, RequestOf(flags));
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  Explanation explanation;
  NAVE_RETURN_IF_ERROR(
      control_plane->Call("nave.dns.v1.ExplainService/Explain", request, &explanation));
  if (session.output().form() == Form::kTable) {
    session.output().Text(ExplanationText(explanation));
  } else {
    session.output().Print(explanation, {});
  }
  return absl::OkStatus();
}

}  // namespace

void AddExplain(CLI::App& root, Chosen& chosen) {
  auto flags = std::make_shared<ExplainFlags>();
  CLI::App* explain =
      AddCommand(root, chosen, "explain", "Why a name answers in a VPC as it does",
                 "nave explain www.corp.example.com --vpc accounts/spoke1/vpcs/main\n"
                 "nave explain app.spoke2.cloud.example.com AAAA --account spoke1 --vpc main",
                 [flags](Session& session) { return RunExplain(session, *flags); });
  explain->add_option("NAME", flags->qname, "The name to resolve; absolute")->required();
  explain->add_option("TYPE", flags->qtype, "The type")->capture_default_str();
  explain->add_option("--vpc", flags->vpc, "The VPC whose view answers")->required();
  explain->add_option("--account", flags->account, "The account of a VPC that is given by its id");
  explain->add_flag("--norecurse", flags->no_recursion, "As a client that sends RD=0");
  explain->add_flag("--dnssec", flags->dnssec_ok, "As a client that sends DO=1");
  explain->add_flag("--cd", flags->checking_disabled, "As a client that sends CD=1");
}

}  // namespace nave::cli
