#include "resolver/interner.h"

#include <gtest/gtest.h>

namespace nave::resolver {
namespace {

TEST(InternerTest, SameTextSameNumberWhileItIsHeld) {
  Interner interner;
  const uint64_t a = interner.Id("a");
  EXPECT_EQ(interner.Id("a"), a);
  EXPECT_NE(interner.Id("b"), a);
  interner.Hold(a);
  interner.Sweep();
  EXPECT_EQ(interner.Id("a"), a);
}

TEST(InternerTest, TextThatWasAwayComesBackWithANewNumber) {
  Interner interner;
  const uint64_t a = interner.Id("a");
  const uint64_t b = interner.Id("b");
  interner.Hold(a);
  interner.Hold(a);
  interner.Hold(b);
  interner.Release(a);
  interner.Sweep();
  EXPECT_EQ(interner.Id("a"), a);
  interner.Release(a);
  interner.Sweep();
  EXPECT_GT(interner.Id("a"), b);
  EXPECT_EQ(interner.Id("b"), b);
}

TEST(InternerTest, TextThatIsHeldAgainBeforeTheSweepKeepsItsNumber) {
  Interner interner;
  const uint64_t a = interner.Id("a");
  interner.Hold(a);
  interner.Release(a);
  interner.Hold(a);
  interner.Sweep();
  EXPECT_EQ(interner.Id("a"), a);
}

TEST(InternerTest, TextThatNobodyHeldIsForgotten) {
  Interner interner;
  const uint64_t a = interner.Id("a");
  interner.Sweep();
  EXPECT_NE(interner.Id("a"), a);
}

}  // namespace
}  // namespace nave::resolver
