#include "catalog/governance/record_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "catalog/governance/resources.h"
#include "catalog/resource_name.h"
#include "nave/dns/v1/record_set.pb.h"
#include "tests/catalog/governance/world.h"

namespace nave::testing {
namespace {

using catalog::MetadataOf;
using catalog::ReasonOf;
using dns::v1::RecordChange;
using dns::v1::RecordSet;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kZoneName[] = "accounts/s1/zones/z";
constexpr char kApex[] = "s1.cloud.example.com.";

// A zone whose records are written in short: `c NS n.c` stands below the apex, `@` is it.
class ZoneRulesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(world_.RunAll(World::Story()), absl::OkStatus());
    ASSERT_EQ(
        world_.Run(absl::StrCat("create Zone name: '", kZoneName, "' domain_name: '", kApex, "'")),
        absl::OkStatus());
  }
  static std::string NameOf(absl::string_view owner, absl::string_view type) {
    return absl::StrCat(kZoneName, "/recordSets/",
                        owner == "@" ? kApex : absl::StrCat(owner, ".", kApex), "/", type);
  }
  // `OWNER TYPE RDATA`; several rdatas are parted by ` | `.
  static RecordSet Parse(absl::string_view line) {
    const std::vector<std::string> words = absl::StrSplit(line, absl::MaxSplits(' ', 2));
    RecordSet record_set;
    record_set.set_name(NameOf(words[0], words[1]));
    record_set.set_ttl_seconds(60);
    if (words.size() < 3) return record_set;
    for (const absl::string_view rdata : absl::StrSplit(words[2], " | "))
      record_set.add_rdata(std::string(rdata));
    return record_set;
  }
  absl::Status Create(absl::string_view line) {
    dns::v1::CreateRecordSetRequest request;
    *request.mutable_record_set() = Parse(line);
    RecordSet response;
    return world_.engine().Create(world_.caller(), request, &response);
  }
  absl::Status Update(const RecordSet& record_set) {
    dns::v1::UpdateRecordSetRequest request;
    *request.mutable_record_set() = record_set;
    return world_.engine().Update(world_.caller(), request, &updated_);
  }
  absl::Status Update(absl::string_view line) { return Update(Parse(line)); }
  absl::Status Delete(absl::string_view owner, absl::string_view type) {
    return world_.Run(absl::StrCat("delete ", NameOf(owner, type)));
  }
  // One batch of lines `+ OWNER TYPE RDATA` and `- OWNER TYPE`.
  absl::Status Batch(const std::vector<std::string>& lines) {
    dns::v1::ApplyChangeBatchRequest request;
    request.set_zone(kZoneName);
    for (const std::string& line : lines) {
      RecordChange* change = request.add_changes();
      change->set_action(line[0] == '+' ? RecordChange::UPSERT : RecordChange::DELETE);
      *change->mutable_record_set() = Parse(line.substr(2));
    }
    batch_.Clear();
    return world_.engine().ApplyChangeBatch(world_.caller(), request, &batch_);
  }
  RecordSet Get(absl::string_view owner, absl::string_view type) {
    auto record_set = world_.Get<RecordSet>(NameOf(owner, type));
    EXPECT_TRUE(record_set.ok()) << record_set.status();
    return record_set.ok() ? *record_set : RecordSet();
  }
  uint32_t Serial() {
    const std::vector<std::string> words = absl::StrSplit(Get("@", "SOA").rdata(0), ' ');
    return static_cast<uint32_t>(std::stoul(words[2]));
  }
  static std::string SoaLine(uint32_t serial, absl::string_view mname = "ns.nave.invalid.") {
    return absl::StrCat("@ SOA ", mname, " hostmaster.nave.invalid. ", serial,
                        " 7200 900 1209600 30");
  }
  static std::vector<std::string> Texts(const catalog::ZoneWarnings& warnings) {
    std::vector<std::string> texts;
    for (const auto& warning : warnings)
      texts.push_back(absl::StrCat(warning.record_set(), ": ", warning.rule()));
    return texts;
  }

  World world_;
  RecordSet updated_;
  dns::v1::ApplyChangeBatchResponse batch_;
};

struct Refusal {
  const char* name;
  std::vector<std::string> there;
  const char* refused;
  const char* rule;
};

