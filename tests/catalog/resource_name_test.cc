#include "catalog/resource_name.h"

#include <gtest/gtest.h>

#include "catalog/errors.h"

namespace nave::catalog {
namespace {

TEST(ResourceNameTest, TypesFollowFromPatterns) {
  const std::pair<const char*, const char*> kNames[] = {
      {"organization", "Organization"},
      {"accounts/0042", "Account"},
      {"accounts/a/zones/z", "Zone"},
      {"accounts/a/zones/z/associations/x", "ZoneAssociation"},
      {"accounts/a/zones/z/recordSets/www.example.com./A", "RecordSet"},
      {"products/p/versions/v", "ProductVersion"},
  };
  for (const auto& [name, type] : kNames) {
    ASSERT_NE(TypeOfName(name), nullptr) << name;
    EXPECT_EQ(TypeOfName(name)->type, type);
  }
  for (const char* name : {"", "accounts", "accounts/", "accounts/a/b", "accounts/a/zones/z/"}) {
    EXPECT_EQ(TypeOfName(name), nullptr) << name;
  }
}

TEST(ResourceNameTest, Parents) {
  EXPECT_EQ(ParentOf("accounts/a"), "");
  EXPECT_EQ(ParentOf("accounts/a/vpcs/v"), "accounts/a");
  EXPECT_EQ(ParentOf("accounts/a/zones/z/associations/x"), "accounts/a/zones/z");
  EXPECT_EQ(ParentOf("accounts/a/zones/z/recordSets/www.example.com./A"), "accounts/a/zones/z");
}

TEST(ResourceNameTest, AccountsAndIds) {
  EXPECT_EQ(AccountOf("accounts/0042/vpcs/v"), "accounts/0042");
  EXPECT_EQ(AccountOf("products/p"), kOrganization);
  EXPECT_EQ(IdOf("accounts/0042/vpcs/v"), "v");
}

TEST(ResourceNameTest, ASlashInAnOwnerIsEscaped) {
  const std::string name = RecordSetName("accounts/a/zones/z", "0/25.2.0.192.in-addr.arpa.", "NS");
  EXPECT_EQ(name, "accounts/a/zones/z/recordSets/0\\04725.2.0.192.in-addr.arpa./NS");
  EXPECT_EQ(SplitRecordSetName(name).zone, "accounts/a/zones/z");
  EXPECT_EQ(SplitRecordSetName(name).owner, "0\\04725.2.0.192.in-addr.arpa.");
  EXPECT_EQ(SplitRecordSetName(name).rrtype, "NS");
}

TEST(ResourceNameTest, IdsAreBounded) {
  const ResourceType& account = *TypeNamed("Account");
  EXPECT_EQ(CheckName(account, "accounts/" + std::string(63, 'a')), absl::OkStatus());
  for (const std::string& id : {std::string(64, 'a'), std::string("-a"), std::string("a b"),
                                std::string("\xc3\xa4"), std::string(1, '\0')}) {
    EXPECT_EQ(ReasonOf(CheckName(account, "accounts/" + id)), Reason::INVALID_NAME) << id;
  }
}

}  // namespace
}  // namespace nave::catalog
