#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/errors.h"
#include "cli/provisioned.h"
#include "nave/catalog/v1/product.pb.h"
#include "tests/cli/fake_control_plane.h"

namespace nave::cli {
namespace {

using catalog::v1::ChangeProductResponse;
using catalog::v1::LaunchProductRequest;
using catalog::v1::ListProductsResponse;
using catalog::v1::Operation;
using catalog::v1::ProvisionedProduct;
using catalog::v1::TerminateProvisionedProductRequest;
using catalog::v1::UpdateProvisionedProductRequest;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kService = "nave.catalog.v1.ProvisionedProductService/";
const std::string kList = "nave.catalog.v1.ProductService/ListProducts";
const std::string kGetOperation = "nave.catalog.v1.OperationService/GetOperation";

// A server with three products, where every change ends at once.
class ProductsTest : public testing::Test {
 protected:
  ProductsTest() : session_(server_) {
    ListProductsResponse products;
    AddProduct("products/inbound", "inbound", &products);
    AddProduct("products/outbound", "outbound", &products);
    AddProduct("products/private", "private_dns", &products);
    server_.Returns(kList, products);
    ChangeProductResponse changed;
    changed.mutable_operation()->set_name("operations/1");
    catalog::v1::PlannedChange& change = *changed.add_changes();
    change.set_action(catalog::v1::PlannedChange::CREATE);
    change.set_text("corp.example.com. on accounts/spoke1/vpcs/main");
    for (const char* method :
         {"LaunchProduct", "UpdateProvisionedProduct", "TerminateProvisionedProduct"}) {
      server_.Returns(kService + method, changed);
    }
    EndsAs(Operation::LAUNCH, Operation::SUCCEEDED);
    stored_.set_name("accounts/spoke1/provisionedProducts/out");
    stored_.mutable_metadata()->set_etag("e1");
    stored_.set_version("products/outbound/versions/v1");
    stored_.set_state(ProvisionedProduct::AVAILABLE);
    AddParameter("vpc", {"main"});
    AddParameter("rule", {"a", "b"});
    server_.Returns(kService + "GetProvisionedProduct", stored_);
  }
  static void AddProduct(const std::string& name, const std::string& plugin,
                         ListProductsResponse* products) {
    products->add_products()->set_name(name);
    products->mutable_products()->rbegin()->set_plugin(plugin);
  }
  void AddParameter(const std::string& key, const std::vector<std::string>& values) {
    api::v1::Parameter& parameter = *stored_.add_parameters();
    parameter.set_key(key);
    *parameter.mutable_values() = {values.begin(), values.end()};
  }
  void EndsAs(Operation::Kind kind, Operation::State state) {
    Operation operation;
    operation.set_name("operations/1");
    operation.set_kind(kind);
    operation.set_state(state);
    server_.Returns(kGetOperation, operation);
  }
  absl::Status Line(const std::vector<std::string>& arguments) {
    return RunLine(session_, AddProducts, arguments);
  }
  LaunchProductRequest launched() const {
    return server_.last<LaunchProductRequest>(kService + "LaunchProduct");
  }

