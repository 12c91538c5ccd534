#include "catalog/governance/tokens.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "catalog/governance/sha256.h"
#include "nave/governance/v1/token.pb.h"
#include "tests/catalog/governance/world.h"

namespace nave::testing {
namespace {

using catalog::Authenticate;
using catalog::ReasonOf;
using governance::v1::Token;

class TokensTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(world_.RunAll(World::Story()), absl::OkStatus()); }
  Token Create() {
    governance::v1::CreateTokenRequest request;
    request.mutable_token()->set_name("tokens/ana");
    request.mutable_token()->set_principal("users/ana");
    request.mutable_token()->set_role(Token::LAUNCHER);
    request.mutable_token()->set_scope("accounts/s1");
    request.mutable_mutation()->set_request_id("t");
    Token token;
    EXPECT_EQ(world_.engine().Create(world_.caller(), request, &token), absl::OkStatus());
    return token;
  }
  World world_;
};

TEST_F(TokensTest, TheSecretIsShownOnceAndNeverStored) {
  const Token token = Create();
  EXPECT_GE(token.secret().size(), 43);
  EXPECT_TRUE(absl::StartsWith(token.secret(), "nave_")) << "a hyphen would be taken for a flag";
  EXPECT_EQ(Create().secret(), "");  // the same request id: the first result, without the secret
  auto read = world_.Get<Token>("tokens/ana");
  ASSERT_EQ(read.status(), absl::OkStatus());
  EXPECT_EQ(read->secret(), "");
  auto snapshot = world_.store().Read();
  ASSERT_EQ(snapshot.status(), absl::OkStatus());
  for (const store::TableName& table : store::kTables) {
    auto entries = (*snapshot)->Scan(table.table, "", "", 10000);
    ASSERT_EQ(entries.status(), absl::OkStatus());
    for (const store::Entry& entry : *entries) {
      EXPECT_FALSE(absl::StrContains(entry.key + entry.value, token.secret())) << table.name;
    }
  }
}

TEST_F(TokensTest, TheBearerIsWhoTheTokenSays) {
  auto caller = Authenticate(world_.store(), world_.clock(), Create().secret());
  ASSERT_EQ(caller.status(), absl::OkStatus());
  EXPECT_EQ(caller->principal, "users/ana");
  EXPECT_EQ(caller->role, Token::LAUNCHER);
  EXPECT_EQ(caller->scope, "accounts/s1");
}

TEST_F(TokensTest, UnknownExpiredAndRevokedAreRefused) {
  const Token token = Create();
  EXPECT_EQ(ReasonOf(Authenticate(world_.store(), world_.clock(), "x").status()),
            api::v1::UNAUTHENTICATED);
  EXPECT_EQ(ReasonOf(Authenticate(world_.store(), world_.clock(), "").status()),
            api::v1::UNAUTHENTICATED);
  world_.clock().Advance(catalog::kDefaultTokenLife);
  EXPECT_EQ(ReasonOf(Authenticate(world_.store(), world_.clock(), token.secret()).status()),
            api::v1::UNAUTHENTICATED);
  FakeClock young;
  EXPECT_EQ(Authenticate(world_.store(), young, token.secret()).status(), absl::OkStatus());
  ASSERT_EQ(world_.Run("delete tokens/ana"), absl::OkStatus());
  EXPECT_EQ(ReasonOf(Authenticate(world_.store(), young, token.secret()).status()),
            api::v1::UNAUTHENTICATED);
}

TEST_F(TokensTest, ANodeBearsItsOwnName) {
  EXPECT_EQ(ReasonOf(world_.Run("create Token name: 'tokens/r' principal: 'users/r' role: NODE "
                                "scope: 'organization'")),
            api::v1::INVALID_FIELD);
}

TEST(AdminTokenTest, IsMadeOnceAndDoesNotComeBack) {
  World world;
  auto secret = catalog::EnsureAdminToken(world.store(), world.clock());
  ASSERT_EQ(secret.status(), absl::OkStatus());
  ASSERT_NE(*secret, "");
  auto caller = Authenticate(world.store(), world.clock(), *secret);
  ASSERT_EQ(caller.status(), absl::OkStatus());
  EXPECT_EQ(caller->role, Token::ADMIN);
  EXPECT_EQ(catalog::EnsureAdminToken(world.store(), world.clock()).value(), "");
  ASSERT_EQ(world.Run("delete tokens/admin"), absl::OkStatus());
  EXPECT_EQ(catalog::EnsureAdminToken(world.store(), world.clock()).value(), "");
}

TEST(Sha256Test, KnownDigests) {  // FIPS 180-4's examples
  EXPECT_EQ(absl::BytesToHexString(catalog::Sha256("")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(absl::BytesToHexString(catalog::Sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(absl::BytesToHexString(
                catalog::Sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

}  // namespace
}  // namespace nave::testing
