#include "tests/catalog/governance/loop_model.h"

#include <algorithm>

namespace nave::testing {
namespace {

// `b.a.` -> `b.a.`, `a.`, `.`; of names without escapes.
std::vector<std::string> Suffixes(std::string name) {
  std::vector<std::string> suffixes;
  while (name != ".") {
    suffixes.push_back(name);
    name = name.substr(name.find('.') + 1);
    if (name.empty()) name = ".";
  }
  suffixes.push_back(".");
  return suffixes;
}

}  // namespace

void LoopModel::AddNodes(const std::string& target, std::vector<std::string>* nodes) const {
  if (const auto endpoint = endpoints.find(target); endpoint != endpoints.end()) {
    return nodes->push_back(endpoint->second.vpc);
  }
  for (const auto& [name, vpc] : vpcs) {
    if (vpc.addresses.count(target) > 0) nodes->push_back(name);
  }
  for (const auto& [name, endpoint] : endpoints) {
    if (endpoint.addresses.count(target) > 0) nodes->push_back(endpoint.vpc);
  }
  for (const auto& [name, name_server] : name_servers) {
    if (name_server.addresses.count(target) > 0) nodes->push_back(name);
  }
}

std::vector<std::string> LoopModel::Decide(const Vpc& vpc, const std::string& name) const {
  bool system = false;
  for (const std::string& suffix : Suffixes(name)) {
    if (const auto found = vpc.rules.find(suffix); found != vpc.rules.end()) {
      const Rule& rule = rules.at(found->second);
      if (!rule.disabled && rule.kind == "RECURSIVE") return vpc.recursive;
      if (!rule.disabled && rule.kind == "FORWARD" && !system) return rule.targets;
      if (!rule.disabled && rule.kind == "SYSTEM") system = true;
    }
    if (vpc.zones.count(suffix) == 0) continue;
    if (fallback_zones.count(suffix) == 0 || suffix == name) return {};
  }
  return vpc.recursive;
}

std::vector<std::string> LoopModel::Next(const std::string& node, const std::string& name) const {
  std::vector<std::string> targets;
  if (const auto vpc = vpcs.find(node); vpc != vpcs.end()) {
    targets = Decide(vpc->second, name);
  } else {
    const NameServer& name_server = name_servers.at(node);
    for (const std::string& suffix : Suffixes(name)) {
      const auto forward = name_server.forwards.find(suffix);
      if (forward == name_server.forwards.end()) continue;
      targets = forward->second;
      break;
    }
  }
  std::vector<std::string> nodes;
  for (const std::string& target : targets) AddNodes(target, &nodes);
  return nodes;
}

bool LoopModel::ComesBack(const std::string& node, const std::string& name,
                          std::vector<std::string>* path) const {
  if (std::count(path->begin(), path->end(), node) > 0) return true;
  path->push_back(node);
  for (const std::string& next : Next(node, name)) {
    if (ComesBack(next, name, path)) return true;
  }
  path->pop_back();
  return false;
}

bool LoopModel::HasLoop(const std::vector<std::string>& names) const {
  std::vector<std::string> nodes;
  for (const auto& [name, vpc] : vpcs) nodes.push_back(name);
  for (const auto& [name, name_server] : name_servers) nodes.push_back(name);
  for (const std::string& node : nodes) {
    for (const std::string& name : names) {
      std::vector<std::string> path;
      if (ComesBack(node, name, &path)) return true;
    }
  }
  return false;
}

}  // namespace nave::testing
