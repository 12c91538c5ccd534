#include "terraform/resources/record_set.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "nave/dns/v1/record_set.pb.h"
#include "tests/terraform/resources/resource_testing.h"

namespace nave::terraform {
namespace {

using absl::StrContains;
using dns::v1::CreateRecordSetRequest;
using dns::v1::RecordSet;
using dns::v1::UpdateRecordSetRequest;

constexpr char kCreate[] = "nave.dns.v1.RecordSetService/CreateRecordSet";
constexpr char kUpdate[] = "nave.dns.v1.RecordSetService/UpdateRecordSet";
constexpr char kGet[] = "nave.dns.v1.RecordSetService/GetRecordSet";
constexpr char kZone[] = "accounts/a/zones/z";

Object Given(const std::string& owner, const std::string& rrtype,
             const std::vector<std::string>& rdata, Value ttl = Value::Int(60)) {
  return {{"zone", Value::String(kZone)},
          {"owner", Value::String(owner)},
          {"rrtype", Value::String(rrtype)},
          {"ttl_seconds", ttl},
          {"rdata", TextList(rdata)}};
}

class RecordSetResourceTest : public ::testing::Test {
 protected:
  // The control plane answers with these values whatever it is sent.
  void Serve(const std::string& name, const std::vector<std::string>& rdata, int ttl = 60) {
    RecordSet record_set;
    record_set.set_name(name);
    record_set.set_ttl_seconds(ttl);
    for (const std::string& text : rdata) record_set.add_rdata(text);
    record_set.mutable_metadata()->set_etag("e1");
    for (const char* method : {kCreate, kUpdate, kGet}) {
      world_.control_plane.Returns(method, record_set);
    }
  }

