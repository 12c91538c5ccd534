#include "tests/resolver/isolation/model.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace nave::resolver::isolation {
namespace {

constexpr int kFirstOctet = 30, kOctets = 6, kThirds = 3, kHosts = 2;

template <typename T>
const T& Pick(const std::vector<T>& all, Dice* dice) {
  return all[dice->Roll(static_cast<int>(all.size()))];
}

std::string ViewName(int view) { return absl::StrFormat("accounts/mark-v%03d/vpcs/main", view); }
std::string ZoneName(const std::string& mark, const std::string& apex) {
  return absl::StrCat("accounts/", mark, "/zones/", apex);
}
std::string RuleName(const std::string& mark, const std::string& domain) {
  return absl::StrCat("accounts/", mark, "/rules/", domain);
}

// A shared zone has one apex for all views, as any zone has.
std::string SharedZoneMark(const std::string& apex, Dice* dice) {
  const auto& apexes = Apexes();
  const int at = static_cast<int>(std::find(apexes.begin(), apexes.end(), apex) - apexes.begin());
  const int of_apex = kSharedZones / static_cast<int>(apexes.size());
  return absl::StrFormat("mark-z%03d", at * of_apex + dice->Roll(of_apex));
}

std::string SomeZoneMark(int view, const std::string& apex, Dice* dice) {
  if (dice->OneIn(3)) return SharedZoneMark(apex, dice);
  return absl::StrFormat("mark-d%03d", view);
}

RuleModel SomeRule(int view, Dice* dice) {
  RuleModel rule;
  if (dice->OneIn(4)) {
    const int number = dice->Roll(kSharedRules);
    rule.mark = absl::StrFormat("mark-r%03d", number);
    rule.server = number % kServers;
    return rule;
  }
  rule.mark = absl::StrFormat("mark-v%03d", view);
  rule.server = dice->Roll(kServers);
  if (dice->OneIn(2)) rule.egress = view;
  return rule;
}

ViewModel SomeView(int number, Dice* dice) {
  ViewModel view;
  for (const std::string& apex : Apexes()) {
    if (!dice->OneIn(3)) view.zones[apex] = SomeZoneMark(number, apex, dice);
  }
  for (const std::string& domain : RuleDomains()) {
    if (!dice->OneIn(3)) view.rules[domain] = SomeRule(number, dice);
  }
  if (dice->OneIn(3)) view.recursive = dice->Roll(kServers);
  return view;
}

void GiveNetworks(World* world, int view, Dice* dice) {
  for (int i = 1 + dice->Roll(3); i > 0; --i) world->networks[Pick(AllNetworks(), dice)] = view;
}

void RemoveView(World* world, int view) {
  world->views[view] = nullptr;
  for (auto at = world->networks.begin(); at != world->networks.end();) {
    at = at->second == view ? world->networks.erase(at) : std::next(at);
  }
}

template <typename Map, typename Make>
void Toggle(Map* map, const std::string& key, const Make& make) {
  if (map->erase(key) == 0) (*map)[key] = make();
}

// A view gets or loses a zone, a rule, its recursive resolvers; or a rule moves to another target.
void ChangeView(World* world, int number, Dice* dice) {
  if (world->views[number] == nullptr) return;
  ViewModel view = *world->views[number];
  // One that was emptied gets something again.
  if (view.zones.empty() && view.rules.empty()) view = SomeView(number, dice);
  const std::string& apex = Pick(Apexes(), dice);
  const std::string& domain = Pick(RuleDomains(), dice);
  switch (dice->Roll(6)) {
    case 0:
      Toggle(&view.zones, apex, [&] { return SomeZoneMark(number, apex, dice); });
      break;
    case 1:
      Toggle(&view.rules, domain, [&] { return SomeRule(number, dice); });
      break;
    case 2:
    case 3:
      if (view.rules.count(domain) > 0) view.rules[domain] = SomeRule(number, dice);
      break;
    case 4:
      view.recursive.reset();
      if (dice->OneIn(2)) view.recursive = dice->Roll(kServers);
      break;
    default:
      if (dice->OneIn(3)) view = ViewModel();
  }
  world->views[number] = std::make_shared<const ViewModel>(std::move(view));
}

v1::Zone BuildZone(const std::string& mark, const std::string& apex) {
  v1::Zone zone;
  zone.set_name(ZoneName(mark, apex));
  zone.set_apex(apex);
  const auto add = [&](const std::string& owner, const char* type, const std::string& rdata) {
    v1::RRset* rrset = zone.add_rrsets();
    rrset->set_owner(owner + apex);
    rrset->set_type(type);
    rrset->set_ttl(60);
    rrset->add_rdata(rdata);
  };
  add("", "SOA",
      absl::StrCat("ns.", mark, ".example. root.", mark, ".example. 1 3600 600 86400 60"));
  for (const char* owner : {"www.", "*.wild."}) add(owner, "TXT", absl::StrCat("\"", mark, "\""));
  add("alias.", "CNAME", "hot.fwd.example.");
  add("cross.", "CNAME", "www.two.example.");
  return zone;
}

}  // namespace

