#include "tests/catalog/workflow/world.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "nave/catalog/v1/access_grant.pb.h"
#include "nave/catalog/v1/portfolio.pb.h"
#include "nave/catalog/v1/product.pb.h"
#include "nave/catalog/v1/product_version.pb.h"
#include "nave/dns/v1/ledger.pb.h"
#include "nave/dns/v1/rule.pb.h"
#include "nave/dns/v1/zone.pb.h"
#include "nave/governance/v1/account.pb.h"
#include "nave/governance/v1/namespace_grant.pb.h"
#include "nave/governance/v1/organization.pb.h"
#include "nave/governance/v1/organizational_unit.pb.h"
#include "nave/governance/v1/share.pb.h"
#include "nave/governance/v1/vpc.pb.h"
#include "plugins/plugins.h"
#include "store/lmdb/lmdb_store.h"

namespace nave::catalog::testing {
namespace {

constexpr size_t kAll = 100000;
constexpr int kMaxSteps = 1000;

std::unique_ptr<FaultyStore> OpenStore(const std::string& directory, const Clock& clock) {
  store::LmdbOptions options;
  options.directory = directory;
  options.initial_map_bytes = 16u << 20;
  options.clock = &clock;
  auto opened = store::OpenLmdbStore(options);
  EXPECT_TRUE(opened.ok()) << opened.status();
  return std::make_unique<FaultyStore>(*std::move(opened));
}

void AddParameters(const std::vector<std::string>& given, v1::ProvisionedProduct* product) {
  std::map<std::string, api::v1::Parameter*> by_key;
  for (const std::string& text : given) {
    std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits('=', 1));
    api::v1::Parameter*& parameter = by_key[parts.first];
    if (parameter == nullptr) {
      parameter = product->add_parameters();
      parameter->set_key(parts.first);
    }
    parameter->add_values(parts.second);
  }
}

}  // namespace

void FakeServed::SetNode(const std::string& name, store::Revision revision) {
  absl::MutexLock lock(&mutex_);
  nodes_[name] = revision;
}

ServedState FakeServed::Current(const std::vector<std::string>& vpcs) { return Wait(0, vpcs, {}); }

ServedState FakeServed::Wait(store::Revision revision, const std::vector<std::string>& vpcs,
                             absl::Time) {
  absl::MutexLock lock(&mutex_);
  ServedState state;
  if (nodes_.empty()) state.unserved_vpcs = vpcs;
  for (const auto& [name, acknowledged] : nodes_) {
    state.nodes.push_back(name);
    if (acknowledged < revision) state.lagging_nodes.push_back(name);
    const bool least = state.served_revision == 0 || acknowledged < state.served_revision;
    if (least) state.served_revision = acknowledged;
  }
  return state;
}

FaultyStore::Fate FaultyStore::Next() {
  absl::MutexLock lock(&mutex_);
  ++commits_;
  if (pass_ > 0) {
    --pass_;
    return Fate::kDone;
  }
  if (fail_ == 0) return Fate::kDone;
  --fail_;
  failed_ = true;
  const bool after = std::exchange(loss_, Loss::kBeforeCommit) == Loss::kAfterCommit;
  return after ? Fate::kDoneAndLost : Fate::kLost;
}

absl::StatusOr<store::Revision> FaultyStore::Commit(store::CommitRequest request) {
  {
    absl::MutexLock lock(&mutex_);
    if (abort_ > 0) {
      --abort_;
      return absl::AbortedError("somebody was faster");
    }
  }
  const Fate fate = Next();
  if (fate == Fate::kDone) return real_->Commit(std::move(request));
  if (fate == Fate::kDoneAndLost) {
    EXPECT_TRUE(real_->Commit(std::move(request)).ok());
  }
  return absl::UnavailableError("the disk is on strike");
}

absl::StatusOr<store::Revision> FaultyStore::CommitDecided(store::Decide decide) {
  const Fate fate = Next();
  if (fate == Fate::kDone) return real_->CommitDecided(decide);
  if (fate == Fate::kDoneAndLost) {
    EXPECT_TRUE(real_->CommitDecided(decide).ok());
  }
  return absl::UnavailableError("the disk is on strike");
}

