#include "catalog/publish/subscription.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "tests/catalog/governance/world.h"

namespace nave::catalog {
namespace {

using resolver::v1::ControlMessage;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr char kSpokeVpc[] = "accounts/s1/vpcs/main";
constexpr char kRecord[] =
    "create RecordSet name: 'accounts/s1/zones/z/recordSets/app.s1.cloud.example.com./A' "
    "ttl_seconds: 60 rdata: '192.0.2.1'";

// A message in one word, for comparison.
std::string Word(const ControlMessage& message) {
  switch (message.message_case()) {
    case ControlMessage::kReset:
      return "reset";
    case ControlMessage::kListener:
      return absl::StrCat("listener ", message.listener().address());
    case ControlMessage::kView:
      return absl::StrCat("view ", message.view().name());
    case ControlMessage::kZone:
      return absl::StrCat("zone ", message.zone().name());
    case ControlMessage::kZoneChange:
      return absl::StrCat("change ", message.zone_change().zone(), " +",
                          message.zone_change().upserted_size(), " -",
                          message.zone_change().removed_size());
    case ControlMessage::kRule:
      return absl::StrCat("rule ", message.rule().name());
    case ControlMessage::kRemoved:
      return absl::StrCat("removed ", message.removed().listener(), message.removed().view(),
                          message.removed().zone(), message.removed().rule());
    case ControlMessage::kRequest:
      return absl::StrCat("request ", message.request().id());
    default:
      return "complete";
  }
}

class SubscriptionTest : public ::testing::Test {
 protected:
  SubscriptionTest() : nodes_(world_.store(), world_.clock()) {}
  void SetUp() override {
    Do(testing::World::Story());
    Do({"create RuleAssociation name: 'accounts/s1/ruleAssociations/cloud' rule: "
        "'accounts/hub/rules/cloud' vpc: 'accounts/s1/vpcs/main'",
        "create Zone name: 'accounts/s1/zones/z' domain_name: 's1.cloud.example.com'",
        "create ZoneAssociation name: 'accounts/s1/zones/z/associations/own' vpc: "
        "'accounts/s1/vpcs/main'"});
  }
  void Do(const std::vector<std::string>& lines) {
    const absl::Status status = world_.RunAll(lines);
    ASSERT_TRUE(status.ok()) << status;
  }
  void Start(const std::vector<std::string>& vpcs, store::Revision have = 0) {
    resolver::v1::Hello hello;
    hello.set_node("r1");
    hello.set_have_revision(have);
    for (const std::string& vpc : vpcs) hello.add_vpcs(vpc);
    auto started = Subscription::Start(world_.store(), nodes_, hello);
    ASSERT_TRUE(started.ok()) << started.status();
    subscription_ = *std::move(started);
  }
  // Everything up to the state as it is now, without the `complete`s.
  std::vector<std::string> Words() {
    std::vector<std::string> words;
    complete_ = 0;
    while (complete_ < world_.store().current_revision()) {
      auto messages = subscription_->Next(absl::InfiniteFuture());
      EXPECT_TRUE(messages.ok()) << messages.status();
      if (!messages.ok()) break;
      ++batches_;
      for (const ControlMessage& message : *messages) {
        if (message.has_complete()) {
          complete_ = message.complete().revision();
        } else {
          words.push_back(Word(message));
        }
      }
    }
    return words;
  }