  FakeWorld world_;
  RecordSetResource resource_;
  Life life_{resource_, world_};
};

TEST_F(RecordSetResourceTest, WhatCannotBeARecordSetIsRefusedBeforeAnythingIsMade) {
  const struct {
    Object given;
    const char* part;
  } cases[] = {
      {Given("www.example.com", "A", {"192.0.2.1"}), ""},
      {Given("www.example.com", "TYPE65280", {"\\# 2 abcd"}), ""},
      {Given("www..com", "A", {"192.0.2.1"}), "owner: Invalid owner"},
      {Given("www.example.com", "AX", {"192.0.2.1"}), "rrtype: Invalid rrtype"},
      {Given("www.example.com", "A", {"192.0.2.256"}), "rdata: Invalid rdata: '192.0.2.256'"},
      {Given("www.example.com", "A", {}), "rdata: Invalid rdata"},
      {Given("www.example.com", "MX", {"mail"}), "rdata: Invalid rdata"},
      {Given("a.example.com", "A", {"192.0.2.1"}, Value::Int(-1)), "ttl_seconds: Invalid"},
      {Given("a.example.com", "A", {"192.0.2.1"}, Value::Number("0.5")), "ttl_seconds: Invalid"},
      {Given("a.example.com", "A", {"192.0.2.1"}, Value::Number("2147483648")), "ttl_seconds:"},
  };
  for (const auto& c : cases) {
    const std::string errors = CheckErrors(resource_, c.given);
    EXPECT_TRUE(*c.part == '\0' ? errors.empty() : StrContains(errors, c.part))
        << c.part << ": " << errors;
  }
}

TEST_F(RecordSetResourceTest, UnknownValuesAreNotChecked) {
  Object given = Given("www.example.com", "A", {});
  given["rdata"] = Value::OfList({Value::Unknown()});
  EXPECT_EQ(CheckErrors(resource_, given), "");
  for (const Attribute& attribute : resource_.schema().attributes) {
    given[attribute.name] = Value::Unknown();
  }
  EXPECT_EQ(CheckErrors(resource_, given), "");
}

TEST_F(RecordSetResourceTest, TheNameFollowsFromItsParts) {
  const struct {
    const char *owner, *rrtype, *name;
  } cases[] = {
      {"WWW.Example.com", "a", "/recordSets/www.example.com./A"},
      {"www.example.com.", "TYPE1", "/recordSets/www.example.com./A"},
      {"a/b.example.com", "TXT", "/recordSets/a\\047b.example.com./TXT"},
      {"*.example.com", "AAAA", "/recordSets/*.example.com./AAAA"},
      {"bücher.example.com", "A", "/recordSets/xn--bcher-kva.example.com./A"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(resource_.NameOf(Given(c.owner, c.rrtype, {})), std::string(kZone) + c.name);
  }
}

TEST_F(RecordSetResourceTest, SpellingsOfTheSameDataAreNoChange) {
  const struct {
    const char *rrtype, *written, *stored, *rewritten;
  } cases[] = {
      {"A", "192.0.2.1", "192.0.2.1", "192.0.2.1"},
      {"AAAA", "2001:DB8:0::1", "2001:db8::1", "2001:db8::0:1"},
      {"CNAME", "Target.Example.com", "target.example.com.", "TARGET.example.com."},
      {"MX", "10 Mail.Example.com", "10 mail.example.com.", "10  mail.example.com."},
      {"TXT", "\"a b\"", "\"a b\"", "a\\ b"},
      {"TXT", "v", "\"v\"", "\"v\""},
      {"SRV", "0 0 443 A.example.com", "0 0 443 a.example.com.", "00 0 443 a.example.com"},
      {"CNAME", "bücher.example", "xn--bcher-kva.example.", "BÜCHER.example."},
      // The serial is the zone's: it moves with every change.
      {"SOA", "n. h. 1 2 3 4 5", "n. h. 7 2 3 4 5", "n. h. 9 2 3 4 5"},
  };
  for (const auto& c : cases) {
    Life life(resource_, world_);
    Serve(std::string(kZone) + "/recordSets/www.example.com./" + c.rrtype, {c.stored});
    const Object given = Given("WWW.example.com", c.rrtype, {c.written});
    ASSERT_EQ(life.Apply(given), "") << c.written;
    EXPECT_EQ(life.Get("rdata"), TextList({c.written}));
    EXPECT_EQ(life.Get("owner"), Value::String("WWW.example.com"));
    ASSERT_EQ(life.Refresh(), "");
    EXPECT_TRUE(life.HasNoChanges(given)) << c.written;
    const Object again = Given("www.example.com.", c.rrtype, {c.rewritten});
    EXPECT_TRUE(life.HasNoChanges(again)) << c.rewritten;
  }
}

TEST_F(RecordSetResourceTest, TheOrderOfValuesIsNoChange) {
  Serve("accounts/a/zones/z/recordSets/www.example.com./A", {"192.0.2.2", "192.0.2.1"});
  const Object given = Given("www.example.com", "A", {"192.0.2.1", "192.0.2.2"});
  ASSERT_EQ(life_.Apply(given), "");
  ASSERT_EQ(life_.Refresh(), "");
  EXPECT_TRUE(life_.HasNoChanges(given));
  EXPECT_FALSE(life_.HasNoChanges(Given("www.example.com", "A", {"192.0.2.1"})));
}

TEST_F(RecordSetResourceTest, DataAndTtlAreChangedInPlaceByTheirVersion) {
  Serve("accounts/a/zones/z/recordSets/www.example.com./A", {"192.0.2.1"});
  ASSERT_EQ(life_.Apply(Given("www.example.com", "A", {"192.0.2.1"})), "");
  EXPECT_EQ(life_.Get("name").DebugString(),
            "\"accounts/a/zones/z/recordSets/www.example.com./A\"");
  EXPECT_FALSE(
      world_.control_plane.last<CreateRecordSetRequest>(kCreate).mutation().request_id().empty());
  const Object changed = Given("www.example.com", "A", {"192.0.2.7"}, Value::Int(300));
  EXPECT_TRUE(life_.PlanFor(changed).replaces.empty());
  // The name is a promise.
  EXPECT_EQ(life_.PlanFor(changed).planned.at("name"), life_.Get("name"));
  Serve("accounts/a/zones/z/recordSets/www.example.com./A", {"192.0.2.7"}, 300);
  ASSERT_EQ(life_.Apply(changed), "");
  const auto request = world_.control_plane.last<UpdateRecordSetRequest>(kUpdate);
  EXPECT_EQ(request.record_set().metadata().etag(), "e1");
  EXPECT_EQ(request.record_set().ttl_seconds(), 300);
  EXPECT_EQ(life_.Get("ttl_seconds"), Value::Int(300));
}

TEST_F(RecordSetResourceTest, AnotherPlaceIsAnotherRecordSet) {
  Serve("accounts/a/zones/z/recordSets/www.example.com./A", {"192.0.2.1"});
  ASSERT_EQ(life_.Apply(Given("www.example.com", "A", {"192.0.2.1"})), "");
  EXPECT_EQ(life_.PlanFor(Given("w3.example.com", "A", {"192.0.2.1"})).replaces,
            std::vector<std::string>{"owner"});
  EXPECT_EQ(life_.PlanFor(Given("www.example.com", "TXT", {"x"})).replaces,
            std::vector<std::string>{"rrtype"});
}

TEST_F(RecordSetResourceTest, ImportSplitsTheName) {
  Serve("accounts/a/zones/z/recordSets/a\\047b.example.com./A", {"192.0.2.1"});
  ASSERT_EQ(life_.Import("accounts/a/zones/z/recordSets/a\\047b.example.com./A"), "");
  EXPECT_TRUE(life_.HasNoChanges(Given("a/b.example.com", "A", {"192.0.2.1"})));
  EXPECT_TRUE(StrContains(life_.Import("accounts/a/zones/z"), "must be a resource name"));
}

}  // namespace
}  // namespace nave::terraform
