#include "cli/field_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/errors.h"
#include "nave/catalog/v1/product_version.pb.h"
#include "nave/dns/v1/record_set.pb.h"
#include "nave/dns/v1/rule.pb.h"
#include "nave/governance/v1/account.pb.h"
#include "nave/governance/v1/token.pb.h"
#include "nave/governance/v1/vpc.pb.h"

namespace nave::cli {
namespace {

using catalog::v1::ProductVersion;
using dns::v1::RecordSet;
using dns::v1::Rule;
using governance::v1::Account;
using governance::v1::Token;
using governance::v1::Vpc;
using testing::ElementsAre;
using testing::HasSubstr;

template <typename Message>
absl::StatusOr<Message> Filled(const std::string& text) {
  auto nodes = ParseYaml("a.yaml", text);
  if (!nodes.ok()) return nodes.status();
  Message message;
  const absl::Status status = FillFromYaml("a.yaml", nodes->at(0), &message);
  if (!status.ok()) return status;
  return message;
}

template <typename Message>
std::string ErrorOf(const std::string& text) {
  const auto filled = Filled<Message>(text);
  EXPECT_EQ(kExitUsage, ExitCodeOf(filled.status())) << text;
  return std::string(filled.status().message());
}

TEST(FieldValuesTest, EveryFormOfValueIsRead) {
  const auto rule = Filled<Rule>(
      "domain_name: corp.example.com\n"
      "kind: forward\n"
      "targets:\n"
      "- {address: 192.0.2.1, port: 5300, transport: TCP}\n"
      "- inbound_endpoint: accounts/hub/endpoints/in\n"
      "disabled: true\n");
  ASSERT_TRUE(rule.ok()) << rule.status();
  EXPECT_EQ(Rule::FORWARD, rule->kind());
  ASSERT_EQ(2, rule->targets_size());
  EXPECT_EQ(5300, rule->targets(0).port());
  EXPECT_EQ(dns::v1::Target::TCP, rule->targets(0).transport());
  EXPECT_EQ("accounts/hub/endpoints/in", rule->targets(1).inbound_endpoint());
  EXPECT_TRUE(rule->disabled());
}

TEST(FieldValuesTest, TextsStayTexts) {
  const auto account = Filled<Account>("display_name: 0042\n");
  ASSERT_TRUE(account.ok());
  EXPECT_EQ("0042", account->display_name());
}

TEST(FieldValuesTest, AnEmptyValueIsNoValue) {
  const auto vpc = Filled<Vpc>("cidrs:\nregion: x\n");
  ASSERT_TRUE(vpc.ok()) << vpc.status();
  EXPECT_TRUE(vpc->cidrs().empty());
}

TEST(FieldValuesTest, EnumsAreReadInAnyCaseAndWithHyphens) {
  const auto token = Filled<Token>("role: network-admin\nexpire_time: 2030-01-02T03:04:05Z\n");
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(Token::NETWORK_ADMIN, token->role());
  EXPECT_EQ(1893553445, token->expire_time().seconds());
}

TEST(FieldValuesTest, ErrorsNameLineAndNearestWord) {
  EXPECT_EQ("a.yaml:2: unknown field 'cidr' of Vpc; did you mean 'cidrs'?",
            ErrorOf<Vpc>("region: x\ncidr: [10.0.0.0/8]\n"));
  EXPECT_EQ("a.yaml:3: unknown field 'adress' of Target; did you mean 'address'?",
            ErrorOf<Rule>("kind: FORWARD\ntargets:\n- adress: 192.0.2.1\n"));
  EXPECT_THAT(ErrorOf<Rule>("kind: SIDEWAYS\n"), HasSubstr("known are FORWARD, SYSTEM, RECURSIVE"));
  EXPECT_THAT(ErrorOf<Rule>("kind: KIND_UNSPECIFIED\n"), HasSubstr("is no value of kind"));
}

TEST(FieldValuesTest, WhatDoesNotFitIsSaid) {
  EXPECT_EQ("a.yaml:1: cidrs is a list, such as [a, b]", ErrorOf<Vpc>("cidrs: 10.0.0.0/8\n"));
  EXPECT_EQ("a.yaml:1: region is one value", ErrorOf<Vpc>("region: [a, b]\n"));
  EXPECT_EQ("a.yaml:1: disabled is true or false, not 'maybe'", ErrorOf<Rule>("disabled: maybe\n"));
  EXPECT_THAT(ErrorOf<RecordSet>("ttl_seconds: 99999999999\n"), HasSubstr("is no whole number"));
  EXPECT_THAT(ErrorOf<RecordSet>("ttl_seconds: 1.5\n"), HasSubstr("is no whole number"));
  EXPECT_THAT(ErrorOf<Token>("expire_time: tomorrow\n"), HasSubstr("is no time"));
  EXPECT_THAT(ErrorOf<Vpc>("[a]"), HasSubstr("expected here are fields: display_name, region"));
  EXPECT_EQ("a.yaml:2: 'region' stands here twice", ErrorOf<Vpc>("region: a\nregion: b\n"));
}

TEST(FieldValuesTest, WhatTheServerWritesIsUnknown) {
  EXPECT_THAT(ErrorOf<Token>("secret: abc\n"), HasSubstr("unknown field 'secret'"));
  EXPECT_THAT(ErrorOf<Vpc>("metadata: {}\n"), HasSubstr("unknown field 'metadata'"));
}

TEST(FieldValuesTest, BrokenYamlNamesItsLine) {
  EXPECT_THAT(ErrorOf<Vpc>("region: x\ncidrs: [a\n"), HasSubstr("a.yaml:3: "));
}

TEST(FieldValuesTest, CellsReadWell) {
  const auto rule = Filled<Rule>("targets: [{address: 192.0.2.1, port: 53}]\n");
  const auto& descriptor = *Rule::descriptor();
  EXPECT_EQ(R"({"address":"192.0.2.1","port":53})",
            FieldText(*rule, *descriptor.FindFieldByName("targets")));
  EXPECT_EQ("false", FieldText(*rule, *descriptor.FindFieldByName("disabled")));
  const auto version = Filled<ProductVersion>("settings: [{key: a, values: [b, c]}]\n");
  EXPECT_EQ("a=b,c",
            FieldText(*version, *ProductVersion::descriptor()->FindFieldByName("settings")));
  EXPECT_EQ("", FieldText(Token(), *Token::descriptor()->FindFieldByName("expire_time")));
}

}  // namespace
}  // namespace nave::cli
