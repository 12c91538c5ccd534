#include "lib/dns/name.h"

#include <algorithm>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/dns/lexer.h"

namespace nave::dns {
namespace {

absl::Status BadName(absl::string_view text, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text.substr(0, 80), "\" is not a name: ", why));
}

// A wire form under construction, never longer than a legal name.
class NameBuilder {
 public:
  // False if the name becomes too long.
  bool Append(uint8_t octet) {
    if (size_ == kMaxNameSize) return false;
    wire_[size_++] = octet;
    return true;
  }
  // Appends an octet to the open label; opens one if there is none.
  absl::string_view AppendToLabel(uint8_t octet) {
    if (label_size_ == 0) {
      label_at_ = size_;
      if (!Append(0)) return "it has more than 255 octets";
    }
    if (label_size_ == kMaxLabelSize) return "a label has more than 63 octets";
    if (!Append(octet)) return "it has more than 255 octets";
    wire_[label_at_] = ++label_size_;
    return "";
  }
  bool label_open() const { return label_size_ > 0; }
  void CloseLabel() {
    label_size_ = 0;
    ++labels_;
  }
  const uint8_t* data() const { return wire_; }
  size_t size() const { return size_; }
  uint8_t labels() const { return labels_; }

 private:
  uint8_t wire_[kMaxNameSize];
  size_t size_ = 0;
  size_t label_at_ = 0;
  uint8_t label_size_ = 0;
  uint8_t labels_ = 0;
};

// Offsets of the labels of a wire form; gives how many.
int LabelOffsets(const uint8_t* wire, uint8_t* offsets) {
  int count = 0;
  for (size_t at = 0; wire[at] != 0; at += 1 + wire[at]) offsets[count++] = at;
  return count;
}

int CompareLabels(const uint8_t* a, const uint8_t* b) {
  const int shorter = std::min(*a, *b);
  for (int i = 1; i <= shorter; ++i) {
    const int difference = ToLowerOctet(a[i]) - ToLowerOctet(b[i]);
    if (difference != 0) return difference;
  }
  return *a - *b;
}

void AppendLabelText(absl::string_view label, std::string* out) {
  for (const char c : label) {
    const auto octet = static_cast<uint8_t>(c);
    if (octet <= ' ' || octet >= 0x7f) {
      const char digits[] = {'\\', static_cast<char>('0' + octet / 100),
                             static_cast<char>('0' + octet / 10 % 10),
                             static_cast<char>('0' + octet % 10)};
      out->append(digits, sizeof(digits));
      continue;
    }
    if (absl::string_view(".\\\"();@$").find(c) != absl::string_view::npos) out->push_back('\\');
    out->push_back(c);
  }
}

}  // namespace

void ToLowerOctets(const uint8_t* from, size_t size, uint8_t* to) {
  constexpr size_t kStep = sizeof(uint64_t);
  const auto lower = [from, to](size_t at) {
    uint64_t octets;
    std::memcpy(&octets, from + at, kStep);
    octets |= LettersFrom('A', octets) >> 2;
    std::memcpy(to + at, &octets, kStep);
  };
  if (size < kStep) {
    for (size_t at = 0; at < size; ++at) to[at] = ToLowerOctet(from[at]);
    return;
  }
  for (size_t at = 0; at + kStep < size; at += kStep) lower(at);
  // The last ones, some of them for the second time.
  lower(size - kStep);
}

absl::StatusOr<Name> Name::FromText(absl::string_view text) { return ParseText(text, nullptr); }

absl::StatusOr<Name> Name::FromText(absl::string_view text, const Name& origin) {
  return ParseText(text, &origin);
}

absl::StatusOr<Name> Name::ParseText(absl::string_view text, const Name* origin) {
  if (text.empty()) return BadName(text, "it is empty; the root is \".\"");
  if (text == ".") return Name();
  if (text == "@" && origin != nullptr) return *origin;
  NameBuilder builder;
  for (size_t at = 0; at < text.size();) {
    if (text[at] == '.') {
      if (!builder.label_open()) return BadName(text, "it has an empty label");
      builder.CloseLabel();
      ++at;
      continue;
    }
    uint8_t octet;
    if (!ReadEscaped(text, &at, &octet)) {
      return BadName(text, "a backslash needs one character or three digits up to 255 behind it");
    }
    const absl::string_view why = builder.AppendToLabel(octet);
    if (!why.empty()) return BadName(text, why);
  }
  const bool relative = builder.label_open();
  if (relative) builder.CloseLabel();
  static const Name& root = *new Name();
  const Name& end = relative && origin != nullptr ? *origin : root;
  if (builder.size() + end.wire_.size() > kMaxNameSize) {
    return BadName(text, "it has more than 255 octets");
  }
  Name name;
  name.SetWire(builder.data(), builder.size());
  name.wire_.insert(name.wire_.end(), end.wire_.begin(), end.wire_.end());
  name.labels_ = builder.labels() + end.labels_;
  return name;
}