uint64_t Dice::Next() {
  // SplitMix64.
  uint64_t z = (state_ += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

bool Network::Holds(uint32_t source) const {
  const uint32_t mask = length == 0 ? 0 : ~uint32_t{0} << (32 - length);
  return (source & mask) == address;
}

std::string Network::ToString() const { return absl::StrCat(Ipv4Text(address), "/", length); }

uint32_t Ipv4(int a, int b, int c, int d) {
  return static_cast<uint32_t>(a) << 24 | static_cast<uint32_t>(b << 16 | c << 8 | d);
}

std::string Ipv4Text(uint32_t address) {
  return absl::StrCat(address >> 24, ".", address >> 16 & 0xff, ".", address >> 8 & 0xff, ".",
                      address & 0xff);
}

const std::vector<std::string>& Apexes() {
  static const auto* const apexes = new std::vector<std::string>{
      "one.example.", "two.example.", "deep.one.example.", "in.fwd.example."};
  return *apexes;
}

const std::vector<std::string>& RuleDomains() {
  static const auto* const domains = new std::vector<std::string>{
      "fwd.example.", "more.fwd.example.", "rule.one.example.", "two.example."};
  return *domains;
}

std::string ListenerAddress(int listener) { return absl::StrCat("127.0.0.", 11 + listener, ":0"); }
uint32_t EgressAddress(int view) { return Ipv4(127, 0, 1, 1 + view); }

const std::vector<Network>& AllNetworks() {
  static const auto* const networks = [] {
    auto* all = new std::vector<Network>{{Ipv4(127, 0, 0, 0), 8}};
    for (int b = kFirstOctet; b < kFirstOctet + kOctets; ++b) {
      all->push_back({Ipv4(127, b, 0, 0), 16});
      for (int c = 0; c < kThirds; ++c) {
        all->push_back({Ipv4(127, b, c, 0), 24});
        for (int d = 1; d <= kHosts; ++d) all->push_back({Ipv4(127, b, c, d), 32});
      }
    }
    return all;
  }();
  return *networks;
}

std::vector<uint32_t> AllSources() {
  std::vector<uint32_t> sources;
  for (int b = kFirstOctet; b <= kFirstOctet + kOctets; ++b) {
    for (int c = 0; c <= kThirds; ++c) {
      for (int d = 1; d <= kHosts + 1; ++d) sources.push_back(Ipv4(127, b, c, d));
    }
  }
  return sources;
}

World FirstWorld(Dice* dice) {
  World world;
  world.generation = 1;
  for (int view = 0; view < kViews; ++view) {
    world.views.push_back(std::make_shared<const ViewModel>(SomeView(view, dice)));
    GiveNetworks(&world, view, dice);
  }
  world.listeners.resize(kListeners);
  for (int view = 0; view < kViews; ++view) {
    // A third of the views is behind both.
    if (view < kViews * 2 / 3) world.listeners[0].insert(view);
    if (view >= kViews / 3) world.listeners[1].insert(view);
  }
  for (int listener = kSharedListeners; listener < kListeners; ++listener) {
    world.listeners[listener].insert(listener);
  }
  return world;
}

World ChangedWorld(const World& world, Dice* dice) {
  World next = world;
  ++next.generation;
  for (int changes = 1 + dice->Roll(3); changes > 0; --changes) {
    const int view = dice->Roll(kViews);
    switch (dice->Roll(6)) {
      case 0:  // A network moves to this view, or is nobody's.
        if (next.views[view] != nullptr) next.networks[Pick(AllNetworks(), dice)] = view;
        if (dice->OneIn(4)) next.networks.erase(Pick(AllNetworks(), dice));
        break;
      case 1:  // A view goes, or comes back under its name.
        if (next.views[view] != nullptr) {
          RemoveView(&next, view);
        } else {
          next.views[view] = std::make_shared<const ViewModel>(SomeView(view, dice));
          GiveNetworks(&next, view, dice);
        }
        break;
      case 2: {  // A listener gets or loses a view.
        std::set<int>& behind = next.listeners[dice->Roll(kListeners)];
        if (behind.erase(view) == 0) behind.insert(view);
        break;
      }
      default:
        ChangeView(&next, view, dice);
    }
  }
  // Views that went come back, so that most are there.
  const int view = dice->Roll(kViews);
  if (next.views[view] == nullptr) {
    next.views[view] = std::make_shared<const ViewModel>(SomeView(view, dice));
    GiveNetworks(&next, view, dice);
  }
  // And networks that are nobody's find an owner; one in eight stays free, as it falls.
  const Network& network = Pick(AllNetworks(), dice);
  const std::set<int>& behind = next.listeners[dice->Roll(kSharedListeners)];
  if (!dice->OneIn(8) && next.networks.count(network) == 0 && behind.count(view) > 0) {
    next.networks[network] = view;
  }
  return next;
}

template <typename Stored, typename Object>
void StateBuilder::Put(const Object& object, const std::string& name,
                       SharedMap<std::shared_ptr<const Stored>>* objects) {
  auto& built = built_[Object::descriptor()->name() + object.SerializeAsString()];
  if (built == nullptr) built = std::make_shared<const Stored>(object);
  (*objects)[name] = std::static_pointer_cast<const Stored>(built);
}

v1::Rule StateBuilder::Rule(const std::string& domain, const RuleModel& rule) const {
  v1::Rule built;
  built.set_name(RuleName(rule.mark, domain));
  built.set_domain_name(domain);
  built.set_kind(v1::Rule::FORWARD);
  built.add_targets()->set_address("127.0.0.1");
  built.mutable_targets(0)->set_port(ports_.at(rule.server));
  if (rule.egress >= 0) built.add_source_addresses(Ipv4Text(EgressAddress(rule.egress)));
  return built;
}

State StateBuilder::Build(const World& world) {
  State state;
  state.revision = world.generation;
  for (int number = 0; number < kViews; ++number) {
    if (world.views[number] == nullptr) continue;
    const ViewModel& model = *world.views[number];
    v1::View view;
    view.set_name(ViewName(number));
    for (const auto& [network, owner] : world.networks) {
      if (owner == number) view.add_networks(network.ToString());
    }
    for (const auto& [apex, mark] : model.zones) {
      view.add_zones(ZoneName(mark, apex));
      Put(BuildZone(mark, apex), ZoneName(mark, apex), &state.zones);
    }
    for (const auto& [domain, rule] : model.rules) {
      view.add_rules(RuleName(rule.mark, domain));
      Put(Rule(domain, rule), RuleName(rule.mark, domain), &state.rules);
    }
    if (model.recursive.has_value()) {
      view.add_recursive_resolvers(absl::StrCat("127.0.0.1:", ports_.at(*model.recursive)));
    }
    Put(view, ViewName(number), &state.views);
  }
  for (int number = 0; number < kListeners; ++number) {
    v1::Listener listener;
    listener.set_address(ListenerAddress(number));
    for (int view : world.listeners[number]) {
      if (world.views[view] != nullptr) listener.add_views(ViewName(view));
    }
    Put(listener, ListenerAddress(number), &state.listeners);
  }
  return state;
}

int ViewOf(const World& world, int listener, uint32_t source) {
  std::vector<int> behind;
  for (int view : world.listeners[listener]) {
    if (world.views[view] != nullptr) behind.push_back(view);
  }
  if (behind.size() == 1) return behind[0];
  int longest = -1, found = -1;
  for (const auto& [network, view] : world.networks) {
    if (std::find(behind.begin(), behind.end(), view) == behind.end()) continue;
    if (!network.Holds(source) || network.length <= longest) continue;
    longest = network.length;
    found = view;
  }
  return found;
}

Decider Decide(const ViewModel& view, const std::string& qname) {
  const std::string dotted = absl::StrCat(".", qname);
  size_t longest = 0;
  Decider decider = view.recursive.has_value() ? Decider::kServer : Decider::kNothing;
  for (const auto& [apex, mark] : view.zones) {
    if (!absl::EndsWith(dotted, "." + apex) || apex.size() <= longest) continue;
    longest = apex.size();
    decider = Decider::kZone;
  }
  for (const auto& [domain, rule] : view.rules) {
    // For the same name a rule beats a zone.
    if (!absl::EndsWith(dotted, "." + domain) || domain.size() < longest) continue;
    longest = domain.size();
    decider = Decider::kServer;
  }
  return decider;
}

std::set<std::string> MarksOf(const World& world, int number) {
  std::set<std::string> marks;
  if (number < 0 || world.views[number] == nullptr) return marks;
  const ViewModel& view = *world.views[number];
  marks.insert(absl::StrFormat("mark-v%03d", number));
  for (const auto& [apex, mark] : view.zones) marks.insert(mark);
  if (view.recursive.has_value()) marks.insert(absl::StrFormat("mark-s%03d", *view.recursive));
  for (const auto& [domain, rule] : view.rules) {
    marks.insert(rule.mark);
    marks.insert(absl::StrFormat("mark-s%03d", rule.server));
    if (rule.egress >= 0) marks.insert(absl::StrFormat("mark-e%03d", rule.egress));
  }
  return marks;
}

}  // namespace nave::resolver::isolation