WorldTest::WorldTest()
    : store_(OpenStore(directory_.path(), clock_)), products_(plugins::AllProducts()) {
  Make<governance::v1::Organization>("name: 'organization'");
  Make<governance::v1::OrganizationalUnit>("name: 'organizationalUnits/workloads'");
  Make<governance::v1::Account>("name: 'accounts/hub'");
  for (const char* spoke : {"spoke1", "spoke2"}) {
    Make<governance::v1::Account>(absl::StrCat(
        "name: 'accounts/", spoke, "' organizational_unit: 'organizationalUnits/workloads'"));
    Make<governance::v1::Vpc>(
        absl::StrCat("name: 'accounts/", spoke, "/vpcs/main' cidrs: '10.1.0.0/16'"));
    Make<governance::v1::NamespaceGrant>(
        absl::StrCat("name: 'namespaceGrants/", spoke, "' suffix: '", spoke,
                     ".cloud.example.com.' grantee: 'accounts/", spoke, "'"));
  }
  Make<governance::v1::Vpc>(
      "name: 'accounts/spoke1/vpcs/second' resolver_addresses: '127.0.0.1:5301'");
  Make<governance::v1::Account>("name: 'accounts/lab'");
  Make<governance::v1::Vpc>("name: 'accounts/hub/vpcs/hub'");
  Make<governance::v1::NamespaceGrant>(
      "name: 'namespaceGrants/hub' suffix: 'cloud.example.com.' grantee: 'accounts/hub'");
  for (const char* rule : {"corp", "plant"}) {
    Make<dns::v1::Rule>(
        absl::StrCat("name: 'accounts/hub/rules/", rule, "' domain_name: '", rule,
                     ".example.com.' kind: FORWARD targets { address: '192.0.2.53' }"));
    Make<governance::v1::Share>(absl::StrCat("name: 'accounts/hub/shares/", rule,
                                             "' resource: 'accounts/hub/rules/", rule,
                                             "' principal: 'organizationalUnits/workloads'"));
  }
  Make<dns::v1::Zone>("name: 'accounts/hub/zones/cloud' domain_name: 'cloud.example.com.'");
  for (const char* product : {"outbound", "inbound", "private_dns"}) {
    Make<v1::Product>(absl::StrCat("name: 'products/", product, "' plugin: '", product,
                                   "' launch_role: 'organization'"));
  }
  Make<v1::ProductVersion>("name: 'products/outbound/versions/v1'");
  Make<v1::ProductVersion>(
      "name: 'products/inbound/versions/v1' "
      "settings { key: 'hub_zone' values: 'accounts/hub/zones/cloud' }");
  Make<v1::ProductVersion>(
      "name: 'products/private_dns/versions/v1' "
      "settings { key: 'hub_vpc' values: 'accounts/hub/vpcs/hub' }");
  Make<v1::Portfolio>(
      "name: 'portfolios/dns' products: 'products/outbound' products: 'products/inbound' "
      "products: 'products/private_dns'");
  Make<v1::AccessGrant>(
      "name: 'portfolios/dns/accessGrants/workloads' grantee: 'organizationalUnits/workloads'");
}

void WorldTest::Restart() {
  store_.reset();
  store_ = OpenStore(directory_.path(), clock_);
}

Caller WorldTest::Admin() {
  return {"users/admin", governance::v1::Token::ADMIN, "organization", absl::InfiniteFuture()};
}

Caller WorldTest::Launcher(const std::string& account) {
  return {"users/ana", governance::v1::Token::LAUNCHER, account, absl::InfiniteFuture()};
}

absl::Status WorldTest::TryMake(google::protobuf::Message* resource) {
  Actor actor;
  actor.caller = Admin();
  actor.now = clock_.Now();
  auto work = [&](store::Transaction& transaction) {
    return CreateResource(transaction, actor, resource);
  };
  return store::RunTransaction(*store_, work).status();
}

absl::Status WorldTest::Remove(const std::string& name) {
  Actor actor;
  actor.caller = Admin();
  actor.now = clock_.Now();
  auto work = [&](store::Transaction& transaction) {
    return DeleteResource(transaction, actor, name, "");
  };
  return store::RunTransaction(*store_, work).status();
}

size_t WorldTest::Count(store::Table table, const std::string& prefix) {
  auto snapshot = store_->Read();
  if (!snapshot.ok()) return 0;
  auto entries = store::ScanPrefix(**snapshot, table, prefix, kAll);
  return entries.ok() ? entries->size() : 0;
}

v1::LaunchProductRequest WorldTest::LaunchRequest(const std::string& name,
                                                  const std::string& version,
                                                  const std::vector<std::string>& parameters) {
  v1::LaunchProductRequest request;
  request.mutable_provisioned_product()->set_name(name);
  request.mutable_provisioned_product()->set_version(version);
  AddParameters(parameters, request.mutable_provisioned_product());
  return request;
}

