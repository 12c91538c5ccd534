// Random small organizations, changed at random: a change is refused as a loop exactly when the
// naive model says that some query would come back (product.md section 5). As the model looks from
// every node, this also shows that no loop stands anywhere that a later change could run into.
#include <gtest/gtest.h>

#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/catalog/governance/loop_model.h"
#include "tests/catalog/governance/world.h"

namespace nave::testing {
namespace {

constexpr int kVpcs = 4;
constexpr int kNameServers = 2;
constexpr int kChanges = 150;
const std::vector<std::string> kDomains = {".", "a.", "b.a.", "c.b.a.", "d."};

// The domains stand for themselves, `x` for every name below that nothing names.
std::vector<std::string> NamesToTry() {
  std::vector<std::string> names;
  for (const std::string& domain : kDomains) {
    names.push_back(domain);
    names.push_back(domain == "." ? "x." : "x." + domain);
  }
  return names;
}

class RandomOrganization {
 public:
  explicit RandomOrganization(uint32_t seed) : random_(seed) {
    Must("create Organization name: 'organization'");
    Must("create Account name: 'accounts/h'");
    for (int i = 0; i < kVpcs; ++i) {
      Must(absl::StrCat("create Vpc name: '", Vpc(i), "' resolver_addresses: '", At(i, 2), "'"));
      Must(absl::StrCat("create Endpoint name: '", Endpoint(i), "' direction: INBOUND vpc: '",
                        Vpc(i), "' addresses: '", At(i, 10), "'"));
      model_.vpcs[Vpc(i)].addresses = {At(i, 2)};
      model_.endpoints[Endpoint(i)] = {Vpc(i), {At(i, 10)}};
    }
    for (int i = 0; i < kNameServers; ++i) {
      Must(absl::StrCat("create NameServer name: '", Server(i), "' addresses: '", At(90 + i, 1),
                        "'"));
      model_.name_servers[Server(i)].addresses = {At(90 + i, 1)};
    }
    for (size_t i = 1; i < kDomains.size(); ++i) {
      Must(absl::StrCat("create Zone name: '", Zone(i), "' domain_name: '", kDomains[i], "'"));
    }
  }

  // One change, beside the model.
  void Step() {
    switch (Pick(9)) {
      case 0:
      case 1:
      case 2:
        return Associate();
      case 3:
        return ChangeRule();
      case 4:
        return Dissociate();
      case 5:
        return ChangeZone();
      case 6:
        return ChangeAddresses();
      case 7:
        return ChangeRecursive();
      default:
        return ChangeNameServer();
    }
  }

  int refused() const { return refused_; }
  int accepted() const { return accepted_; }

 private:
  static std::string Vpc(int i) { return absl::StrCat("accounts/h/vpcs/v", i); }
  static std::string Endpoint(int i) { return absl::StrCat("accounts/h/endpoints/in", i); }
  static std::string Server(int i) { return absl::StrCat("accounts/h/nameServers/n", i); }
  static std::string Zone(size_t i) { return absl::StrCat("accounts/h/zones/z", i); }
  static std::string At(int i, int host) { return absl::StrCat("10.0.", i, ".", host, ":53"); }
  // Below one VPC there is one association for a domain.
  static std::string Association(int vpc, size_t domain) {
    return absl::StrCat("v", vpc, "-d", domain);
  }

  size_t Pick(size_t bound) { return random_() % bound; }

  void Must(const std::string& line) {
    const absl::Status status = world_.Run(line);
    ASSERT_TRUE(status.ok()) << line << ": " << status;
  }

  // Does the change; the model as it would be says whether it may succeed.
  void Try(const std::string& line, const LoopModel& changed) {
    const bool loop = changed.HasLoop(NamesToTry());
    const absl::Status status = world_.Run(line);
    ++(loop ? refused_ : accepted_);
    log_.push_back(line);
    if (loop) {
      EXPECT_EQ(catalog::ReasonOf(status), api::v1::RULE_LOOP) << status << "\n"
                                                               << absl::StrJoin(log_, "\n");
      log_.back() += "  # refused";
    } else {
      EXPECT_TRUE(status.ok()) << status << "\n" << absl::StrJoin(log_, "\n");
    }
    if (status.ok()) model_ = changed;
  }

  // An endpoint, an address of a VPC or a name server, or one that is nobody's.
  std::string RandomTarget() {
    switch (Pick(7)) {
      case 0:
      case 1:
        return Endpoint(Pick(kVpcs));
      case 2:
      case 3:
        return At(Pick(kVpcs), Pick(2) == 0 ? 2 : 77);
      case 4:
      case 5:
        return At(90 + Pick(kNameServers), 1);
      default:
        return At(80, 1);
    }
  }

  static std::string TargetText(const std::string& target) {
    if (target.find('/') != std::string::npos)
      return absl::StrCat(" targets { inbound_endpoint: '", target, "' }");
    return absl::StrCat(" targets { address: '", target.substr(0, target.find(':')), "' }");
  }

  void Associate() {
    const int vpc = Pick(kVpcs);
    const size_t domain = Pick(kDomains.size());
    LoopModel changed = model_;
    if (changed.vpcs[Vpc(vpc)].rules.count(kDomains[domain]) > 0) return;
    LoopModel::Rule rule;
    rule.kind = Pick(3) == 0 ? "SYSTEM" : Pick(5) == 0 ? "RECURSIVE" : "FORWARD";
    const std::string name = absl::StrCat("accounts/h/rules/r", rules_++);
    std::string text = absl::StrCat("create Rule name: '", name, "' domain_name: '",
                                    kDomains[domain], "' kind: ", rule.kind);
    for (size_t i = 0; rule.kind == "FORWARD" && i < 1 + Pick(2); ++i) {
      rule.targets.push_back(RandomTarget());
      absl::StrAppend(&text, TargetText(rule.targets.back()));
    }
    Must(text);
    model_.rules[name] = rule;
    changed.rules[name] = rule;
    changed.vpcs[Vpc(vpc)].rules[kDomains[domain]] = name;
    Try(absl::StrCat("create RuleAssociation name: 'accounts/h/ruleAssociations/",
                     Association(vpc, domain), "' rule: '", name, "' vpc: '", Vpc(vpc), "'"),
        changed);
  }

