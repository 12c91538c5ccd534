#include "cli/kinds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "cli/errors.h"
#include "nave/governance/v1/vpc.pb.h"
#include "tests/cli/fake_control_plane.h"

namespace nave::cli {
namespace {

using governance::v1::CreateVpcRequest;
using governance::v1::ListVpcsResponse;
using governance::v1::UpdateVpcRequest;
using governance::v1::Vpc;
using testing::ElementsAre;

const std::string kService = "nave.governance.v1.VpcService/";

std::vector<std::string> NamesOf(const std::vector<const google::protobuf::FieldDescriptor*>& all) {
  std::vector<std::string> names;
  for (const auto* field : all) names.push_back(field->name());
  return names;
}

TEST(KindsTest, EveryKindHasWhatTheCommandsNeed) {
  std::set<std::string> nouns;
  for (const Kind& kind : Kinds()) {
    SCOPED_TRACE(kind.type);
    ASSERT_NE(nullptr, kind.service);
    EXPECT_FALSE(kind.pattern.empty());
    EXPECT_FALSE(kind.help.empty());
    EXPECT_TRUE(nouns.insert(kind.noun).second);
    for (const char* verb : {"Create", "Get", "List", "Delete"})
      EXPECT_TRUE(kind.Has(verb)) << verb;
    EXPECT_EQ(&kind, KindOfType(kind.type));
  }
}

// A manifest is applied in this order where nothing else decides.
TEST(KindsTest, AKindStandsAfterThoseThatItPointsAt) {
  std::set<std::string> seen;
  for (const Kind& kind : Kinds()) {
    seen.insert(kind.type);
    for (const auto* field : SettableFields(kind)) {
      const std::string type = RuleOf(*field).refers_to();
      if (type.find(',') == std::string::npos && !type.empty()) {
        EXPECT_TRUE(seen.count(type) > 0) << kind.type << "." << field->name() << " -> " << type;
      }
    }
  }
}

TEST(KindsTest, NounsAndMethodsFollowTheContract) {
  const Kind* kind = KindOfType("RuleAssociation");
  ASSERT_NE(nullptr, kind);
  EXPECT_EQ("rule-association", kind->noun);
  EXPECT_EQ("nave.dns.v1.RuleAssociationService/ListRuleAssociations", kind->Method("List"));
  EXPECT_FALSE(kind->Has("Update"));
  EXPECT_EQ(nullptr, KindOfType("Bicycle"));
}

TEST(KindsTest, WhatTheServerWritesCannotBeSet) {
  EXPECT_THAT(NamesOf(SettableFields(*KindOfType("ZoneAssociation"))),
              ElementsAre("vpc", "expire_time"));
  EXPECT_THAT(NamesOf(SettableFields(*KindOfType("Token"))),
              ElementsAre("principal", "role", "scope", "expire_time"));
}

class KindCallsTest : public testing::Test {
 protected:
  const Kind& vpc_ = *KindOfType("Vpc");
  FakeControlPlane server_;
};

TEST_F(KindCallsTest, CreateSendsTheResourceAndTheMutation) {
  Vpc made;
  made.set_name("accounts/a/vpcs/v");
  server_.Returns(kService + "CreateVpc", made);
  api::v1::Mutation mutation;
  mutation.set_request_id("r1");
  const auto created = CreateResource(server_, vpc_, made, mutation);
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ("accounts/a/vpcs/v", NameOf(**created));
  const auto request = server_.last<CreateVpcRequest>(kService + "CreateVpc");
  EXPECT_EQ("accounts/a/vpcs/v", request.vpc().name());
  EXPECT_EQ("r1", request.mutation().request_id());
}

TEST_F(KindCallsTest, UpdateSendsTheMask) {
  server_.Returns(kService + "UpdateVpc", Vpc());
  google::protobuf::FieldMask mask;
  mask.add_paths("cidrs");
  ASSERT_TRUE(UpdateResource(server_, vpc_, Vpc(), mask, {}).ok());
  EXPECT_THAT(server_.last<UpdateVpcRequest>(kService + "UpdateVpc").update_mask().paths(),
              ElementsAre("cidrs"));
}

TEST_F(KindCallsTest, ListReadsEveryPage) {
  server_.On<api::v1::ListRequest, ListVpcsResponse>(
      kService + "ListVpcs", [](const api::v1::ListRequest& request, ListVpcsResponse* page) {
        EXPECT_EQ("accounts/a", request.parent());
        page->add_vpcs()->set_name(request.page_token().empty() ? "first" : "second");
        if (request.page_token().empty()) page->set_next_page_token("more");
        return absl::OkStatus();
      });
  const auto listed = ListResources(server_, vpc_, "accounts/a", "");
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(2u, listed->size());
  EXPECT_EQ("second", NameOf(*(*listed)[1]));
}

TEST_F(KindCallsTest, ListThatNeverEndsIsAnError) {
  ListVpcsResponse page;
  page.set_next_page_token("again");
  server_.Returns(kService + "ListVpcs", page);
  EXPECT_TRUE(absl::IsResourceExhausted(ListResources(server_, vpc_, "", "").status()));
}

TEST_F(KindCallsTest, DeleteReturnsTheRevision) {
  api::v1::DeleteResponse response;
  response.set_revision(7);
  server_.Returns(kService + "DeleteVpc", response);
  const auto revision = DeleteResource(server_, vpc_, "accounts/a/vpcs/v", "r3", {});
  ASSERT_TRUE(revision.ok());
  EXPECT_EQ(7, *revision);
  EXPECT_EQ("r3", server_.last<api::v1::DeleteRequest>(kService + "DeleteVpc").etag());
}

}  // namespace
}  // namespace nave::cli
