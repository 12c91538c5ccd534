#include "lib/dns/lexer.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace nave::dns {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Tokens as text, the quoted ones in <>.
std::vector<std::string> Words(absl::string_view text) {
  std::vector<std::string> words;
  const absl::StatusOr<std::vector<Token>> tokens = Tokenize(text);
  if (!tokens.ok()) return {absl::StrCat("error: ", tokens.status().message())};
  for (const Token& token : *tokens) {
    words.push_back(token.quoted ? absl::StrCat("<", token.text, ">") : std::string(token.text));
  }
  return words;
}

TEST(LexerTest, Tokens) {
  EXPECT_THAT(Words("10 mail ; comment"), ElementsAre("10", "mail"));
  EXPECT_THAT(Words("\"a b\" \"\" c\\ d"), ElementsAre("<a b>", "<>", "c\\ d"));
  EXPECT_THAT(Words(R"("a\"b;c" x\;y)"), ElementsAre(R"(<a\"b;c>)", R"(x\;y)"));
  EXPECT_THAT(Words("1 . alpn=\"h2 h3\" port=1"),
              ElementsAre("1", ".", "alpn=\"h2 h3\"", "port=1"));
  EXPECT_THAT(Words("a (b ; one\n c) d"), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(Words("a\tb\r\n"), ElementsAre("a", "b"));
  EXPECT_THAT(Words("  ; nothing\n"), IsEmpty());
}

TEST(LexerTest, Errors) {
  const struct {
    absl::string_view text, why;
  } cases[] = {
      {"\"abc", "not closed"}, {"\"abc\nd\"", "line ends"},
      {"(a", "not closed"},    {"a)", "without an opening"},
      {"((a))", "inside"},     {"a\\", "backslash"},
      {"k=\"v", "not closed"}, {"a\nb", "more than one line"},
      {"\"a\\", "backslash"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(Words(c.text), ElementsAre(HasSubstr(std::string(c.why)))) << c.text;
  }
}

TEST(LexerTest, EntriesKnowTheirLines) {
  Lexer lexer("; top\n\na 1 (\n2 )\n  b\n", 10);
  Entry entry;
  ASSERT_TRUE(*lexer.Next(&entry));
  EXPECT_EQ(entry.line, 3);
  EXPECT_FALSE(entry.leading_space);
  EXPECT_EQ(entry.tokens.size(), 3u);
  ASSERT_TRUE(*lexer.Next(&entry));
  EXPECT_EQ(entry.line, 5);
  EXPECT_TRUE(entry.leading_space);
  EXPECT_FALSE(*lexer.Next(&entry));
}

TEST(LexerTest, TokensAreBounded) {
  Lexer lexer("a b c d", 3);
  Entry entry;
  EXPECT_EQ(lexer.Next(&entry).status().code(), absl::StatusCode::kResourceExhausted);
}

TEST(LexerTest, QuoteAndUnescapeAreInverse) {
  std::string all;
  for (int c = 0; c < 256; ++c) all.push_back(static_cast<char>(c));
  const std::string quoted = Quote(all);
  EXPECT_EQ(Unescape(quoted.substr(1, quoted.size() - 2)).value(), all);
  EXPECT_EQ(Quote("a\"b\\c\n"), R"("a\"b\\c\010")");
  EXPECT_FALSE(Unescape(R"(\300)").ok());
}

}  // namespace
}  // namespace nave::dns