  FakeControlPlane server_;
  FakeSession session_;
  ProvisionedProduct stored_;
};

TEST_F(ProductsTest, LaunchFillsTheRequestAndPrintsTheProduct) {
  const absl::Status status =
      Line({"launch", "outbound", "--account", "spoke1", "--name", "out", "--param", "vpc=main",
            "--param", "rule=a,b", "--param", "rule=c"});
  ASSERT_TRUE(status.ok()) << status;
  const ProvisionedProduct target = launched().provisioned_product();
  EXPECT_EQ(target.name(), "accounts/spoke1/provisionedProducts/out");
  EXPECT_EQ(target.version(), "products/outbound");
  ASSERT_EQ(target.parameters_size(), 2);
  EXPECT_THAT(target.parameters(0).values(), ElementsAre("a", "b", "c"));
  EXPECT_THAT(target.parameters(1).values(), ElementsAre("main"));
  EXPECT_FALSE(launched().mutation().request_id().empty());
  EXPECT_THAT(session_.out(), HasSubstr("AVAILABLE"));
}

TEST_F(ProductsTest, AWordIsAnIdOrAPlugin) {
  ListProductsResponse products;
  AddProduct("products/zones", "private_dns", &products);
  server_.Returns(kList, products);
  ASSERT_TRUE(Line({"launch", "private", "--account", "a", "--name", "z", "--version", "v2"}).ok());
  EXPECT_EQ(launched().provisioned_product().version(), "products/zones/versions/v2");
  AddProduct("products/more-zones", "private_dns", &products);
  server_.Returns(kList, products);
  const absl::Status several = Line({"launch", "private", "--account", "a", "--name", "z"});
  EXPECT_EQ(ExitCodeOf(several), kExitUsage);
  EXPECT_THAT(std::string(several.message()), HasSubstr("products/zones, products/more-zones"));
}

TEST_F(ProductsTest, AMisspeltProductIsAnsweredWithTheNearest) {
  const absl::Status status = Line({"launch", "outboud", "--account", "a", "--name", "z"});
  EXPECT_EQ(ExitCodeOf(status), kExitUsage);
  EXPECT_THAT(std::string(status.message()), HasSubstr("did you mean 'outbound'?"));
}

TEST_F(ProductsTest, AWholeNameAsksForNoList) {
  ASSERT_TRUE(
      Line({"launch", "products/x/versions/v3", "--account", "a", "--name", "z", "--no-wait"})
          .ok());
  EXPECT_EQ(launched().provisioned_product().version(), "products/x/versions/v3");
  EXPECT_THAT(server_.calls(), ElementsAre(kService + "LaunchProduct"));
  EXPECT_EQ(session_.out(), "operations/1\n");
}

TEST_F(ProductsTest, APlanBeginsNothing) {
  ASSERT_TRUE(Line({"launch", "outbound", "--account", "a", "--name", "z", "--plan"}).ok());
  EXPECT_TRUE(launched().mutation().validate_only());
  EXPECT_THAT(session_.out(), HasSubstr("corp.example.com. on accounts/spoke1/vpcs/main"));
  EXPECT_THAT(server_.calls(), ElementsAre(kList, kService + "LaunchProduct"));
}

TEST_F(ProductsTest, MalformedParametersAreUsageErrors) {
  for (const char* wrong : {"vpc", "=main", "vpc=", "rule=a,,b"}) {
    EXPECT_EQ(
        ExitCodeOf(Line({"launch", "outbound", "--account", "a", "--name", "z", "--param", wrong})),
        kExitUsage)
        << wrong;
  }
  EXPECT_THAT(server_.calls(), testing::IsEmpty());
}

TEST_F(ProductsTest, AFailedLaunchFails) {
  EndsAs(Operation::LAUNCH, Operation::FAILED);
  EXPECT_EQ(ExitCodeOf(Line({"launch", "outbound", "--account", "a", "--name", "z"})), kExitFailed);
}

TEST_F(ProductsTest, UpdateKeepsTheOtherParametersAndGuardsThem) {
  ASSERT_TRUE(Line({"provisioned", "update", "out", "--account", "spoke1", "--param", "vpc=second",
                    "--unset", "rule", "--version", "v2"})
                  .ok());
  const auto request =
      server_.last<UpdateProvisionedProductRequest>(kService + "UpdateProvisionedProduct");
  const ProvisionedProduct& target = request.provisioned_product();
  EXPECT_EQ(target.metadata().etag(), "e1");
  EXPECT_EQ(target.version(), "products/outbound/versions/v2");
  ASSERT_EQ(target.parameters_size(), 1);
  EXPECT_THAT(target.parameters(0).values(), ElementsAre("second"));
}

TEST_F(ProductsTest, AnUpdateOfNothingIsAUsageError) {
  EXPECT_EQ(ExitCodeOf(Line({"provisioned", "update", "out", "--account", "spoke1"})), kExitUsage);
  EXPECT_EQ(ExitCodeOf(Line({"provisioned", "update", "out", "--account", "spoke1", "--param",
                             "vpc=x", "--unset", "vpc"})),
            kExitUsage);
}

TEST_F(ProductsTest, TerminateAsksFirst) {
  EndsAs(Operation::TERMINATE, Operation::SUCCEEDED);
  const std::vector<std::string> line = {"provisioned", "terminate", "out", "--account", "spoke1"};
  EXPECT_EQ(ExitCodeOf(Line(line)), kExitUsage);
  session_.answer = false;
  EXPECT_FALSE(Line(line).ok());
  EXPECT_THAT(server_.calls(), testing::IsEmpty());
  session_.answer = true;
  EXPECT_TRUE(Line(line).ok());
  EXPECT_THAT(session_.questions.back(), HasSubstr("accounts/spoke1/provisionedProducts/out"));
}

TEST_F(ProductsTest, TerminateWithYesTakesForeignRecordsWhenTold) {
  EndsAs(Operation::TERMINATE, Operation::SUCCEEDED);
  const std::string method = kService + "TerminateProvisionedProduct";
  ASSERT_TRUE(Line({"provisioned", "terminate", "out", "--account", "spoke1", "--yes",
                    "--delete-foreign-records"})
                  .ok());
  EXPECT_TRUE(server_.last<TerminateProvisionedProductRequest>(method).delete_foreign_records());
  server_.Fails(method,
                WithReason(absl::FailedPreconditionError("records of others"), "FOREIGN_RECORDS"));
  const absl::Status status =
      Line({"provisioned", "terminate", "out", "--account", "spoke1", "--yes"});
  EXPECT_EQ(ReasonOf(status), "FOREIGN_RECORDS");
  EXPECT_THAT(std::string(status.message()), HasSubstr("--delete-foreign-records"));
}

TEST_F(ProductsTest, ListReadsEveryPage) {
  const std::string method = kService + "ListProvisionedProducts";
  server_.On<api::v1::ListRequest, catalog::v1::ListProvisionedProductsResponse>(
      method, [](const api::v1::ListRequest& request,
                 catalog::v1::ListProvisionedProductsResponse* response) {
        EXPECT_EQ(request.parent(), "accounts/spoke1");
        response->add_provisioned_products()->set_name(request.page_token().empty() ? "one"
                                                                                    : "two");
        if (request.page_token().empty()) response->set_next_page_token("next");
        return absl::OkStatus();
      });
  ASSERT_TRUE(Line({"provisioned", "list", "--account", "spoke1"}).ok());
  EXPECT_THAT(session_.out(), testing::AllOf(HasSubstr("one"), HasSubstr("two")));
}

TEST_F(ProductsTest, HistoryIsPrintedInOrder) {
  catalog::v1::ListHistoryResponse response;
  response.add_records()->set_text("begun");
  response.add_records()->set_text("succeeded");
  server_.Returns(kService + "ListHistory", response);
  ASSERT_TRUE(Line({"provisioned", "history", "accounts/spoke1/provisionedProducts/out"}).ok());
  EXPECT_LT(session_.out().find("begun"), session_.out().find("succeeded"));
}

}  // namespace
}  // namespace nave::cli