class RefusalTest : public ZoneRulesTest, public ::testing::WithParamInterface<Refusal> {};

TEST_P(RefusalTest, NamesRecordAndRule) {
  for (const std::string& line : GetParam().there)
    ASSERT_EQ(Create(line), absl::OkStatus()) << line;
  const size_t before = world_.Count(store::Table::kResources);
  const absl::Status status = Create(GetParam().refused);
  EXPECT_EQ(ReasonOf(status), api::v1::INVALID_RECORD) << status;
  EXPECT_EQ(catalog::MetadataOf(status)["rule"], GetParam().rule) << status;
  EXPECT_EQ(catalog::MetadataOf(status)["resource"], Parse(GetParam().refused).name());
  EXPECT_EQ(world_.Count(store::Table::kResources), before);
  // The same by a batch, and what stands there in the same batch, behind it.
  EXPECT_EQ(catalog::MetadataOf(Batch({absl::StrCat("+ ", GetParam().refused)}))["rule"],
            GetParam().rule);
  for (const std::string& line : GetParam().there) {
    const RecordSet record_set = Parse(line);
    ASSERT_EQ(world_.Run(absl::StrCat("delete ", record_set.name())), absl::OkStatus());
  }
  std::vector<std::string> all = {absl::StrCat("+ ", GetParam().refused)};
  for (const std::string& line : GetParam().there) all.push_back(absl::StrCat("+ ", line));
  EXPECT_EQ(ReasonOf(Batch(all)), api::v1::INVALID_RECORD);
}

