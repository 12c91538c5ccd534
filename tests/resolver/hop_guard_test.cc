#include "resolver/hop_guard.h"

#include <gtest/gtest.h>

#include "resolver/query.h"
#include "tests/resolver/resolver_testing.h"

namespace nave::resolver {
namespace {

using dns::RRType;

TEST(HopGuardTest, TrailComesBackAsItWasWritten) {
  for (size_t size = 0; size <= kMaxHops; ++size) {
    HopTrail trail;
    trail.count = static_cast<uint8_t>(size);
    for (size_t i = 0; i < size; ++i) trail.marks.push_back(0x0102030405060708u * (i + 1));
    const std::string data = WriteHopTrail(trail.count, trail.marks);
    EXPECT_EQ(data.size(), 1 + size * kHopMarkSize);
    const HopTrail read = ReadHopTrail(data);
    EXPECT_EQ(read.count, trail.count);
    EXPECT_EQ(read.marks, trail.marks);
  }
}

TEST(HopGuardTest, CountAloneIsUnderstood) {
  EXPECT_EQ(ReadHopTrail("\3").count, 3);
  EXPECT_TRUE(ReadHopTrail("\3").marks.empty());
}

TEST(HopGuardTest, MalformedTrailIsNone) {
  for (const size_t size : {0, 2, 8, 10, 16, 18, 73}) {
    const HopTrail trail = ReadHopTrail(std::string(size, '\3'));
    EXPECT_EQ(trail.count, 0) << size;
    EXPECT_TRUE(trail.marks.empty()) << size;
  }
}

uint64_t HashOf(const char* name, RRType type) {
  return HashOfQuestion({N(name), type, dns::RRClass::kIn});
}

TEST(HopGuardTest, MarkIsOfViewNameAndType) {
  const uint64_t question = HashOf("www.corp.test.", RRType::kA);
  EXPECT_EQ(question, HashOf("WWW.corp.TEST.", RRType::kA));
  EXPECT_NE(question, HashOf("www.corp.test.", RRType::kAaaa));
  EXPECT_NE(question, HashOf("ww.corp.test.", RRType::kA));
  EXPECT_EQ(HopMark(1, question), HopMark(1, question));
  EXPECT_NE(HopMark(1, question), HopMark(2, question));
}

TEST(HopGuardTest, QuestionIsUnderWayUntilAllThatAskedItAreAnswered) {
  const uint64_t question = HashOf("under.way.test.", RRType::kA);
  EXPECT_FALSE(IsUnderWay(question));
  AddUnderWay(question);
  AddUnderWay(question);
  RemoveUnderWay(question);
  EXPECT_TRUE(IsUnderWay(question));
  RemoveUnderWay(question);
  EXPECT_FALSE(IsUnderWay(question));
}

}  // namespace
}  // namespace nave::resolver
