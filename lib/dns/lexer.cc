#include "lib/dns/lexer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace nave::dns {
namespace {

// Of one rdata given on its own: as many as there can be empty strings in it.
constexpr size_t kMaxRdataTokens = 65536;

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r'; }

bool EndsToken(char c) { return IsSpace(c) || c == '\n' || c == ';' || c == '(' || c == ')'; }

}  // namespace

absl::StatusOr<bool> Lexer::Next(Entry* entry) {
  while (at_ < input_.size()) {
    entry->tokens.clear();
    entry->line = line_;
    entry->leading_space = IsSpace(input_[at_]);
    if (absl::Status status = ReadLines(entry); !status.ok()) return status;
    if (!entry->tokens.empty()) return true;
  }
  return false;
}

absl::Status Lexer::ReadLines(Entry* entry) {
  in_parentheses_ = false;
  while (at_ < input_.size()) {
    const char c = input_[at_];
    if (c == '\n') {
      ++at_;
      ++line_;
      if (!in_parentheses_) return absl::OkStatus();
    } else if (c == ';') {
      at_ = std::min(input_.find('\n', at_), input_.size());
    } else if (c == '(' || c == ')') {
      if (in_parentheses_ == (c == '(')) {
        return absl::InvalidArgumentError(c == '('
                                              ? "a parenthesis inside parentheses"
                                              : "a closing parenthesis without an opening one");
      }
      in_parentheses_ = c == '(';
      ++at_;
    } else if (IsSpace(c)) {
      ++at_;
    } else if (absl::Status status = ReadToken(entry); !status.ok()) {
      return status;
    }
  }
  if (in_parentheses_) return absl::InvalidArgumentError("a parenthesis is not closed");
  return absl::OkStatus();
}

absl::Status Lexer::ReadToken(Entry* entry) {
  if (entry->tokens.empty()) entry->line = line_;
  return input_[at_] == '"' ? ReadQuoted(entry) : ReadBare(entry);
}

absl::Status Lexer::Step() {
  const size_t last = at_ + (input_[at_] == '\\' ? 1 : 0);
  if (last >= input_.size() || input_[last] == '\n') {
    return absl::InvalidArgumentError("a line ends inside a quoted string or behind a backslash");
  }
  at_ = last + 1;
  return absl::OkStatus();
}

absl::Status Lexer::ReadQuoted(Entry* entry) {
  const size_t start = ++at_;
  while (at_ < input_.size() && input_[at_] != '"') {
    if (absl::Status status = Step(); !status.ok()) return status;
  }
  if (at_ >= input_.size()) return absl::InvalidArgumentError("a quoted string is not closed");
  return Add({input_.substr(start, at_++ - start), true}, entry);
}

absl::Status Lexer::ReadBare(Entry* entry) {
  const size_t start = at_;
  bool in_quotes = false;
  while (at_ < input_.size() && (in_quotes || !EndsToken(input_[at_]))) {
    if (input_[at_] == '"') in_quotes = !in_quotes;
    if (absl::Status status = Step(); !status.ok()) return status;
  }
  if (in_quotes) return absl::InvalidArgumentError("a quoted string is not closed");
  return Add({input_.substr(start, at_ - start), false}, entry);
}

absl::Status Lexer::Add(Token token, Entry* entry) {
  if (entry->tokens.size() == max_tokens_) {
    return absl::ResourceExhaustedError(
        absl::StrCat("an entry has more than ", max_tokens_, " words"));
  }
  entry->tokens.push_back(token);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Token>> Tokenize(absl::string_view text) {
  Lexer lexer(text, kMaxRdataTokens);
  Entry entry;
  const absl::StatusOr<bool> found = lexer.Next(&entry);
  if (!found.ok()) return found.status();
  std::vector<Token> tokens = std::move(entry.tokens);
  if (!*found) return std::vector<Token>();
  const absl::StatusOr<bool> more = lexer.Next(&entry);
  if (!more.ok()) return more.status();
  if (*more) return absl::InvalidArgumentError("more than one line; join them with parentheses");
  return tokens;
}

bool ReadEscaped(absl::string_view text, size_t* at, uint8_t* octet) {
  if (text[*at] != '\\') {
    *octet = static_cast<uint8_t>(text[(*at)++]);
    return true;
  }
  if (*at + 1 >= text.size()) return false;
  if (!absl::ascii_isdigit(text[*at + 1])) {
    *octet = static_cast<uint8_t>(text[*at + 1]);
    *at += 2;
    return true;
  }
  if (*at + 3 >= text.size()) return false;
  int value = 0;
  for (int i = 1; i <= 3; ++i) {
    if (!absl::ascii_isdigit(text[*at + i])) return false;
    value = value * 10 + (text[*at + i] - '0');
  }
  if (value > 255) return false;
  *octet = static_cast<uint8_t>(value);
  *at += 4;
  return true;
}

bool HasBareQuote(absl::string_view text) {
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') return true;
    if (text[at] == '\\') ++at;
  }
  return false;
}

absl::StatusOr<std::string> Unescape(absl::string_view text) {
  std::string octets;
  octets.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    uint8_t octet;
    if (!ReadEscaped(text, &at, &octet)) {
      return absl::InvalidArgumentError(
          "a backslash needs one character or three digits up to 255 behind it");
    }
    octets.push_back(static_cast<char>(octet));
  }
  return octets;
}

std::string Quote(absl::string_view octets) {
  std::string text = "\"";
  for (const char c : octets) {
    const auto octet = static_cast<uint8_t>(c);
    if (octet < ' ' || octet >= 0x7f) {
      absl::StrAppend(&text, "\\", octet / 100, octet / 10 % 10, octet % 10);
      continue;
    }
    if (c == '"' || c == '\\') text.push_back('\\');
    text.push_back(c);
  }
  text.push_back('"');
  return text;
}

}  // namespace nave::dns