WireError Name::FromWire(absl::Span<const uint8_t> message, size_t* offset, Name* name) {
  // The owner of OPT, in nearly every message.
  if (*offset < message.size() && message[*offset] == 0) {
    ++*offset;
    *name = Name();
    return WireError::kOk;
  }
  uint8_t wire[kMaxNameSize];
  size_t size = 0, at = *offset, run_start = *offset;
  int labels = 0, hops = 0;
  while (true) {
    if (at >= message.size()) return WireError::kTruncated;
    const uint8_t length = message[at];
    if ((length & 0xC0) == 0xC0) {
      if (at + 1 >= message.size()) return WireError::kTruncated;
      const size_t target = (length & 0x3F) << 8 | message[at + 1];
      // Only before the run of labels it ends: so no octet is read twice and no loop can be.
      if (target >= run_start || ++hops > kMaxPointerHops) return WireError::kBadPointer;
      if (hops == 1) *offset = at + 2;
      at = run_start = target;
      continue;
    }
    if ((length & 0xC0) != 0) return WireError::kBadLabel;
    if (size + 1 + length > kMaxNameSize) return WireError::kNameTooLong;
    if (at + 1 + length > message.size()) return WireError::kTruncated;
    std::memcpy(wire + size, message.data() + at, 1 + length);
    size += 1 + length;
    at += 1 + length;
    if (length == 0) break;
    ++labels;
  }
  if (hops == 0) *offset = at;
  name->SetWire(wire, size);
  name->labels_ = labels;
  return WireError::kOk;
}

void Name::SetWire(const uint8_t* octets, size_t size) {
  wire_.resize(size);
  std::memcpy(wire_.data(), octets, size);
}

WireError Name::FromUncompressed(absl::string_view wire, size_t* size, Name* name) {
  size_t at = 0;
  int labels = 0;
  while (true) {
    if (at >= wire.size()) return WireError::kTruncated;
    const auto length = static_cast<uint8_t>(wire[at]);
    if ((length & 0xC0) == 0xC0) return WireError::kBadPointer;
    if ((length & 0xC0) != 0) return WireError::kBadLabel;
    at += 1 + length;
    if (at > kMaxNameSize) return WireError::kNameTooLong;
    if (length == 0) break;
    ++labels;
  }
  const auto* first = reinterpret_cast<const uint8_t*>(wire.data());
  name->SetWire(first, at);
  name->labels_ = labels;
  if (size != nullptr) *size = at;
  return WireError::kOk;
}

std::string Name::ToText() const {
  if (IsRoot()) return ".";
  std::string text;
  text.reserve(wire_.size());
  for (const absl::string_view label : labels()) {
    AppendLabelText(label, &text);
    text.push_back('.');
  }
  return text;
}

std::string Name::ToKey() const { return ToLower().ToText(); }

size_t Name::SuffixOffset(int count) const {
  size_t at = 0;
  for (int skip = labels_ - count; skip > 0; --skip) at += 1 + wire_[at];
  return at;
}

Name Name::Parent() const { return IsRoot() ? *this : Suffix(labels_ - 1); }

Name Name::Suffix(int count) const {
  Name name;
  name.SetWire(wire_.data() + SuffixOffset(count), wire_.size() - SuffixOffset(count));
  name.labels_ = count;
  return name;
}

bool Name::IsSubdomainOf(const Name& other) const {
  if (labels_ < other.labels_) return false;
  const size_t at = SuffixOffset(other.labels_);
  return wire_.size() - at == other.wire_.size() &&
         EqualsIgnoreCase(wire_.data() + at, other.wire_.data(), other.wire_.size());
}

int Name::CommonLabels(const Name& other) const {
  uint8_t mine[kMaxLabels], theirs[kMaxLabels];
  int i = LabelOffsets(wire_.data(), mine), j = LabelOffsets(other.wire_.data(), theirs);
  int common = 0;
  while (i > 0 && j > 0 &&
         CompareLabels(wire_.data() + mine[--i], other.wire_.data() + theirs[--j]) == 0) {
    ++common;
  }
  return common;
}

std::optional<Name> Name::Child(absl::string_view label) const {
  if (label.empty() || label.size() > kMaxLabelSize) return std::nullopt;
  if (wire_.size() + 1 + label.size() > kMaxNameSize) return std::nullopt;
  Name name;
  name.wire_.clear();
  name.wire_.push_back(label.size());
  name.wire_.insert(name.wire_.end(), label.begin(), label.end());
  name.wire_.insert(name.wire_.end(), wire_.begin(), wire_.end());
  name.labels_ = labels_ + 1;
  return name;
}

std::optional<Name> Name::ReplaceSuffix(const Name& old_suffix, const Name& new_suffix) const {
  if (!IsSubdomainOf(old_suffix)) return std::nullopt;
  const size_t kept = wire_.size() - old_suffix.wire_.size();
  if (kept + new_suffix.wire_.size() > kMaxNameSize) return std::nullopt;
  Name name;
  name.SetWire(wire_.data(), kept);
  name.wire_.insert(name.wire_.end(), new_suffix.wire_.begin(), new_suffix.wire_.end());
  name.labels_ = labels_ - old_suffix.labels_ + new_suffix.labels_;
  return name;
}

Name Name::ToLower() const {
  Name name = *this;
  for (uint8_t& octet : name.wire_) octet = ToLowerOctet(octet);
  return name;
}

int Name::Compare(const Name& other) const {
  uint8_t mine[kMaxLabels], theirs[kMaxLabels];
  int i = LabelOffsets(wire_.data(), mine), j = LabelOffsets(other.wire_.data(), theirs);
  while (i > 0 && j > 0) {
    const int order = CompareLabels(wire_.data() + mine[--i], other.wire_.data() + theirs[--j]);
    if (order != 0) return order;
  }
  return i - j;
}

bool Name::EqualsIgnoreCase(const uint8_t* a, const uint8_t* b, size_t size) {
  // Most have the same case too.
  if (std::memcmp(a, b, size) == 0) return true;
  for (size_t i = 0; i < size; ++i) {
    if (a[i] != b[i] && ToLowerOctet(a[i]) != ToLowerOctet(b[i])) return false;
  }
  return true;
}

size_t Name::LowerInto(uint8_t* out) const {
  ToLowerOctets(wire_.data(), wire_.size(), out);
  return wire_.size();
}

}  // namespace nave::dns
