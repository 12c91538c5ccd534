#include "resolver/interner.h"

#include <gtest/gtest.h>

namespace nave::resolver {
namespace {

TEST(InternerTest, SameTextSameNumberAcrossGenerations) {
  Interner first;
  const uint64_t a = first.Id("a");
  EXPECT_EQ(first.Id("a"), a);
  EXPECT_NE(first.Id("b"), a);
  Interner second = first.Next();
  EXPECT_EQ(second.Id("a"), a);
}

TEST(InternerTest, TextThatWasAwayComesBackWithANewNumber) {
  Interner first;
  const uint64_t a = first.Id("a");
  Interner second = first.Next();
  const uint64_t b = second.Id("b");
  second.Seal();
  Interner third = second.Next();
  EXPECT_NE(third.Id("a"), a);
  EXPECT_NE(third.Id("a"), b);
  EXPECT_EQ(third.Id("b"), b);
}

}  // namespace
}  // namespace nave::resolver
