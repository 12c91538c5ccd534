// A process that ends anywhere: every operation of every product, stopped before and after each of
// its commits, ends after a restart as if nothing had happened. The commits are counted as they
// come, so that a new step is a new case; a new product without its line here fails.
#include <gtest/gtest.h>

#include "catalog/workflow/provisioner.h"
#include "plugins/plugins.h"
#include "tests/catalog/workflow/world.h"

namespace nave::catalog::testing {
namespace {

using Loss = FaultyStore::Loss;

constexpr char kName[] = "accounts/spoke1/provisionedProducts/p";
constexpr int kMaxCommits = 200;

// What each product is launched with, and what it is updated to: something goes, something comes.
struct Parameters {
  std::vector<std::string> launch, update;
};
const std::map<std::string, Parameters>& ByProduct() {
  static const auto* const all = new std::map<std::string, Parameters>{
      {"outbound",
       {{"vpc=main", "rule=accounts/hub/rules/corp"},
        {"vpc=second", "rule=accounts/hub/rules/plant", "rule=accounts/hub/rules/corp"}}},
      {"inbound", {{"vpc=main"}, {"vpc=second"}}},
      {"private_dns",
       {{"domain_name=spoke1.cloud.example.com", "vpc=main",
         "additional_vpcs=accounts/spoke2/vpcs/main"},
        {"domain_name=spoke1.cloud.example.com", "vpc=main",
         "additional_vpcs=accounts/spoke1/vpcs/second"}}},
  };
  return *all;
}

struct Case {
  std::string product;
  v1::Operation::Kind kind;
  Loss loss;
};

std::vector<Case> AllCases() {
  std::vector<Case> cases;
  for (const auto& product : plugins::AllProducts()) {
    for (auto kind : {v1::Operation::LAUNCH, v1::Operation::UPDATE, v1::Operation::TERMINATE}) {
      for (Loss loss : {Loss::kBeforeCommit, Loss::kAfterCommit}) {
        cases.push_back({product->name(), kind, loss});
      }
    }
  }
  return cases;
}

std::string TitleOf(const ::testing::TestParamInfo<Case>& info) {
  std::string title = info.param.product + "_" + v1::Operation::Kind_Name(info.param.kind);
  return title + (info.param.loss == Loss::kBeforeCommit ? "_Before" : "_After");
}

class CrashMatrixTest : public WorldTest, public ::testing::WithParamInterface<Case> {
 protected:
  // Asks for an operation of the kind; the same id is the same request.
  absl::StatusOr<v1::ChangeProductResponse> Ask(v1::Operation::Kind kind, const std::string& id) {
    const Parameters& parameters = ByProduct().at(GetParam().product);
    if (kind == v1::Operation::TERMINATE) {
      v1::TerminateProvisionedProductRequest request;
      request.set_name(kName);
      request.mutable_mutation()->set_request_id(id);
      return provisioner().Terminate(caller_, request);
    }
    const bool launch = kind == v1::Operation::LAUNCH;
    v1::LaunchProductRequest request =
        LaunchRequest(kName, launch ? "products/" + GetParam().product : "",
                      launch ? parameters.launch : parameters.update);
    request.mutable_mutation()->set_request_id(id);
    if (launch) return provisioner().Launch(caller_, request);
    v1::UpdateProvisionedProductRequest update;
    *update.mutable_provisioned_product() = request.provisioned_product();
    *update.mutable_mutation() = request.mutation();
    return provisioner().Update(caller_, update);
  }
  void RunToEnd(v1::Operation::Kind kind) {
    auto response = Ask(kind, "calm" + std::to_string(++calm_));
    ASSERT_TRUE(response.ok()) << response.status();
    v1::Operation operation = Drive(response->operation().name());
    ASSERT_EQ(operation.state(), v1::Operation::SUCCEEDED) << operation.DebugString();
  }
  // What the operation of this case finds, and what is left of it after a case.
  void Prepare() {
    if (GetParam().kind != v1::Operation::LAUNCH) RunToEnd(v1::Operation::LAUNCH);
  }
  void CleanUp() {
    if (GetParam().kind != v1::Operation::TERMINATE) RunToEnd(v1::Operation::TERMINATE);
  }
  static std::string WithoutHistory(const std::string& picture) {
    size_t at = picture.find("history ");
    return picture.substr(0, at) + picture.substr(picture.find('\n', at));
  }
  // As far as a process gets that ends at the first commit that fails.
  void RunUntilItFails(const std::string& id) {
    auto response = Ask(GetParam().kind, id);
    if (store_->has_failed()) return;
    ASSERT_TRUE(response.ok()) << response.status();
    Dispatcher dispatcher(*store_, clock_);
    auto changes = *(*store_->Watch(*dispatcher.Cursor()))->Next(clock_.Now(), 1000);
    const bool admitted = dispatcher.Apply(changes).ok();
    ASSERT_TRUE(admitted || store_->has_failed());
    StepResult result{StepResult::kNext, {}};
    while (!store_->has_failed() && result.outcome == StepResult::kNext) {
      result = Step(response->operation().name());
    }
  }

 private:
  int calm_ = 0;
};

TEST_P(CrashMatrixTest, EndsAsUndisturbed) {
  ASSERT_EQ(ByProduct().count(GetParam().product), 1u)
      << "the product " << GetParam().product << " has no line in ByProduct";
  Prepare();
  const int before = store_->commits();
  const size_t rows_before = Count(store::Table::kHistory);
  RunUntilItFails("calm");
  ASSERT_FALSE(store_->has_failed());
  const int commits = store_->commits() - before;
  const size_t rows = Count(store::Table::kHistory) - rows_before;
  const std::string undisturbed = WithoutHistory(Picture());
  CleanUp();
  // The request itself, its admission, and at least one step and the end.
  ASSERT_GE(commits, 4);
  ASSERT_LT(commits, kMaxCommits);
  for (int k = 1; k <= commits; ++k) {
    SCOPED_TRACE("commit " + std::to_string(k) + " of " + std::to_string(commits));
    const std::string id = "case" + std::to_string(k);
    Prepare();
    const size_t told = Count(store::Table::kHistory);
    store_->Fail(k, kMaxCommits, GetParam().loss);
    RunUntilItFails(id);
    ASSERT_TRUE(store_->has_failed());
    Restart();
    // The client, which got no answer or an error, asks again with the same id.
    auto again = Ask(GetParam().kind, id);
    ASSERT_TRUE(again.ok()) << again.status();
    v1::Operation operation = Drive(again->operation().name());
    ASSERT_EQ(operation.state(), v1::Operation::SUCCEEDED) << operation.DebugString();
    ASSERT_EQ(WithoutHistory(Picture()), undisturbed);
    // The same story, each row once.
    ASSERT_EQ(Count(store::Table::kHistory) - told, rows);
    CleanUp();
  }
}

INSTANTIATE_TEST_SUITE_P(All, CrashMatrixTest, ::testing::ValuesIn(AllCases()), TitleOf);

}  // namespace
}  // namespace nave::catalog::testing
