#include "store/lmdb/codec.h"

#include <gtest/gtest.h>

namespace nave::store {
namespace {

TEST(CodecTest, KeysKeepTheirOrderAndComeBack) {
  const std::string keys[] = {"",
                              std::string(1, '\0'),
                              std::string("\0\0", 2),
                              std::string("\0a", 2),
                              "a",
                              std::string("a\0", 2),
                              std::string("a\0b", 3),
                              "a\x01",
                              "ab",
                              "b",
                              "\xff"};
  std::string before;
  for (const std::string& key : keys) {
    std::string encoded = EncodeKey(Table::kResources, key);
    EXPECT_LT(before, encoded);
    EXPECT_EQ(DecodeKey(encoded), key);
    EXPECT_EQ(EncodedKeyLength(encoded + "12345678"), encoded.size());
    before = encoded;
  }
}

TEST(CodecTest, MalformedKeysAreTold) {
  EXPECT_EQ(DecodeKey(""), std::nullopt);
  EXPECT_EQ(DecodeKey("xabc"), std::nullopt);
}

TEST(CodecTest, ChangesComeBack) {
  Change change;
  change.keys = {{Table::kTokens, "k", true}, {Table::kWork, std::string("a\0b", 3), false}};
  change.events = {{"type", "bytes"}, {"", ""}};
  std::string bytes = EncodeChange(change, 42);
  Change again;
  int64_t time = 0;
  ASSERT_TRUE(DecodeChange(bytes, &again, &time));
  EXPECT_EQ(time, 42);
  ASSERT_EQ(again.keys.size(), 2u);
  EXPECT_TRUE(again.keys[0].deleted);
  EXPECT_EQ(again.keys[1].key, change.keys[1].key);
  ASSERT_EQ(again.events.size(), 2u);
  EXPECT_EQ(again.events[0].bytes, "bytes");
}

TEST(CodecTest, NoCutChangeIsTakenForAWholeOne) {
  Change change;
  change.keys = {{Table::kTokens, "key", false}};
  change.events = {{"type", "bytes"}};
  std::string bytes = EncodeChange(change, 1);
  for (size_t size = 0; size < bytes.size(); ++size) {
    Change again;
    int64_t time = 0;
    EXPECT_FALSE(DecodeChange(bytes.substr(0, size), &again, &time)) << size;
  }
}

}  // namespace
}  // namespace nave::store
