#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/errors.h"
#include "nave/dns/v1/explain.pb.h"
#include "nave/dns/v1/ledger.pb.h"
#include "tests/cli/fake_control_plane.h"

namespace nave::cli {
namespace {

using dns::v1::ListLedgerRequest;
using dns::v1::VpcLedgerRow;
using testing::HasSubstr;

const std::string kLedgers = "nave.dns.v1.LedgerService/";
constexpr char kExplain[] = "nave.dns.v1.ExplainService/Explain";

TEST(Ledgers, AccountRowsComeFromEveryPage) {
  FakeControlPlane server;
  server.On<ListLedgerRequest, dns::v1::ListAccountLedgerResponse>(
      kLedgers + "ListAccountLedger",
      [](const ListLedgerRequest& request, dns::v1::ListAccountLedgerResponse* response) {
        const bool first = request.page_token().empty();
        response->add_rows()->set_domain_name(first ? "one.example." : "two.example.");
        if (first) response->set_next_page_token("next");
        return absl::OkStatus();
      });
  FakeSession session(server);
  ASSERT_TRUE(RunLine(session, AddLedgers,
                      {"ledger", "account", "--account", "a", "--domain", "Example", "--at", "5"})
                  .ok());
  const auto request = server.last<ListLedgerRequest>(kLedgers + "ListAccountLedger");
  EXPECT_EQ(request.account(), "accounts/a");
  EXPECT_EQ(request.domain_name(), "example.");
  EXPECT_EQ(request.at_revision(), 5);
  EXPECT_THAT(session.out(), testing::AllOf(HasSubstr("one.example."), HasSubstr("two.example.")));
}

TEST(Ledgers, VpcRowsSayByWhoseConsent) {
  dns::v1::ListVpcLedgerResponse response;
  VpcLedgerRow& row = *response.add_rows();
  row.set_state(dns::v1::ZoneAssociation::ASSOCIATED);
  row.mutable_resource_consent()->set_principal("products/private");
  row.mutable_resource_consent()->set_via(dns::v1::Consent::LAUNCH_ROLE);
  FakeControlPlane server;
  server.Returns(kLedgers + "ListVpcLedger", response);
  FakeSession session(server);
  ASSERT_TRUE(
      RunLine(session, AddLedgers, {"ledger", "vpc", "--vpc", "main", "--account", "a"}).ok());
  EXPECT_EQ(server.last<ListLedgerRequest>(kLedgers + "ListVpcLedger").vpc(),
            "accounts/a/vpcs/main");
  EXPECT_THAT(session.out(), HasSubstr("products/private by LAUNCH_ROLE"));
  EXPECT_EQ(ExitCodeOf(RunLine(session, AddLedgers, {"ledger", "vpc", "--domain", "a..b"})),
            kExitUsage);
}

TEST(Explain, PrintsTheStepsInTheirOrder) {
  resolver::v1::Explanation explanation;
  explanation.set_rcode("NOERROR");
  explanation.set_node("r1");
  explanation.set_revision(12);
  explanation.add_answers("www.example. 60 IN A 192.0.2.1");
  for (auto kind : {resolver::v1::Step::VIEW, resolver::v1::Step::RULE}) {
    explanation.add_steps()->set_kind(kind);
  }
  FakeControlPlane server;
  server.Returns(kExplain, explanation);
  FakeSession session(server);
  ASSERT_TRUE(RunLine(session, AddExplain,
                      {"explain", "www.example", "aaaa", "--vpc", "accounts/a/vpcs/main"})
                  .ok());
  const auto request = server.last<dns::v1::ExplainRequest>(kExplain);
  EXPECT_EQ(request.qname(), "www.example.");
  EXPECT_EQ(request.qtype(), "AAAA");
  EXPECT_THAT(session.out(), testing::ContainsRegex("1. VIEW(.|\n)*2. RULE(.|\n)*NOERROR(.|\n)*"
                                                    "192.0.2.1(.|\n)*by r1, revision 12"));
}

TEST(Explain, AsksAsTheClientThatIsMeant) {
  FakeControlPlane server;
  server.Returns(kExplain, resolver::v1::Explanation());
  FakeSession session(server);
  ASSERT_TRUE(
      RunLine(session, AddExplain, {"explain", "www.example", "--vpc", "accounts/a/vpcs/main"})
          .ok());
  EXPECT_FALSE(server.last<dns::v1::ExplainRequest>(kExplain).no_recursion());
  ASSERT_TRUE(RunLine(session, AddExplain,
                      {"explain", "www.example", "--vpc", "accounts/a/vpcs/main", "--norecurse",
                       "--dnssec", "--cd"})
                  .ok());
  const auto request = server.last<dns::v1::ExplainRequest>(kExplain);
  EXPECT_TRUE(request.no_recursion());
  EXPECT_TRUE(request.dnssec_ok());
  EXPECT_TRUE(request.checking_disabled());
}

TEST(Explain, WhatIsNoQuestionIsAUsageError) {
  FakeControlPlane server;
  FakeSession session(server);
  const std::vector<std::vector<std::string>> wrong = {
      {"explain", "www.example", "--vpc", "main"},
      {"explain", "a..b", "--vpc", "accounts/a/vpcs/main"},
      {"explain", "www.example", "NOTYPE", "--vpc", "accounts/a/vpcs/main"},
      {"explain", "www.example"}};
  for (const auto& line : wrong) {
    EXPECT_EQ(ExitCodeOf(RunLine(session, AddExplain, line)), kExitUsage)
        << testing::PrintToString(line);
  }
  EXPECT_TRUE(server.calls().empty());
}

}  // namespace
}  // namespace nave::cli