  void Dissociate() {
    const int vpc = Pick(kVpcs);
    const size_t domain = Pick(kDomains.size());
    LoopModel changed = model_;
    if (changed.vpcs[Vpc(vpc)].rules.erase(kDomains[domain]) == 0) return;
    Try("delete accounts/h/ruleAssociations/" + Association(vpc, domain), changed);
  }

  void ChangeRule() {
    if (model_.rules.empty()) return;
    LoopModel changed = model_;
    auto place = std::next(changed.rules.begin(), Pick(changed.rules.size()));
    LoopModel::Rule& rule = place->second;
    if (rule.kind != "FORWARD" || Pick(2) == 0) {
      rule.disabled = !rule.disabled;
      return Try(absl::StrCat("update Rule(disabled) name: '", place->first,
                              "' disabled: ", rule.disabled ? "true" : "false"),
                 changed);
    }
    rule.targets = {RandomTarget()};
    Try(absl::StrCat("update Rule(targets) name: '", place->first, "'",
                     TargetText(rule.targets[0])),
        changed);
  }

  void ChangeZone() {
    const int vpc = Pick(kVpcs);
    const size_t domain = 1 + Pick(kDomains.size() - 1);
    LoopModel changed = model_;
    if (Pick(3) == 0) {
      const bool on = changed.fallback_zones.insert(kDomains[domain]).second;
      if (!on) changed.fallback_zones.erase(kDomains[domain]);
      return Try(absl::StrCat("update Zone(fallback_on_nxdomain) name: '", Zone(domain),
                              "' fallback_on_nxdomain: ", on ? "true" : "false"),
                 changed);
    }
    const std::string association = absl::StrCat(Zone(domain), "/associations/v", vpc);
    if (changed.vpcs[Vpc(vpc)].zones.erase(kDomains[domain]) > 0) {
      return Try("delete " + association, changed);
    }
    changed.vpcs[Vpc(vpc)].zones.insert(kDomains[domain]);
    Try(absl::StrCat("create ZoneAssociation name: '", association, "' vpc: '", Vpc(vpc), "'"),
        changed);
  }

  void ChangeAddresses() {
    const int vpc = Pick(kVpcs);
    LoopModel changed = model_;
    const bool more = Pick(2) == 0;
    const std::string extra = absl::StrCat(" '", At(vpc, 2), more ? "', '" + At(vpc, 77) : "", "'");
    if (Pick(2) == 0) {
      changed.vpcs[Vpc(vpc)].addresses = {At(vpc, 2)};
      if (more) changed.vpcs[Vpc(vpc)].addresses.insert(At(vpc, 77));
      return Try(absl::StrCat("update Vpc(resolver_addresses) name: '", Vpc(vpc),
                              "' resolver_addresses: [", extra, "]"),
                 changed);
    }
    changed.endpoints[Endpoint(vpc)].addresses = {At(vpc, more ? 77 : 10)};
    Try(absl::StrCat("update Endpoint(addresses) name: '", Endpoint(vpc), "' addresses: '",
                     At(vpc, more ? 77 : 10), "'"),
        changed);
  }

  void ChangeRecursive() {
    const int vpc = Pick(kVpcs);
    LoopModel changed = model_;
    std::string target = RandomTarget();
    if (target.find('/') != std::string::npos) target = At(Pick(kVpcs), 10);
    changed.vpcs[Vpc(vpc)].recursive = {target};
    Try(absl::StrCat("update Vpc(recursive_resolvers) name: '", Vpc(vpc),
                     "' recursive_resolvers: '", target, "'"),
        changed);
  }

  void ChangeNameServer() {
    const std::string server = Server(Pick(kNameServers));
    LoopModel changed = model_;
    auto& forwards = changed.name_servers[server].forwards;
    const std::string& domain = kDomains[Pick(kDomains.size())];
    if (forwards.erase(domain) == 0) forwards[domain] = {RandomTarget()};
    std::string text = absl::StrCat("update NameServer(forwards) name: '", server, "'");
    for (const auto& [suffix, targets] : forwards) {
      const char* field =
          targets[0].find('/') == std::string::npos ? "addresses" : "inbound_endpoint";
      absl::StrAppend(&text, " forwards { domain_name: '", suffix, "' ", field, ": '", targets[0],
                      "' }");
    }
    Try(text, changed);
  }

  std::mt19937 random_;
  World world_;
  LoopModel model_;
  std::vector<std::string> log_;
  int rules_ = 0;
  int refused_ = 0;
  int accepted_ = 0;
};

TEST(LoopPropertyTest, ChangesAreRefusedExactlyWhenAQueryWouldComeBack) {
  int refused = 0;
  int accepted = 0;
  for (uint32_t seed = 1; seed <= 8 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    RandomOrganization organization(seed);
    for (int i = 0; i < kChanges && !::testing::Test::HasFailure(); ++i) organization.Step();
    refused += organization.refused();
    accepted += organization.accepted();
  }
  // Both happen often, else the test shows nothing.
  EXPECT_GT(refused, 40);
  EXPECT_GT(accepted, 200);
}

}  // namespace
}  // namespace nave::testing
