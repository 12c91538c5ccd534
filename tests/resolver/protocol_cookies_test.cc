// Cookies over real UDP and TCP (RFC 7873 section 5.2).
#include <gtest/gtest.h>

#include <string>

#include "resolver/cookies.h"
#include "tests/resolver/protocol_testing.h"

namespace nave::resolver {
namespace {

using dns::EdnsOptionCode;
using dns::Rcode;

constexpr int kA = 1, kCookie = 10;
constexpr char kClient[] = "12345678";

std::string Www(const std::string& cookie) {
  return QueryWire("www.one.test.", kA, OptWire(OptionWire(kCookie, cookie)));
}

// The cookie of a reply, or nothing.
std::string CookieOf(const dns::Message& reply) {
  const dns::EdnsOption* option =
      reply.edns.has_value() ? reply.edns->Find(EdnsOptionCode::kCookie) : nullptr;
  return option == nullptr ? "" : option->data;
}

class Rfc7873Test : public ::testing::TestWithParam<bool> {
 protected:
  dns::Message Ask(WireServer* server, const std::string& query) {
    return ParseReply(server->Ask(query, GetParam()));
  }
};

INSTANTIATE_TEST_SUITE_P(Transports, Rfc7873Test, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "Tcp" : "Udp"; });

TEST_P(Rfc7873Test, Section523AClientCookieGetsAServerCookie) {
  WireServer server;
  const dns::Message reply = Ask(&server, Www(kClient));
  EXPECT_EQ(reply.FullRcode(), Rcode::kNoError);
  EXPECT_EQ(reply.answers.size(), 1u);
  const std::string cookie = CookieOf(reply);
  ASSERT_EQ(cookie.size(), 24u);
  EXPECT_EQ(cookie.substr(0, 8), kClient);
  EXPECT_EQ(cookie.substr(8, 4), std::string("\1\0\0\0", 4));
  // Section 5.2.5: a good one is answered, and comes back as it is.
  const dns::Message again = Ask(&server, Www(cookie));
  EXPECT_EQ(again.answers.size(), 1u);
  EXPECT_EQ(CookieOf(again), cookie);
}

TEST_P(Rfc7873Test, Section524AWrongServerCookieIsAnsweredWithAFreshOne) {
  WireServer server;
  for (size_t size : {16, 24, 40}) {
    const dns::Message reply = Ask(&server, Www(kClient + std::string(size - 8, 'x')));
    EXPECT_EQ(reply.FullRcode(), Rcode::kNoError);
    EXPECT_EQ(reply.answers.size(), 1u);
    const std::string cookie = CookieOf(reply);
    ASSERT_EQ(cookie.size(), 24u);
    EXPECT_EQ(CookieOf(Ask(&server, Www(cookie))), cookie);
  }
}

TEST_P(Rfc7873Test, Section522AnIllegalSizeIsFormErr) {
  WireServer server;
  for (size_t size : {0, 1, 7, 9, 15, 41, 255}) {
    const dns::Message reply = Ask(&server, Www(std::string(size, 'x')));
    EXPECT_EQ(reply.FullRcode(), Rcode::kFormErr) << size;
    EXPECT_EQ(CookieOf(reply), "") << size;
  }
}

// Section 5.2: the first of several counts.
TEST_P(Rfc7873Test, OnlyTheFirstCookieCounts) {
  WireServer server;
  const dns::Message reply =
      Ask(&server, QueryWire("www.one.test.", kA,
                             OptWire(OptionWire(kCookie, kClient) + OptionWire(kCookie, "bad"))));
  EXPECT_EQ(reply.FullRcode(), Rcode::kNoError);
  EXPECT_EQ(CookieOf(reply).substr(0, 8), kClient);
}

TEST_P(Rfc7873Test, Section54ACookieAloneCanBeAskedFor) {
  WireServer server;
  const std::string query =
      Header(0, {0, 0, 0, 1}) + OptWire(OptionWire(kCookie, std::string(kClient)));
  const dns::Message reply = Ask(&server, query);
  EXPECT_EQ(reply.FullRcode(), Rcode::kNoError);
  EXPECT_TRUE(reply.questions.empty());
  EXPECT_EQ(CookieOf(Ask(&server, Www(CookieOf(reply)))), CookieOf(reply));
}

TEST_P(Rfc7873Test, ErrorsCarryACookieToo) {
  WireServer server;
  const dns::Message reply = Ask(
      &server, QueryWire("www.example.", kA, OptWire(OptionWire(kCookie, std::string(kClient)))));
  EXPECT_EQ(reply.FullRcode(), Rcode::kRefused);
  EXPECT_EQ(CookieOf(reply).size(), 24u);
}

TEST_P(Rfc7873Test, WithoutACookieThereIsNone) {
  WireServer server;
  EXPECT_EQ(CookieOf(Ask(&server, QueryWire("www.one.test.", kA, OptWire()))), "");
}

// RFC 9018 section 5: servers of an anycast set, a new secret.
TEST_P(Rfc7873Test, ServersWithOneSecretKnowEachOthersCookies) {
  const CookieSecrets old_secret = RandomCookieSecrets(), new_secret = RandomCookieSecrets();
  WorkerOptions options;
  options.cookie_secrets = old_secret;
  WireServer first(options), second(options);
  WireServer stranger;
  const std::string cookie = CookieOf(Ask(&first, Www(kClient)));
  EXPECT_EQ(CookieOf(Ask(&second, Www(cookie))), cookie);
  EXPECT_NE(CookieOf(Ask(&stranger, Www(cookie))), cookie);
  // The second makes cookies by the new secret, and still knows those of the old one; the first
  // has been told the new one before.
  ASSERT_TRUE(second.server().SetCookies({{new_secret.secrets[0], old_secret.secrets[0]}}).ok());
  ASSERT_TRUE(first.server().SetCookies({{old_secret.secrets[0], new_secret.secrets[0]}}).ok());
  const std::string renewed = CookieOf(Ask(&second, Www(cookie)));
  EXPECT_NE(renewed, cookie);
  EXPECT_EQ(CookieOf(Ask(&second, Www(renewed))), renewed);
}

class RequiredCookieTest : public ::testing::Test {
 protected:
  static WorkerOptions Options() {
    WorkerOptions options;
    options.cookie_secrets = RandomCookieSecrets();
    options.require_cookies = true;
    return options;
  }
  WireServer server_{Options()};
};

// RFC 7873 section 5.2.3: BADCOOKIE with a cookie that is good from then on.
TEST_F(RequiredCookieTest, AClientWithoutServerCookieGetsBadCookieAndNoData) {
  for (const std::string& cookie : {std::string(kClient), kClient + std::string(16, 'x')}) {
    const dns::Message reply = ParseReply(server_.AskUdp(Www(cookie)));
    EXPECT_EQ(reply.FullRcode(), Rcode::kBadCookie);
    EXPECT_TRUE(reply.answers.empty());
    EXPECT_EQ(reply.questions.size(), 1u);
    const dns::Message again = ParseReply(server_.AskUdp(Www(CookieOf(reply))));
    EXPECT_EQ(again.FullRcode(), Rcode::kNoError);
    EXPECT_EQ(again.answers.size(), 1u);
  }
}

// Section 5.2.1: who knows no cookies is sent to TCP, which proves the address as well.
TEST_F(RequiredCookieTest, AClientWithoutCookiesIsSentToTcp) {
  for (const std::string& opt : {std::string(), OptWire()}) {
    const std::string query = QueryWire("www.one.test.", kA, opt);
    const dns::Message udp = ParseReply(server_.AskUdp(query));
    EXPECT_EQ(udp.FullRcode(), Rcode::kNoError);
    EXPECT_TRUE(udp.header.tc);
    EXPECT_TRUE(udp.answers.empty());
    const dns::Message tcp = ParseReply(server_.AskTcp(query));
    EXPECT_FALSE(tcp.header.tc);
    EXPECT_EQ(tcp.answers.size(), 1u);
  }
}

}  // namespace
}  // namespace nave::resolver
