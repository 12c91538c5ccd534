#include "server/method_rules.h"

#include <gtest/gtest.h>

#include "google/protobuf/descriptor.pb.h"
#include "nave/governance/v1/node.pb.h"
#include "nave/governance/v1/vpc.pb.h"

namespace nave::server {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptorProto;
using google::protobuf::MethodDescriptor;

TEST(MethodRulesTest, EveryMethodDeclaresARightAndAScopeThatExists) {
  EXPECT_GT(ServedMethods().size(), 80u);
  for (const MethodDescriptor* method : ServedMethods()) {
    EXPECT_TRUE(CheckMethod(*method).ok()) << CheckMethod(*method);
  }
}

// A service with one method of a given rule, built beside the real ones.
class PlantedMethod {
 public:
  explicit PlantedMethod(const api::v1::MethodRule& rule)
      : pool_(DescriptorPool::generated_pool()) {
    FileDescriptorProto file;
    file.set_name("planted.proto");
    file.set_syntax("proto3");
    file.add_dependency("nave/governance/v1/vpc.proto");
    file.add_dependency("nave/governance/v1/node.proto");
    auto* service = file.add_service();
    service->set_name("Planted");
    auto* method = service->add_method();
    method->set_name("Do");
    method->set_input_type(".nave.governance.v1.CreateVpcRequest");
    method->set_output_type(".nave.governance.v1.Vpc");
    *method->mutable_options()->MutableExtension(api::v1::method) = rule;
    method_ = pool_.BuildFile(file)->service(0)->method(0);
  }
  absl::Status Check() const { return CheckMethod(*method_); }

 private:
  DescriptorPool pool_;
  const MethodDescriptor* method_;
};

api::v1::MethodRule Rule(api::v1::Right right, const std::string& scope) {
  api::v1::MethodRule rule;
  rule.set_right(right);
  rule.set_scope(scope);
  return rule;
}

TEST(MethodRulesTest, AMethodWithoutRightOrWithAWrongScopeIsFound) {
  EXPECT_TRUE(PlantedMethod(Rule(api::v1::ADMINISTER, "vpc.name")).Check().ok());
  EXPECT_TRUE(PlantedMethod(Rule(api::v1::ADMINISTER, "")).Check().ok());
  EXPECT_FALSE(PlantedMethod(Rule(api::v1::RIGHT_UNSPECIFIED, "vpc.name")).Check().ok());
  EXPECT_FALSE(PlantedMethod(Rule(api::v1::ADMINISTER, "vpc")).Check().ok());
  EXPECT_FALSE(PlantedMethod(Rule(api::v1::ADMINISTER, "vpc.names")).Check().ok());
  EXPECT_FALSE(PlantedMethod(Rule(api::v1::ADMINISTER, "vpc.name.more")).Check().ok());
  EXPECT_FALSE(PlantedMethod(Rule(api::v1::ADMINISTER, "vpc.cidrs")).Check().ok());
}

TEST(MethodRulesTest, ReadsTheScopeOfARequest) {
  governance::v1::CreateVpcRequest request;
  EXPECT_EQ(ScopeOf(Rule(api::v1::READ, "vpc.name"), request), "");
  request.mutable_vpc()->set_name("accounts/a/vpcs/v");
  EXPECT_EQ(ScopeOf(Rule(api::v1::READ, "vpc.name"), request), "accounts/a/vpcs/v");
  EXPECT_EQ(ScopeOf(Rule(api::v1::READ, ""), request), "");
}

}  // namespace
}  // namespace nave::server
