// The words of presentation format (RFC 1035 section 5.1): tokens with quotes, comments and
// parentheses resolved and escapes left as they are, for each field to read in its own way. Not
// shared between threads.
#ifndef NAVE_LIB_DNS_LEXER_H_
#define NAVE_LIB_DNS_LEXER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nave::dns {

struct Token {
  absl::string_view text;  // Without quotes, escapes unresolved; points into the input.
  bool quoted = false;
};

// One entry: a line, or several that parentheses join.
struct Entry {
  int line = 0;                // Of its first token, from 1.
  bool leading_space = false;  // The owner is left out.
  std::vector<Token> tokens;
};

class Lexer {
 public:
  // `input` must outlive the lexer and its tokens.
  Lexer(absl::string_view input, size_t max_tokens) : input_(input), max_tokens_(max_tokens) {}

  // Reads the next entry that has tokens into `*entry`; false at the end. INVALID_ARGUMENT for an
  // open quote or unbalanced parentheses, RESOURCE_EXHAUSTED above the bound of tokens; line() says
  // where.
  absl::StatusOr<bool> Next(Entry* entry);
  int line() const { return line_; }

 private:
  absl::Status ReadLines(Entry* entry);
  absl::Status ReadToken(Entry* entry);
  absl::Status ReadQuoted(Entry* entry);
  // Extends to the end of a token such as alpn="h2,h3", whose quotes stand inside.
  absl::Status ReadBare(Entry* entry);
  // Moves behind one character, or one escape, of a token.
  absl::Status Step();
  absl::Status Add(Token token, Entry* entry);

  absl::string_view input_;
  size_t max_tokens_;
  size_t at_ = 0;
  int line_ = 1;
  bool in_parentheses_ = false;
};

// The tokens of one line or one rdata, without owner.
absl::StatusOr<std::vector<Token>> Tokenize(absl::string_view text);

// The octet that the escape or character at `text[*at]` stands for; moves `*at` behind it. False
// for a bad escape.
bool ReadEscaped(absl::string_view text, size_t* at, uint8_t* octet);
// True if a quote stands in `text` without a backslash.
bool HasBareQuote(absl::string_view text);
// All of `text` with escapes resolved. INVALID_ARGUMENT for a bad escape.
absl::StatusOr<std::string> Unescape(absl::string_view text);
// `octets` in quotes, with \" \\ and \DDD where needed.
std::string Quote(absl::string_view octets);

}  // namespace nave::dns

#endif  // NAVE_LIB_DNS_LEXER_H_