absl::StatusOr<v1::ChangeProductResponse> WorldTest::Launch(
    const std::string& name, const std::string& version,
    const std::vector<std::string>& parameters) {
  return provisioner().Launch(caller_, LaunchRequest(name, version, parameters));
}

absl::StatusOr<v1::ChangeProductResponse> WorldTest::Update(
    const std::string& name, const std::vector<std::string>& parameters, bool validate_only) {
  v1::UpdateProvisionedProductRequest request;
  request.mutable_provisioned_product()->set_name(name);
  request.mutable_mutation()->set_validate_only(validate_only);
  AddParameters(parameters, request.mutable_provisioned_product());
  return provisioner().Update(caller_, request);
}

absl::StatusOr<v1::ChangeProductResponse> WorldTest::Terminate(const std::string& name,
                                                               bool delete_foreign_records) {
  v1::TerminateProvisionedProductRequest request;
  request.set_name(name);
  request.set_delete_foreign_records(delete_foreign_records);
  return provisioner().Terminate(caller_, request);
}

void WorldTest::Dispatch() {
  Dispatcher dispatcher(*store_, clock_);
  auto cursor = dispatcher.Cursor();
  ASSERT_TRUE(cursor.ok()) << cursor.status();
  auto watcher = store_->Watch(*cursor);
  ASSERT_TRUE(watcher.ok()) << watcher.status();
  while (true) {
    auto changes = (*watcher)->Next(clock_.Now(), 7);
    ASSERT_TRUE(changes.ok()) << changes.status();
    if (changes->empty()) return;
    auto admitted = dispatcher.Apply(*changes);
    ASSERT_TRUE(admitted.ok()) << admitted.status();
  }
}

StepResult WorldTest::Step(const std::string& operation) {
  StepRunner runner(*store_, clock_, served_, kDefaultServedTimeout);
  return runner.TakeStep(operation);
}

v1::Operation WorldTest::Drive(const std::string& operation) {
  Dispatch();
  for (int step = 0; step < kMaxSteps; ++step) {
    if (Step(operation).outcome != StepResult::kNext) break;
  }
  return ReadOperation(operation);
}

v1::Operation WorldTest::ReadOperation(const std::string& name) {
  auto snapshot = store_->Read();
  if (!snapshot.ok()) return {};
  auto operation = FindOperation(**snapshot, name);
  if (!operation.ok() || !operation->has_value()) return {};
  return **operation;
}

void WorldTest::LaunchToEnd(const std::string& name, const std::string& version,
                            const std::vector<std::string>& parameters) {
  auto response = Launch(name, version, parameters);
  ASSERT_TRUE(response.ok()) << response.status();
  v1::Operation operation = Drive(response->operation().name());
  ASSERT_EQ(operation.state(), v1::Operation::SUCCEEDED) << operation.DebugString();
}

std::string WorldTest::Picture() {
  auto snapshot = store_->Read();
  if (!snapshot.ok()) return std::string(snapshot.status().message());
  std::string picture;
  auto add = [&](store::Table table, const std::string& name) {
    auto entries = (*snapshot)->Scan(table, "", "", kAll);
    for (const store::Entry& entry : *entries)
      absl::StrAppend(&picture, name, " ", entry.key, "\n");
  };
  add(store::Table::kResources, "resource");
  add(store::Table::kReferences, "reference");
  add(store::Table::kIntents, "intent");
  add(store::Table::kLedgerAccount, "account row");
  add(store::Table::kLedgerVpc, "vpc row");
  add(store::Table::kLedgerIndex, "ledger index");
  add(store::Table::kIndexes, "index");
  absl::StrAppend(&picture, "work ", Count(store::Table::kWork), "\n");
  absl::StrAppend(&picture, "letters ", Count(store::Table::kDeadLetters), "\n");
  absl::StrAppend(&picture, "history ", Count(store::Table::kHistory), "\n");
  auto resources = (*snapshot)->Scan(store::Table::kResources, "", "", kAll);
  for (const store::Entry& entry : *resources) {
    if (entry.key.find("/provisionedProducts/") == std::string::npos) continue;
    v1::ProvisionedProduct product;
    product.ParseFromString(entry.value);
    product.clear_metadata();
    product.clear_operation();
    absl::StrAppend(&picture, product.ShortDebugString(), "\n");
  }
  return picture;
}

}  // namespace nave::catalog::testing
