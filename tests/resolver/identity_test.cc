#include "resolver/identity.h"

#include <gtest/gtest.h>

#include "tests/resolver/resolver_testing.h"

namespace nave::resolver {
namespace {

using dns::Rcode;
using dns::RRType;

Answer Ask(const char* name, const Identity& identity) {
  Answer answer;
  AnswerIdentity(MakeTestQuery(name, RRType::kTxt), identity, &answer);
  return answer;
}

// RFC 4892 section 3: an operator may choose to tell nothing.
TEST(Rfc4892Test, WhatIsHiddenIsRefused) {
  EXPECT_EQ(Ask("id.server.", {"", "v9"}).rcode, Rcode::kRefused);
  EXPECT_EQ(Ask("hostname.bind.", {"", "v9"}).rcode, Rcode::kRefused);
  EXPECT_EQ(Ask("version.bind.", {"", "v9"}).rcode, Rcode::kNoError);
  EXPECT_EQ(Ask("version.server.", {"r1", ""}).rcode, Rcode::kRefused);
  EXPECT_EQ(Ask("id.server.", {"r1", ""}).rcode, Rcode::kNoError);
}

TEST(Rfc4892Test, NamesBelowAndAboveAreOthers) {
  for (const char* name : {"x.id.server.", "server.", "bind.", ".", "id.serve."}) {
    EXPECT_EQ(Ask(name, {"r1", "v9"}).rcode, Rcode::kRefused) << name;
  }
}

// One <character-string> holds 255 octets.
TEST(Rfc4892Test, ALongTextIsCut) {
  const Answer answer = Ask("id.server.", {std::string(300, 'n'), ""});
  ASSERT_EQ(answer.answers.size(), 1u);
  EXPECT_EQ(answer.answers[0].rdatas->front(), "\xff" + std::string(255, 'n'));
}

}  // namespace
}  // namespace nave::resolver
