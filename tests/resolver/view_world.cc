#include "tests/resolver/view_world.h"

#include <gtest/gtest.h>

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/dns/rdata.h"
#include "tests/resolver/resolver_testing.h"

namespace nave::resolver {
namespace {

constexpr char kSoa[] = ". 60 IN SOA ns. root. 1 2 3 4 60";
constexpr int kMaxQuestions = 40;

// What a server with `records` says.
dns::Message Serve(const dns::Question& question, const std::vector<std::string>& records) {
  dns::Message reply =
      dns::MakeReply(dns::MakeQuery(1, question.name, question.type), dns::Rcode::kNoError);
  const std::vector<dns::RRset> rrsets = ParseRecords(records);
  dns::Name name = question.name;
  for (int i = 0; i < 16; ++i) {
    const dns::RRset* cname = nullptr;
    bool exists = false;
    for (const dns::RRset& rrset : rrsets) {
      exists |= rrset.owner.IsSubdomainOf(name);
      if (rrset.owner != name) continue;
      if (rrset.type == dns::RRType::kCname) cname = &rrset;
      if (rrset.type != question.type) continue;
      for (const auto& record : rrset.ToRecords()) reply.answers.push_back(record);
      return reply;
    }
    if (cname == nullptr) {
      if (!exists) reply.header.rcode = dns::Rcode::kNxDomain;
      // A server leaves the end of a chain open where it knows no more.
      if (!exists && i > 0) {
        reply.header.rcode = dns::Rcode::kNoError;
        return reply;
      }
      reply.authorities = ParseRecords({kSoa})[0].ToRecords();
      return reply;
    }
    for (const auto& record : cname->ToRecords()) reply.answers.push_back(record);
    name = *dns::RdataTarget(dns::RRType::kCname, cname->rdatas.front());
  }
  return reply;
}

}  // namespace

ViewWorld& ViewWorld::Zone(const std::string& apex, const Records& records, bool fallback) {
  v1::Zone* zone = state_.add_zones();
  zone->set_name(absl::StrCat("zone ", apex));
  zone->set_apex(apex);
  zone->set_fallback_on_nxdomain(fallback);
  for (const dns::RRset& rrset : ParseRecords(records)) {
    v1::RRset* added = zone->add_rrsets();
    added->set_owner(rrset.owner.ToText());
    added->set_type(dns::RRTypeToText(rrset.type));
    added->set_ttl(rrset.ttl);
    for (const absl::string_view rdata : rrset.rdatas) {
      added->add_rdata(dns::RdataToText(rrset.type, rdata));
    }
  }
  return *this;
}

v1::Rule* ViewWorld::AddRule(const std::string& domain, v1::Rule::Kind kind,
                             const std::string& word) {
  v1::Rule* rule = state_.add_rules();
  rule->set_name(absl::StrCat(word, " ", domain));
  rule->set_domain_name(domain);
  rule->set_kind(kind);
  return rule;
}

ViewWorld& ViewWorld::Forward(const std::string& domain, const std::string& target) {
  AddRule(domain, v1::Rule::FORWARD, "forward")->add_targets()->set_address(target);
  return *this;
}

ViewWorld& ViewWorld::System(const std::string& domain) {
  AddRule(domain, v1::Rule::SYSTEM, "system");
  return *this;
}

ViewWorld& ViewWorld::Recursive(const std::string& domain) {
  AddRule(domain, v1::Rule::RECURSIVE, "recursive");
  return *this;
}

ViewWorld& ViewWorld::Resolver(const std::string& address) {
  if (state_.views().empty()) state_.add_views();
  state_.mutable_views(0)->add_recursive_resolvers(absl::StrCat(address, ":53"));
  return *this;
}

ViewWorld& ViewWorld::Target(const std::string& address, const Records& records) {
  targets_[address] = records;
  return *this;
}

std::shared_ptr<const Reply> ViewWorld::AskTarget(const Walk& walk) {
  const dns::Question question = walk.question();
  const net::Endpoint& endpoint = walk.group()->targets.at(0).endpoint;
  const std::string address = endpoint.address.ToString();
  asked_.push_back(
      absl::StrCat(address, " ", question.name.ToText(), " ", dns::RRTypeToText(question.type)));
  auto found = targets_.find(address);
  if (found == targets_.end()) {
    return std::make_shared<const Reply>(
        MakeFailure(absl::StrCat(address, " does not answer"), 1, absl::UnixEpoch()));
  }
  return MakeTestReply(question, Serve(question, found->second), endpoint);
}

std::string ViewWorld::Ask(const std::string& qname, const std::string& qtype, bool rd) {
  v1::Snapshot state = state_;
  if (state.views().empty()) state.add_views();
  v1::View* view = state.mutable_views(0);
  view->set_name("v");
  for (const v1::Zone& zone : state.zones()) view->add_zones(zone.name());
  for (const v1::Rule& rule : state.rules()) view->add_rules(rule.name());
  v1::Listener* listener = state.add_listeners();
  listener->set_address("192.0.2.250:53");
  listener->add_views("v");
  const std::shared_ptr<const Snapshot> snapshot = Compile(*StateFromSnapshot(state));
  const View& compiled = *snapshot->FindView("v");
  asked_.clear();
  Cache cache;
  Walk walk(MakeTestQuery(qname, *dns::RRTypeFromText(qtype), rd), nullptr);
  Walk::State step = walk.Start(*snapshot, compiled, &cache, absl::UnixEpoch());
  while (step == Walk::State::kAsk && asked_.size() < kMaxQuestions) {
    std::shared_ptr<const Reply> reply = AskTarget(walk);
    cache.Insert(walk.cache_key(), reply);
    step = walk.Resume(*snapshot, compiled, &cache, absl::UnixEpoch(), std::move(reply));
  }
  EXPECT_EQ(step, Walk::State::kDone) << qname;
  const Answer& answer = walk.answer();
  errors_.clear();
  soas_.clear();
  for (const dns::ExtendedError& error : answer.errors) {
    errors_.push_back(absl::StrCat(dns::ExtendedErrorName(error.code), ": ", error.text));
  }
  for (const AnswerRRset& rrset : answer.authorities) {
    if (rrset.type == dns::RRType::kSoa) soas_.push_back(rrset.owner.ToText());
  }
  std::string text =
      absl::StrCat(dns::RcodeToText(answer.rcode), answer.authoritative ? " AA" : "");
  for (const AnswerRRset& rrset : answer.answers) {
    for (const std::string& record : Texts(AnswerSection{rrset})) {
      absl::StrAppend(&text, " | ", record);
    }
  }
  return text;
}

}  // namespace nave::resolver
