// `nave cache`: what resolvers keep of replies.
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/calls.h"
#include "cli/command.h"
#include "cli/errors.h"
#include "nave/dns/v1/cache.pb.h"

namespace nave::cli {
namespace {

using dns::v1::FlushCacheRequest;
using dns::v1::FlushCacheResponse;
using dns::v1::ListCacheUseRequest;
using dns::v1::ListCacheUseResponse;

struct CacheFlags {
  std::string vpc;
  std::string account;
  std::string rule;
  std::string name;
  std::string suffix;
  bool all = false;
};

// The domain name in ASCII; nothing for no text.
absl::StatusOr<std::string> DomainNameOf(const char* flag, const std::string& text) {
  if (text.empty()) return text;
  NAVE_ASSIGN_OR_RETURN(const dns::Name name, DomainNameArgument(flag, text));
  return name.ToText();
}

absl::StatusOr<std::string> VpcOf(const CacheFlags& flags) {
  if (flags.vpc.empty()) return std::string();
  return NameArgument("accounts/{account}/vpcs/{vpc}", flags.vpc, AccountParent(flags.account));
}

absl::StatusOr<FlushCacheRequest> RequestOf(const CacheFlags& flags) {
  FlushCacheRequest request;
  NAVE_ASSIGN_OR_RETURN(*request.mutable_vpc(), VpcOf(flags));
  if (!flags.rule.empty()) {
    NAVE_ASSIGN_OR_RETURN(
        *request.mutable_rule(),
        NameArgument("accounts/{account}/rules/{rule}", flags.rule, AccountParent(flags.account)));
  }
  NAVE_ASSIGN_OR_RETURN(*request.mutable_name(), DomainNameOf("--name", flags.name));
  NAVE_ASSIGN_OR_RETURN(*request.mutable_suffix(), DomainNameOf("--suffix", flags.suffix));
  request.set_all(flags.all);
  if (!flags.all && flags.rule.empty() && flags.name.empty() && flags.suffix.empty()) {
    return UsageError("say what to forget: --name, --suffix, --rule, or --all");
  }
  return request;
}

// Who did not do it. What the others did stands.
absl::Status StatusOf(const google::protobuf::RepeatedPtrField<dns::v1::NodeError>& errors) {
  if (errors.empty()) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrJoin(errors, "; ", [](std::string* text, const dns::v1::NodeError& error) {
        absl::StrAppend(text, error.node(), ": ", error.error());
      }));
}

absl::Status RunFlush(Session& session, const CacheFlags& flags) {
  NAVE_ASSIGN_OR_RETURN(const FlushCacheRequest request, RequestOf(flags));
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  FlushCacheResponse response;
  NAVE_RETURN_IF_ERROR(
      control_plane->Call("nave.dns.v1.CacheService/FlushCache", request, &response));
  Table table{{"NODE", "FORGOTTEN"}, {}};
  for (const dns::v1::FlushedNode& node : response.nodes()) {
    table.rows.push_back({node.node(), absl::StrCat(node.replies())});
  }
  session.output().Print(response, table);
  return StatusOf(response.errors());
}

std::string ShareText(const resolver::v1::CacheUse& use) {
  const int64_t questions = use.hits() + use.misses();
  if (questions == 0) return "-";
  return absl::StrFormat("%.1f%%",
                         100.0 * static_cast<double>(use.hits()) / static_cast<double>(questions));
}

absl::Status RunList(Session& session, const CacheFlags& flags) {
  ListCacheUseRequest request;
  NAVE_ASSIGN_OR_RETURN(*request.mutable_vpc(), VpcOf(flags));
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  ListCacheUseResponse response;
  NAVE_RETURN_IF_ERROR(
      control_plane->Call("nave.dns.v1.CacheService/ListCacheUse", request, &response));
  Table table{{"RULE", "HIT RATE", "HITS", "STALE", "MISSES", "FAILURES", "REPLIES", "OCTETS"}, {}};
  for (const resolver::v1::CacheUse& use : response.uses()) {
    table.rows.push_back({use.rule().empty() ? "(others)" : use.rule(), ShareText(use),
                          absl::StrCat(use.hits()), absl::StrCat(use.stale_hits()),
                          absl::StrCat(use.misses()), absl::StrCat(use.failures()),
                          absl::StrCat(use.replies()), absl::StrCat(use.octets())});
  }
  session.output().Print(response, table);
  return StatusOf(response.errors());
}

void AddVpcFlags(CLI::App* command, CacheFlags* flags) {
  command->add_option("--vpc", flags->vpc, "Of this VPC alone; without it, of all of them");
  command->add_option("--account", flags->account, "The account of what is given by its id alone");
}

}  // namespace

void AddCache(CLI::App& root, Chosen& chosen) {
  CLI::App* group = AddCommand(root, chosen, "cache", "What resolvers keep of replies");
  auto flags = std::make_shared<CacheFlags>();
  CLI::App* flush = AddCommand(
      *group, chosen, "flush", "Makes resolvers forget replies, so that targets are asked again",
      "nave cache flush --name www.corp.example.com\n"
      "nave cache flush --suffix corp.example.com --vpc accounts/spoke1/vpcs/main\n"
      "nave cache flush --rule accounts/hub/rules/corp\n"
      "nave cache flush --all",
      [flags](Session& session) { return RunFlush(session, *flags); });
  flush->add_option("--name", flags->name, "Replies about this name");
  flush->add_option("--suffix", flags->suffix, "Replies about this name and all below it");
  flush->add_option("--rule", flags->rule, "Replies of the targets of this FORWARD rule");
  flush->add_flag("--all", flags->all, "All replies");
  AddVpcFlags(flush, flags.get());
  CLI::App* list = AddCommand(*group, chosen, "list", "How the caches are used, by rule",
                              "nave cache list\n"
                              "nave cache list --vpc accounts/spoke1/vpcs/main -o json",
                              [flags](Session& session) { return RunList(session, *flags); });
  AddVpcFlags(list, flags.get());
}

}  // namespace nave::cli
