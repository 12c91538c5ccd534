// What a resolver should do for each source, told in the simplest way: a model of views that shares
// no code with the resolver, and the state to serve that it stands for (product.md section 6).
//
// Every piece of data carries a mark, a word that says whose it is, and the model says which marks
// a source may see. Values, shared and immutable once made; any thread may read.
#ifndef NAVE_TESTS_RESOLVER_ISOLATION_MODEL_H_
#define NAVE_TESTS_RESOLVER_ISOLATION_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "resolver/state.h"

namespace nave::resolver::isolation {

inline constexpr int kViews = 60;
inline constexpr int kServers = 6;
inline constexpr int kSharedZones = 12;
inline constexpr int kSharedRules = 4;
// Behind the first two listeners are many views; each of the others belongs to one.
inline constexpr int kSharedListeners = 2;
inline constexpr int kListeners = 6;

// Numbers from a seed, the same on every machine.
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed) {}
  uint64_t Next();
  // 0 <= result < sides.
  int Roll(int sides) { return static_cast<int>(Next() % static_cast<uint64_t>(sides)); }
  bool OneIn(int sides) { return Roll(sides) == 0; }

 private:
  uint64_t state_;
};

// An IPv4 network: an address in host order and a length.
struct Network {
  uint32_t address = 0;
  int length = 0;

  bool Holds(uint32_t source) const;
  std::string ToString() const;
  friend bool operator<(const Network& a, const Network& b) {
    return std::pair(a.address, a.length) < std::pair(b.address, b.length);
  }
};

uint32_t Ipv4(int a, int b, int c, int d);
std::string Ipv4Text(uint32_t address);

struct RuleModel {
  std::string mark;
  int server = 0;
  // Asks from an address of its own, which the server's answer repeats as a mark; else -1.
  int egress = -1;
};

struct ViewModel {
  // By apex: the mark of the zone there.
  std::map<std::string, std::string> zones;
  // By domain name.
  std::map<std::string, RuleModel> rules;
  // The server of what nothing else decides.
  std::optional<int> recursive;
};

// The whole at one generation.
struct World {
  int64_t generation = 0;
  // Null: there is no such view.
  std::vector<std::shared_ptr<const ViewModel>> views;
  // No two views have one network.
  std::map<Network, int> networks;
  // The views behind each listener.
  std::vector<std::set<int>> listeners;
};

// Where each server answers.
using ServerPorts = std::vector<uint16_t>;

// The names that are asked, and the apexes and rule domains above them.
const std::vector<std::string>& Apexes();
const std::vector<std::string>& RuleDomains();
std::string ListenerAddress(int listener);
uint32_t EgressAddress(int view);
// All networks that a view can have, nested four deep.
const std::vector<Network>& AllNetworks();
// Addresses inside and outside of them.
std::vector<uint32_t> AllSources();

World FirstWorld(Dice* dice);
// The next generation: one to three changes of every kind.
World ChangedWorld(const World& world, Dice* dice);

// Builds states; objects that did not change are the same objects, as a source of states has it.
class StateBuilder {
 public:
  explicit StateBuilder(ServerPorts ports) : ports_(std::move(ports)) {}
  State Build(const World& world);

 private:
  template <typename Stored, typename Object>
  void Put(const Object& object, const std::string& name,
           SharedMap<std::shared_ptr<const Stored>>* objects);
  v1::Rule Rule(const std::string& domain, const RuleModel& rule) const;

  const ServerPorts ports_;
  // By kind and content: what was built before.
  std::map<std::string, std::shared_ptr<const void>> built_;
};

// The view that answers `source` at `listener`, by looking at every network; -1: none.
int ViewOf(const World& world, int listener, uint32_t source);
// What decides a name in a view: the longest suffix by looking at all of them.
enum class Decider { kNothing, kZone, kServer };
Decider Decide(const ViewModel& view, const std::string& qname);
// Every mark that the view's data, names and servers can put into an answer.
std::set<std::string> MarksOf(const World& world, int view);

}  // namespace nave::resolver::isolation

#endif  // NAVE_TESTS_RESOLVER_ISOLATION_MODEL_H_
