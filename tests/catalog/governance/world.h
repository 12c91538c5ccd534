// A catalog on a store of its own, spoken to in short lines, for tables of cases.
#ifndef NAVE_TESTS_CATALOG_GOVERNANCE_WORLD_H_
#define NAVE_TESTS_CATALOG_GOVERNANCE_WORLD_H_

#include <memory>
#include <string>
#include <vector>

#include "catalog/errors.h"
#include "catalog/governance/engine.h"
#include "store/store.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/temp_dir.h"

namespace nave::testing {

class World {
 public:
  World();

  // One line:
  //   create Vpc name: "accounts/a/vpcs/v"
  //   update Rule(targets,disabled) name: "accounts/a/rules/r"
  //   delete accounts/a/vpcs/v
  //   accept accounts/a/zones/z/associations/x
  //   as admin | as network organization | as launcher accounts/a | as viewer accounts/a
  // The first words say what; the rest is the resource in text format.
  absl::Status Run(const std::string& line);
  // Every line must succeed; the first failure is returned with its line.
  absl::Status RunAll(const std::vector<std::string>& lines);

  template <typename T>
  absl::StatusOr<T> Get(const std::string& name) {
    api::v1::GetRequest request;
    request.set_name(name);
    T resource;
    absl::Status status = engine().Get(caller_, request, &resource);
    if (!status.ok()) return status;
    return resource;
  }

  catalog::Engine& engine() { return *engine_; }
  store::Store& store() { return *store_; }
  FakeClock& clock() { return clock_; }
  const catalog::Caller& caller() const { return caller_; }
  catalog::Actor ProductActor(const std::string& product, const std::string& launch_role);
  // Entries of a table.
  size_t Count(store::Table table);
  // Lines of every test: hub and two spokes, each with a VPC; the hub's endpoint; a rule to it that
  // is shared.
  static const std::vector<std::string>& Story();

 private:
  absl::Status RunCreate(const std::string& type, const std::string& text);
  absl::Status RunUpdate(const std::string& type, const std::string& mask, const std::string& text);
  absl::Status RunAs(const std::string& who);

  TempDir directory_;
  FakeClock clock_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<catalog::PluginCheck> plugins_;
  std::unique_ptr<catalog::Engine> engine_;
  catalog::Caller caller_;
};

}  // namespace nave::testing

#endif  // NAVE_TESTS_CATALOG_GOVERNANCE_WORLD_H_