  testing::World world_;
  Nodes nodes_;
  std::unique_ptr<Subscription> subscription_;
  store::Revision complete_ = 0;
  int batches_ = 0;
};

TEST_F(SubscriptionTest, NewNodeGetsTheWholeOfItsViewsAndNothingElse) {
  Start({kSpokeVpc});
  EXPECT_THAT(Words(), UnorderedElementsAre(
                           "reset", absl::StrCat("view ", kSpokeVpc), "zone accounts/s1/zones/z",
                           "rule accounts/hub/rules/cloud", "listener 10.1.0.2:53"));
}

TEST_F(SubscriptionTest, NodeThatAsksForNothingGetsEveryVpcWithAListener) {
  Do({"create Vpc name: 'accounts/s1/vpcs/silent'"});
  Start({});
  EXPECT_THAT(Words(),
              UnorderedElementsAre("reset", "view accounts/hub/vpcs/hub",
                                   absl::StrCat("view ", kSpokeVpc), "view accounts/s2/vpcs/main",
                                   "zone accounts/s1/zones/z", "rule accounts/hub/rules/cloud",
                                   "listener 10.0.0.2:53", "listener 10.0.0.10:53",
                                   "listener 10.1.0.2:53", "listener 10.2.0.2:53"));
  Do({"update Vpc(resolver_addresses) name: 'accounts/s1/vpcs/silent' resolver_addresses: "
      "'10.1.0.9:53'"});
  EXPECT_THAT(Words(),
              UnorderedElementsAre("view accounts/s1/vpcs/silent", "listener 10.1.0.9:53"));
  EXPECT_THAT(nodes_.List()[0].vpcs(), ::testing::SizeIs(4));
}

TEST_F(SubscriptionTest, RecordIsAChangeOfItsZone) {
  Start({kSpokeVpc});
  Words();
  Do({kRecord});
  EXPECT_THAT(Words(), ElementsAre("change accounts/s1/zones/z +2 -0"));  // with the SOA
  Do({"delete accounts/s1/zones/z/recordSets/app.s1.cloud.example.com./A"});
  EXPECT_THAT(Words(), ElementsAre("change accounts/s1/zones/z +1 -1"));
}

TEST_F(SubscriptionTest, FallbackOfAZoneReachesItsNodes) {
  Do({kRecord});
  Start({kSpokeVpc});
  Words();
  Do({"update Zone(fallback_on_nxdomain) name: 'accounts/s1/zones/z' fallback_on_nxdomain: true"});
  auto messages = subscription_->Next(absl::InfiniteFuture());
  ASSERT_TRUE(messages.ok() && !messages->empty());
  ASSERT_EQ(Word((*messages)[0]), "zone accounts/s1/zones/z");
  EXPECT_TRUE((*messages)[0].zone().fallback_on_nxdomain());
  // The whole of it, for a zone takes the place of the one before.
  EXPECT_EQ((*messages)[0].zone().rrsets_size(), 3);
}

TEST_F(SubscriptionTest, WhatConcernsOthersIsOnlyCompleted) {
  Start({"accounts/s2/vpcs/main"});
  Words();
  Do({kRecord, "create Account name: 'accounts/s3'"});
  EXPECT_THAT(Words(), IsEmpty());
  EXPECT_EQ(complete_, world_.store().current_revision());
}

TEST_F(SubscriptionTest, AssociationBringsAndTakesWhatItNames) {
  Start({kSpokeVpc});
  Words();
  Do({"delete accounts/s1/zones/z/associations/own", "delete accounts/s1/ruleAssociations/cloud"});
  EXPECT_THAT(Words(),
              UnorderedElementsAre(absl::StrCat("view ", kSpokeVpc), "removed accounts/s1/zones/z",
                                   "removed accounts/hub/rules/cloud"));
  Do({"create ZoneAssociation name: 'accounts/s1/zones/z/associations/own' vpc: "
      "'accounts/s1/vpcs/main'"});
  EXPECT_THAT(Words(),
              UnorderedElementsAre(absl::StrCat("view ", kSpokeVpc), "zone accounts/s1/zones/z"));
}

TEST_F(SubscriptionTest, ResolverThatIsBehindGetsOneGroup) {
  Start({kSpokeVpc});
  Words();
  batches_ = 0;
  Do({kRecord,
      "update RecordSet(rdata) name: "
      "'accounts/s1/zones/z/recordSets/app.s1.cloud.example.com./A' rdata: '192.0.2.2'",
      "delete accounts/s1/zones/z/recordSets/app.s1.cloud.example.com./A"});
  EXPECT_THAT(Words(), ElementsAre("change accounts/s1/zones/z +1 -1"));
  EXPECT_EQ(batches_, 1);
}

TEST_F(SubscriptionTest, NodeGoesOnFromWhatItHas) {
  Start({kSpokeVpc});
  Words();
  const store::Revision have = complete_;
  ASSERT_TRUE(subscription_->Acknowledge(have).ok());
  subscription_.reset();
  Do({kRecord, "delete accounts/s1/ruleAssociations/cloud"});
  Start({kSpokeVpc}, have);
  EXPECT_THAT(Words(), UnorderedElementsAre(absl::StrCat("view ", kSpokeVpc),
                                            "removed accounts/hub/rules/cloud",
                                            "change accounts/s1/zones/z +2 -0"));
}

TEST_F(SubscriptionTest, NodeThatAsksForOtherVpcsStartsAnew) {
  Start({kSpokeVpc});
  Words();
  const store::Revision have = complete_;
  subscription_.reset();
  Start({"accounts/s2/vpcs/main"}, have);
  EXPECT_THAT(Words(),
              UnorderedElementsAre("reset", "view accounts/s2/vpcs/main", "listener 10.2.0.2:53"));
}

TEST_F(SubscriptionTest, NodeThatIsAheadOfTheStoreStartsAnew) {
  Start({kSpokeVpc});
  Words();
  subscription_.reset();
  Start({kSpokeVpc}, 1000000);
  EXPECT_THAT(Words(), ::testing::Contains("reset"));
}

TEST_F(SubscriptionTest, LargeZoneComesInPieces) {
  constexpr int kRecords = 40;
  const std::string text(60000, 'x');
  for (int i = 0; i < kRecords; ++i) {
    std::string rdata;
    for (int part = 0; part < 240; ++part)
      absl::StrAppend(&rdata, "\"", text.substr(0, 240), "\" ");
    rdata.pop_back();
    Do({absl::StrCat("create RecordSet name: 'accounts/s1/zones/z/recordSets/h", i,
                     ".s1.cloud.example.com./TXT' ttl_seconds: 60 rdata: '", rdata, "'")});
  }
  Start({kSpokeVpc});
  const std::vector<std::string> words = Words();
  EXPECT_THAT(words, ::testing::Contains("zone accounts/s1/zones/z"));
  EXPECT_THAT(words, ::testing::Contains(::testing::HasSubstr("change accounts/s1/zones/z +")));
  EXPECT_GT(batches_, 1);
}

TEST_F(SubscriptionTest, AcknowledgementIsProofOfServing) {
  Start({kSpokeVpc});
  Words();
  EXPECT_THAT(nodes_.Wait(complete_, {kSpokeVpc}, world_.clock().Now()).lagging_nodes,
              ElementsAre("nodes/r1"));
  ASSERT_TRUE(subscription_->Acknowledge(complete_).ok());
  EXPECT_EQ(nodes_.Wait(complete_, {kSpokeVpc}, absl::InfiniteFuture()).served_revision, complete_);
}

TEST_F(SubscriptionTest, NobodyAcknowledgesWhatWasNeverSent) {
  Start({kSpokeVpc});
  Words();
  EXPECT_EQ(ReasonOf(subscription_->Acknowledge(complete_ + 1)), api::v1::INVALID_FIELD);
}

TEST_F(SubscriptionTest, SecondStreamEndsTheFirst) {
  Start({kSpokeVpc});
  const std::unique_ptr<Subscription> first = std::move(subscription_);
  Start({kSpokeVpc});
  EXPECT_EQ(first->Next(absl::InfiniteFuture()).status().code(), absl::StatusCode::kAborted);
  EXPECT_THAT(Words(), ::testing::Contains("reset"));
}

TEST_F(SubscriptionTest, RequestsGoWithTheNextMessages) {
  Start({kSpokeVpc});
  Words();
  resolver::v1::NodeRequest request;
  for (size_t i = 0; i < kMaxQueuedRequests; ++i) {
    request.set_id(static_cast<int64_t>(i));
    ASSERT_TRUE(subscription_->Send(request).ok());
  }
  EXPECT_EQ(subscription_->Send(request).code(), absl::StatusCode::kResourceExhausted);
  const auto messages = subscription_->Next(absl::InfiniteFuture());
  ASSERT_TRUE(messages.ok());
  ASSERT_THAT(*messages, ::testing::SizeIs(kMaxQueuedRequests));
  EXPECT_EQ(Word((*messages)[1]), "request 1");
}

}  // namespace
}  // namespace nave::catalog
