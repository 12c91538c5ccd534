// A small organization as plain values, and the naive answer to "does any query come back": every
// name is followed from every node, hop by hop. Knows nothing of the catalog's own search.
#ifndef NAVE_TESTS_CATALOG_GOVERNANCE_LOOP_MODEL_H_
#define NAVE_TESTS_CATALOG_GOVERNANCE_LOOP_MODEL_H_

#include <map>
#include <set>
#include <string>
#include <vector>

namespace nave::testing {

struct LoopModel {
  struct Rule {
    std::string kind;  // FORWARD, SYSTEM, RECURSIVE
    bool disabled = false;
    // Of inbound endpoints and `address:port`.
    std::vector<std::string> targets;
  };
  struct Vpc {
    std::set<std::string> addresses;
    std::vector<std::string> recursive;
    std::map<std::string, std::string> rules;  // domain name -> rule
    std::set<std::string> zones;
  };
  struct Endpoint {
    std::string vpc;
    std::set<std::string> addresses;
  };
  struct NameServer {
    std::set<std::string> addresses;
    std::map<std::string, std::vector<std::string>> forwards;  // domain name -> targets
  };

  std::map<std::string, Vpc> vpcs;
  std::map<std::string, Endpoint> endpoints;
  std::map<std::string, NameServer> name_servers;
  std::map<std::string, Rule> rules;
  // Zones that let go of what they do not have; they have their apex alone.
  std::set<std::string> fallback_zones;

  // Whether a query for one of the names, sent to any VPC or name server, comes back to where it
  // was before.
  bool HasLoop(const std::vector<std::string>& names) const;

 private:
  std::vector<std::string> Next(const std::string& node, const std::string& name) const;
  std::vector<std::string> Decide(const Vpc& vpc, const std::string& name) const;
  void AddNodes(const std::string& target, std::vector<std::string>* nodes) const;
  bool ComesBack(const std::string& node, const std::string& name,
                 std::vector<std::string>* path) const;
};

}  // namespace nave::testing

#endif  // NAVE_TESTS_CATALOG_GOVERNANCE_LOOP_MODEL_H_