INSTANTIATE_TEST_SUITE_P(
    Rfcs, RefusalTest,
    ::testing::Values(
        Refusal{"CnameBesideData",
                {"a A 192.0.2.1"},
                "a CNAME b.",
                "RFC 1034 section 3.6.2, RFC 2181 section 10.1"},
        Refusal{"DataBesideCname",
                {"a CNAME b."},
                "a TXT t",
                "RFC 1034 section 3.6.2, RFC 2181 section 10.1"},
        Refusal{"CnameAtApex", {}, "@ CNAME b.", "RFC 1912 section 2.4"},
        Refusal{"TwoCnames", {}, "a CNAME b. | c.", "RFC 2181 section 10.1"},
        Refusal{"TwoDnames", {}, "a DNAME b. | c.", "RFC 6672 section 2.4"},
        Refusal{"SoaOffTheApex", {}, "a SOA n. h. 1 2 3 4 5", "RFC 1035 section 5.2"},
        Refusal{"BelowADname", {"d DNAME o."}, "x.d A 192.0.2.1", "RFC 6672 section 2.4"},
        Refusal{"DnameAboveData", {"x.y.d A 192.0.2.1"}, "d DNAME o.", "RFC 6672 section 2.4"},
        Refusal{"DnameBesideNs", {"d NS n."}, "d DNAME o.", "RFC 6672 section 2.3"},
        Refusal{"BelowADelegation", {"c NS n."}, "x.c TXT t", "RFC 1034 section 4.2.1"},
        Refusal{"DelegationAboveData", {"x.c TXT t"}, "c NS n.", "RFC 1034 section 4.2.1"},
        Refusal{"DelegationBelowADelegation", {"c NS n."}, "d.c NS n.", "RFC 1034 section 4.2.1"},
        Refusal{"AtTheCut", {"c NS n."}, "c MX 1 m.", "RFC 2181 section 6.1"},
        Refusal{"NsBesideData", {"c TXT t"}, "c NS n.", "RFC 2181 section 6.1"},
        Refusal{"DsAtTheApex", {}, "@ DS 1 8 2 00", "RFC 4035 section 2.4"},
        Refusal{"WildcardNs", {}, "* NS n.", "RFC 4592 section 4.2"},
        Refusal{"WildcardDname", {}, "*.a DNAME o.", "RFC 4592 section 4.4"},
        Refusal{"TheSameTwice", {}, "a A 192.0.2.1 | 192.0.2.1", "RFC 2181 section 5"},
        Refusal{"MalformedRdata", {}, "a MX mail.", "RFC 1035 section 5.1"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_F(ZoneRulesTest, TheOtherRecordIsNamed) {
  ASSERT_EQ(Create("x.c TXT t"), absl::OkStatus());
  EXPECT_THAT(std::string(Create("c NS n.").message()),
              HasSubstr("x.c.s1.cloud.example.com. TXT is hidden by the delegation"));
  ASSERT_EQ(Create("a CNAME b."), absl::OkStatus());
  EXPECT_THAT(std::string(Create("a TXT t").message()), HasSubstr("has TXT too"));
}

TEST_F(ZoneRulesTest, WhatServersLoadIsTaken) {
  for (const char* line :
       {"c NS n.c", "n.c A 192.0.2.1", "n.c AAAA 2001:db8::1", "c DS 1 8 2 00",
        "e NS e.s1.cloud.example.com.", "e A 192.0.2.1", "a.b.f TXT t", "* TXT t", "*.g CNAME a.",
        "_s._tcp SRV 0 0 1 t.", "t TYPE65280 \\# 1 00"}) {
    EXPECT_EQ(Create(line), absl::OkStatus()) << line;
  }
}

TEST_F(ZoneRulesTest, UpdatesAreCheckedToo) {
  ASSERT_EQ(Create("a CNAME b."), absl::OkStatus());
  EXPECT_EQ(catalog::MetadataOf(Update("a CNAME b. | c."))["rule"], "RFC 2181 section 10.1");
  EXPECT_EQ(catalog::MetadataOf(Update(absl::StrCat(SoaLine(5), " | n. h. 1 2 3 4 5")))["rule"],
            "RFC 2181 section 6.1");
  EXPECT_EQ(Update("a CNAME c."), absl::OkStatus());
}

TEST_F(ZoneRulesTest, AnRRsetThatFitsNoMessageIsRefused) {
  // RFC 1035 section 4.2.2.
  RecordSet record_set = Parse("big TXT");
  for (int i = 0; i < 270; ++i) {
    record_set.add_rdata(absl::StrCat("\"", i, std::string(240, 'x'), "\""));
  }
  dns::v1::CreateRecordSetRequest request;
  *request.mutable_record_set() = record_set;
  RecordSet response;
  const absl::Status status = world_.engine().Create(world_.caller(), request, &response);
  EXPECT_EQ(catalog::MetadataOf(status)["rule"], "RFC 1035 section 4.2.2") << status;
  request.mutable_record_set()->mutable_rdata()->DeleteSubrange(200, 70);
  EXPECT_EQ(world_.engine().Create(world_.caller(), request, &response), absl::OkStatus());
  *request.mutable_record_set() = record_set;
  EXPECT_EQ(catalog::MetadataOf(Update(record_set))["rule"], "RFC 1035 section 4.2.2");
}

TEST_F(ZoneRulesTest, ABatchIsJudgedByItsEnd) {
  ASSERT_EQ(Create("a CNAME b."), absl::OkStatus());
  ASSERT_EQ(Create("x.c TXT t"), absl::OkStatus());
  // In either order; in between, both stand there.
  EXPECT_EQ(Batch({"+ a A 192.0.2.1", "- a CNAME"}), absl::OkStatus());
  EXPECT_EQ(Batch({"- a A", "+ a CNAME b."}), absl::OkStatus());
  EXPECT_EQ(Batch({"+ c NS n.other.", "- x.c TXT"}), absl::OkStatus());
  EXPECT_EQ(Batch({"+ x.c TXT t", "- c NS"}), absl::OkStatus());
  EXPECT_EQ(ReasonOf(Batch({"+ d DNAME o.", "+ y TXT t", "+ x.d TXT t"})), api::v1::INVALID_RECORD);
  EXPECT_EQ(ReasonOf(world_.Get<RecordSet>(NameOf("y", "TXT")).status()), api::v1::NOT_FOUND);
}

TEST_F(ZoneRulesTest, AnOrdinaryChangeReadsItsOwnOwnerAlone) {
  ASSERT_EQ(Create("b TXT t"), absl::OkStatus());
  auto ranges = [&](const std::string& line) {
    store::Transaction transaction(*world_.store().Read());
    catalog::Actor actor;
    actor.caller = world_.caller();
    RecordSet record_set = Parse(line);
    EXPECT_EQ(catalog::CreateResource(transaction, actor, &record_set), absl::OkStatus());
    std::vector<std::string> starts;
    for (const store::RangePrecondition& range : transaction.TakeRequest().ranges) {
      if (absl::StrContains(range.start, "/recordSets/")) starts.push_back(range.start);
    }
    return starts;
  };
  EXPECT_THAT(ranges("a A 192.0.2.1"), ElementsAre(NameOf("a", "")));
  EXPECT_THAT(ranges("c NS n.other."),
              ElementsAre(NameOf("c", ""), absl::StrCat(kZoneName, "/recordSets/")));
}

// The serial of the SOA, RFC 1982.
using Rfc1982Test = ZoneRulesTest;

TEST_F(Rfc1982Test, OneStepForEachTransaction) {
  EXPECT_EQ(Serial(), 1);
  ASSERT_EQ(Create("a A 192.0.2.1"), absl::OkStatus());
  EXPECT_EQ(Serial(), 2);
  ASSERT_EQ(Batch({"+ b A 192.0.2.1", "+ c A 192.0.2.1", "- a A"}), absl::OkStatus());
  EXPECT_EQ(Serial(), 3);
  ASSERT_EQ(Delete("b", "A"), absl::OkStatus());
  EXPECT_EQ(Serial(), 4);
}

TEST_F(Rfc1982Test, WhatChangesNothingMovesNothing) {
  ASSERT_EQ(Create("a A 192.0.2.1"), absl::OkStatus());
  ASSERT_EQ(Update("a A 192.0.2.1"), absl::OkStatus());
  ASSERT_EQ(Batch({"+ a A 192.0.2.1"}), absl::OkStatus());
  EXPECT_EQ(Serial(), 2);
  // An SOA that differs in a serial that is not ahead: no change either, however often.
  RecordSet soa = Parse(SoaLine(1));
  soa.set_ttl_seconds(3600);
  ASSERT_EQ(Update(soa), absl::OkStatus());
  EXPECT_EQ(Serial(), 2);
  EXPECT_THAT(updated_.rdata(0), HasSubstr(" 2 7200 "));
}

TEST_F(Rfc1982Test, AUsersSerialCountsWhenItIsAhead) {
  ASSERT_EQ(Update(SoaLine(2026112501)), absl::OkStatus());
  EXPECT_EQ(Serial(), 2026112501u);
  ASSERT_EQ(Update(SoaLine(5, "other.")), absl::OkStatus()) << "behind: moved ahead";
  EXPECT_EQ(Serial(), 2026112502u);
  EXPECT_THAT(updated_.rdata(0), HasSubstr("other. "));
  EXPECT_THAT(updated_.rdata(0), HasSubstr(" 2026112502 "));
  // In a batch, whatever stands before and behind it.
  ASSERT_EQ(Batch({"+ a A 192.0.2.1", absl::StrCat("+ ", SoaLine(2026112600)), "+ b A 192.0.2.1"}),
            absl::OkStatus());
  EXPECT_EQ(Serial(), 2026112600u);
  ASSERT_EQ(Batch({"+ a A 192.0.2.2", absl::StrCat("+ ", SoaLine(7, "third."))}), absl::OkStatus());
  EXPECT_EQ(Serial(), 2026112601u) << "one step for both";
}

TEST_F(Rfc1982Test, WrapsAround) {
  // Section 3.2: ahead is what is less than half-way around, so the end takes two jumps.
  ASSERT_EQ(Update(SoaLine(2147483647)), absl::OkStatus());
  ASSERT_EQ(Update(SoaLine(4294967294u)), absl::OkStatus());
  ASSERT_EQ(Create("a A 192.0.2.1"), absl::OkStatus());
  EXPECT_EQ(Serial(), 4294967295u);
  ASSERT_EQ(Create("b A 192.0.2.1"), absl::OkStatus());
  EXPECT_EQ(Serial(), 0u);
  ASSERT_EQ(Create("c A 192.0.2.1"), absl::OkStatus());
  EXPECT_EQ(Serial(), 1u);
  // Exactly half-way around neither is ahead: it is moved by one step.
  ASSERT_EQ(Update(SoaLine(1u + 0x80000000u, "other.")), absl::OkStatus());
  EXPECT_EQ(Serial(), 2u);
}

// SOA and NS of the apex.
TEST_F(ZoneRulesTest, ApexRecordsComeWithTheZoneAndWithoutOwner) {
  EXPECT_EQ(Get("@", "NS").rdata(0), "ns.nave.invalid.");
  EXPECT_EQ(Get("@", "NS").metadata().owner(), "");
  EXPECT_EQ(ReasonOf(Create("@ NS n.")), api::v1::ALREADY_EXISTS);
  for (const char* type : {"SOA", "NS"}) {
    const absl::Status status = Delete("@", type);
    EXPECT_EQ(ReasonOf(status), api::v1::INVALID_RECORD) << type;
    EXPECT_EQ(catalog::MetadataOf(status)["rule"], "RFC 1034 section 4.2.1");
    EXPECT_EQ(ReasonOf(Batch({absl::StrCat("- @ ", type)})), api::v1::INVALID_RECORD);
  }
}

TEST_F(ZoneRulesTest, AnAdoptedApexRecordBelongsToWhoChangedIt) {
  RecordSet ns = Parse("@ NS ns1.s1.cloud.example.com. | ns2.other.");
  ns.mutable_metadata()->set_owner("terraform");
  ASSERT_EQ(Update(ns), absl::OkStatus());
  EXPECT_EQ(Get("@", "NS").metadata().owner(), "terraform");
  EXPECT_EQ(Get("@", "NS").rdata_size(), 2);
  // The second tool finds it owned.
  ns.mutable_metadata()->set_owner("other");
  ns.set_ttl_seconds(61);
  ASSERT_EQ(Update(ns), absl::OkStatus());
  EXPECT_EQ(Get("@", "NS").metadata().owner(), "terraform");
}

TEST_F(ZoneRulesTest, DeletingAnAdoptedApexRecordPutsTheAutomaticOneBack) {
  RecordSet ns = Parse("@ NS n.other.");
  ns.mutable_metadata()->set_owner("terraform");
  ASSERT_EQ(Update(ns), absl::OkStatus());
  ASSERT_EQ(Update(SoaLine(100, "other.")), absl::OkStatus());
  ASSERT_EQ(Delete("@", "NS"), absl::OkStatus());
  EXPECT_EQ(Get("@", "NS").rdata(0), "ns.nave.invalid.");
  EXPECT_EQ(Get("@", "NS").metadata().owner(), "");
  EXPECT_EQ(Serial(), 101u);
  ASSERT_EQ(Delete("@", "SOA"), absl::OkStatus());
  EXPECT_THAT(Get("@", "SOA").rdata(0), HasSubstr("ns.nave.invalid. "));
  EXPECT_EQ(Serial(), 102u) << "the serial goes on";
  EXPECT_EQ(ReasonOf(Delete("@", "NS")), api::v1::INVALID_RECORD) << "it is automatic again";
  ASSERT_EQ(world_.Run(absl::StrCat("delete ", kZoneName)), absl::OkStatus());
}

// What is taken, and warned of.
TEST_F(ZoneRulesTest, ABatchWarnsOfWhatItWrites) {
  ASSERT_EQ(Batch({"+ c NS n.c.s1.cloud.example.com.", "+ @ MX 1 www.s1.cloud.example.com.",
                   "+ www CNAME a."}),
            absl::OkStatus());
  EXPECT_THAT(Texts(batch_.warnings()),
              ElementsAre(HasSubstr("c.s1.cloud.example.com./NS: missing glue"),
                          HasSubstr("/s1.cloud.example.com./MX: target is an alias")));
  ASSERT_EQ(Batch({"+ n.c A 192.0.2.1"}), absl::OkStatus());
  EXPECT_THAT(Texts(batch_.warnings()), IsEmpty());
  ASSERT_EQ(Batch({"- n.c A"}), absl::OkStatus());
  EXPECT_THAT(Texts(batch_.warnings()),
              ElementsAre(HasSubstr("c.s1.cloud.example.com./NS: missing glue")));
}

TEST_F(ZoneRulesTest, ABatchWarnsOfADsThatItLeavesAlone) {
  ASSERT_EQ(Batch({"+ c NS n.other.", "+ c DS 1 8 2 00"}), absl::OkStatus());
  EXPECT_THAT(Texts(batch_.warnings()), IsEmpty());
  ASSERT_EQ(Batch({"- c NS"}), absl::OkStatus());
  EXPECT_THAT(Texts(batch_.warnings()), ElementsAre(HasSubstr("DS without delegation")));
}

TEST_F(ZoneRulesTest, CheckZoneLooksThroughAll) {
  for (const char* line : {"c NS n.c.s1.cloud.example.com.", "x.c A 192.0.2.1", "d DS 1 8 2 00"})
    ASSERT_EQ(Create(line), absl::OkStatus());
  api::v1::GetRequest request;
  request.set_name(kZoneName);
  dns::v1::CheckZoneResponse response;
  ASSERT_EQ(world_.engine().CheckZone(world_.caller(), request, &response), absl::OkStatus());
  EXPECT_THAT(Texts(response.warnings()),
              ElementsAre(HasSubstr("/c.s1.cloud.example.com./NS: missing glue"),
                          HasSubstr("/d.s1.cloud.example.com./DS: DS without delegation"),
                          HasSubstr("/x.c.s1.cloud.example.com./A: address below a cut")));
  EXPECT_EQ(response.revision(), world_.store().current_revision());
  request.set_name("accounts/s1/zones/none");
  EXPECT_EQ(ReasonOf(world_.engine().CheckZone(world_.caller(), request, &response)),
            api::v1::NOT_FOUND);
  request.set_name(kZoneName);
  ASSERT_EQ(world_.Run("as viewer accounts/s2"), absl::OkStatus());
  EXPECT_EQ(ReasonOf(world_.engine().CheckZone(world_.caller(), request, &response)),
            api::v1::NOT_FOUND);
}

TEST_F(ZoneRulesTest, WarningsAreBounded) {
  for (int batch = 0; batch < 2; ++batch) {
    std::vector<std::string> lines;
    for (int i = 0; i < 600; ++i)
      lines.push_back(absl::StrCat("+ d", batch, "-", i, " DS 1 8 2 00"));
    ASSERT_EQ(Batch(lines), absl::OkStatus());
    EXPECT_EQ(batch_.warnings_size(), 600);
  }
  api::v1::GetRequest request;
  request.set_name(kZoneName);
  dns::v1::CheckZoneResponse response;
  ASSERT_EQ(world_.engine().CheckZone(world_.caller(), request, &response), absl::OkStatus());
  EXPECT_EQ(response.warnings_size(), catalog::kMaxZoneWarnings);
}

// Internationalized names: in fields, in names, in rdata.
TEST_F(ZoneRulesTest, LettersBeyondAsciiBecomeALabels) {
  ASSERT_EQ(world_.Run("create Zone name: 'accounts/s1/zones/b' domain_name: "
                       "'Bücher.s1.cloud.example.com'"),
            absl::OkStatus());
  EXPECT_EQ(world_.Get<dns::v1::Zone>("accounts/s1/zones/b")->domain_name(),
            "xn--bcher-kva.s1.cloud.example.com.");
  ASSERT_EQ(Create("größe CNAME straße.s1.cloud.example.com."), absl::OkStatus());
  const RecordSet made = Get("xn--gre-6ka8i", "CNAME");
  EXPECT_EQ(made.rdata(0), "xn--strae-oqa.s1.cloud.example.com.");
  EXPECT_EQ(ReasonOf(world_.Get<RecordSet>(NameOf("grösse", "CNAME")).status()), api::v1::NOT_FOUND)
      << "ss is not ß";
  EXPECT_EQ(Get("größe", "CNAME").name(), made.name());
  ASSERT_EQ(Delete("größe", "CNAME"), absl::OkStatus());
}

TEST_F(ZoneRulesTest, WhatIsNoInternationalizedNameIsRefusedWithTheReason) {
  const absl::Status field =
      world_.Run("create Zone name: 'accounts/s1/zones/b' domain_name: '☕.s1.cloud.example.com'");
  EXPECT_EQ(ReasonOf(field), api::v1::INVALID_FIELD);
  EXPECT_THAT(std::string(field.message()), HasSubstr("the label \"☕\""));
  EXPECT_EQ(ReasonOf(Create("☕ A 192.0.2.1")), api::v1::INVALID_NAME);
  EXPECT_EQ(ReasonOf(Create("a CNAME ☕.example.")), api::v1::INVALID_RECORD);
  for (const char* line : {"_sip._tcp SRV 0 0 1 t.", "xn--fake A 192.0.2.1", "a\\.b A 192.0.2.1"})
    EXPECT_EQ(Create(line), absl::OkStatus()) << line;
}

}  // namespace
}  // namespace nave::testing
