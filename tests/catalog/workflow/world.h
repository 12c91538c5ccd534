// A small organization on a store of its own, with the three products published: what the tests of
// the workflow act in. The clock stands still until a test moves it.
#ifndef NAVE_TESTS_CATALOG_WORKFLOW_WORLD_H_
#define NAVE_TESTS_CATALOG_WORKFLOW_WORLD_H_

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "catalog/errors.h"
#include "catalog/governance/read.h"
#include "catalog/governance/resources.h"
#include "catalog/product.h"
#include "catalog/served.h"
#include "catalog/workflow/dispatcher.h"
#include "catalog/workflow/provisioner.h"
#include "catalog/workflow/records.h"
#include "catalog/workflow/step_runner.h"
#include "store/store.h"
#include "store/transaction.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/temp_dir.h"

namespace nave::catalog::testing {

// Nodes as a test sets them. Without any, nothing is served and nothing lags.
class FakeServed final : public Served {
 public:
  // A node that serves every VPC and has acknowledged up to `revision`.
  void SetNode(const std::string& name, store::Revision revision);
  ServedState Current(const std::vector<std::string>& vpcs) override;
  ServedState Wait(store::Revision revision, const std::vector<std::string>& vpcs,
                   absl::Time deadline) override;

 private:
  absl::Mutex mutex_;
  std::map<std::string, store::Revision> nodes_ ABSL_GUARDED_BY(mutex_);
};

// A store whose commits fail when a test says so.
class FaultyStore final : public store::Store {
 public:
  explicit FaultyStore(std::unique_ptr<store::Store> real) : real_(std::move(real)) {}
  // Whether the commit that fails first is lost, or on disk already.
  enum class Loss { kBeforeCommit, kAfterCommit };
  // The `first`-th commit from now fails, from 1, and `count` in all; those behind it are lost.
  void Fail(int first, int count, Loss loss = Loss::kBeforeCommit) {
    absl::MutexLock lock(&mutex_);
    pass_ = first - 1;
    fail_ = count;
    loss_ = loss;
  }
  // The next commits find that somebody was faster; what the writer decides is not among them.
  void Abort(int count) {
    absl::MutexLock lock(&mutex_);
    abort_ = count;
  }
  bool has_failed() const {
    absl::MutexLock lock(&mutex_);
    return failed_;
  }
  // The commits that were asked for.
  int commits() const {
    absl::MutexLock lock(&mutex_);
    return commits_;
  }

  store::Revision current_revision() const override { return real_->current_revision(); }
  absl::StatusOr<std::unique_ptr<store::Snapshot>> Read(
      std::optional<store::Revision> at = std::nullopt) override {
    return real_->Read(at);
  }
  absl::StatusOr<store::Revision> Commit(store::CommitRequest request) override;
  absl::StatusOr<store::Revision> CommitDecided(store::Decide decide) override;
  absl::StatusOr<std::unique_ptr<store::Watcher>> Watch(store::Revision after) override {
    return real_->Watch(after);
  }
  absl::StatusOr<store::Revision> Backup(const std::string& path) override {
    return real_->Backup(path);
  }

 private:
  // What becomes of a commit.
  enum class Fate { kDone, kLost, kDoneAndLost };
  Fate Next();

  std::unique_ptr<store::Store> real_;
  mutable absl::Mutex mutex_;
  int commits_ ABSL_GUARDED_BY(mutex_) = 0;
  bool failed_ ABSL_GUARDED_BY(mutex_) = false;
  int abort_ ABSL_GUARDED_BY(mutex_) = 0;
  int pass_ ABSL_GUARDED_BY(mutex_) = 0;
  int fail_ ABSL_GUARDED_BY(mutex_) = 0;
  Loss loss_ ABSL_GUARDED_BY(mutex_) = Loss::kBeforeCommit;
};

class WorldTest : public ::testing::Test {
 protected:
  WorldTest();

  // Closes the store and opens it again, as a restart of the process does.
  void Restart();

  template <typename T>
  static T Parse(const std::string& text) {
    T message;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
    return message;
  }
  // Makes a resource as the administrator.
  template <typename T>
  void Make(const std::string& text) {
    T resource = Parse<T>(text);
    absl::Status made = TryMake(&resource);
    ASSERT_TRUE(made.ok()) << text << "\n" << made;
  }
  absl::Status TryMake(google::protobuf::Message* resource);
  absl::Status Remove(const std::string& name);
  template <typename T>
  absl::StatusOr<T> Read(const std::string& name) {
    auto snapshot = store_->Read();
    if (!snapshot.ok()) return snapshot.status();
    return ReadResource<T>(**snapshot, name);
  }
  // How many entries a table has whose keys begin so.
  size_t Count(store::Table table, const std::string& prefix = "");
  // Every entry of the tables that a launch touches, without times, revisions and ids: two equal
  // ones are the same state.
  std::string Picture();

  // `key=value` parameters; a key that comes again gets one more value.
  v1::LaunchProductRequest LaunchRequest(const std::string& name, const std::string& version,
                                         const std::vector<std::string>& parameters);
  absl::StatusOr<v1::ChangeProductResponse> Launch(const std::string& name,
                                                   const std::string& version,
                                                   const std::vector<std::string>& parameters);
  absl::StatusOr<v1::ChangeProductResponse> Update(const std::string& name,
                                                   const std::vector<std::string>& parameters,
                                                   bool validate_only = false);
  absl::StatusOr<v1::ChangeProductResponse> Terminate(const std::string& name,
                                                      bool delete_foreign_records = false);

  // Admits what the log asks for, and takes steps until nothing is due; returns the operation as it
  // is then.
  v1::Operation Drive(const std::string& operation);
  // Admits what the log asks for.
  void Dispatch();
  // One step of an operation.
  StepResult Step(const std::string& operation);
  v1::Operation ReadOperation(const std::string& name);
  // Launches and drives to the end, which must be good.
  void LaunchToEnd(const std::string& name, const std::string& version,
                   const std::vector<std::string>& parameters);

  Provisioner provisioner() { return Provisioner(*store_, clock_, products_); }
  static Caller Admin();
  static Caller Launcher(const std::string& account);

  nave::testing::TempDir directory_;
  nave::testing::FakeClock clock_;
  std::unique_ptr<FaultyStore> store_;
  FakeServed served_;
  const ProductList products_;
  Caller caller_ = Launcher("accounts/spoke1");
};

}  // namespace nave::catalog::testing

#endif  // NAVE_TESTS_CATALOG_WORKFLOW_WORLD_H_
