#include "store/lmdb/codec.h"

namespace nave::store {
namespace {

constexpr char kEscape = '\xff';

void AppendEscaped(std::string_view key, std::string* out) {
  for (char c : key) {
    out->push_back(c);
    if (c == '\0') out->push_back(kEscape);
  }
}

void AppendText(std::string_view text, std::string* out) {
  AppendUint64(text.size(), out);
  out->append(text);
}

// Reads the parts of a log record; once it failed, it stays failed.
class PartReader {
 public:
  explicit PartReader(std::string_view bytes) : rest_(bytes) {}
  bool ok() const { return ok_; }
  bool done() const { return ok_ && rest_.empty(); }

  uint64_t Number() {
    if (!Need(8)) return 0;
    uint64_t value = ReadUint64(rest_);
    rest_.remove_prefix(8);
    return value;
  }
  std::string_view Text() {
    uint64_t size = Number();
    if (!Need(size)) return {};
    std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }

 private:
  bool Need(uint64_t count) { return ok_ = ok_ && rest_.size() >= count; }
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace

void AppendUint64(uint64_t value, std::string* out) {
  for (int shift = 56; shift >= 0; shift -= 8) out->push_back(static_cast<char>(value >> shift));
}

uint64_t ReadUint64(std::string_view bytes) {
  uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

std::string EncodeScanStart(Table table, std::string_view key) {
  std::string out(1, static_cast<char>(table));
  AppendEscaped(key, &out);
  return out;
}

std::string EncodeKey(Table table, std::string_view key) {
  std::string out = EncodeScanStart(table, key);
  out.append(2, '\0');
  return out;
}

size_t EncodedKeyLength(std::string_view bytes) {
  for (size_t i = 1; i + 1 < bytes.size(); ++i) {
    if (bytes[i] != '\0') continue;
    if (bytes[i + 1] == '\0') return i + 2;
    ++i;
  }
  return 0;
}

std::optional<std::string> DecodeKey(std::string_view encoded) {
  size_t length = EncodedKeyLength(encoded);
  if (length == 0) return std::nullopt;
  std::string key;
  for (size_t i = 1; i + 2 < length; ++i) {
    key.push_back(encoded[i]);
    if (encoded[i] == '\0') ++i;
  }
  return key;
}

std::string EncodeVersion(Revision create, Revision modify, std::string_view value) {
  std::string out;
  out.reserve(16 + value.size());
  AppendUint64(static_cast<uint64_t>(create), &out);
  AppendUint64(static_cast<uint64_t>(modify), &out);
  out.append(value);
  return out;
}

bool DecodeVersion(std::string_view bytes, Entry* entry) {
  if (bytes.size() < 16) return false;
  entry->create_revision = static_cast<Revision>(ReadUint64(bytes));
  entry->modify_revision = static_cast<Revision>(ReadUint64(bytes.substr(8)));
  entry->value = std::string(bytes.substr(16));
  return true;
}

std::string EncodeChange(const Change& change, int64_t unix_ms) {
  std::string out;
  AppendUint64(static_cast<uint64_t>(unix_ms), &out);
  AppendUint64(change.keys.size(), &out);
  for (const ChangedKey& changed : change.keys) {
    out.push_back(changed.deleted ? 1 : 0);
    out.push_back(static_cast<char>(changed.table));
    AppendText(changed.key, &out);
  }
  AppendUint64(change.events.size(), &out);
  for (const StoredEvent& event : change.events) {
    AppendText(event.type, &out);
    AppendText(event.bytes, &out);
  }
  return out;
}

bool DecodeChange(std::string_view bytes, Change* change, int64_t* unix_ms) {
  // The flag byte and the table byte stand before a text, and are read as a pair.
  PartReader head(bytes.substr(0, bytes.size() < 16 ? bytes.size() : 16));
  *unix_ms = static_cast<int64_t>(head.Number());
  uint64_t keys = head.Number();
  if (!head.ok() || keys > kMaxChangesInCommit) return false;
  bytes.remove_prefix(16);
  for (uint64_t i = 0; i < keys; ++i) {
    if (bytes.size() < 10) return false;
    bool deleted = bytes[0] != 0;
    Table table = static_cast<Table>(bytes[1]);
    uint64_t size = ReadUint64(bytes.substr(2));
    bytes.remove_prefix(10);
    if (bytes.size() < size) return false;
    change->keys.push_back({table, std::string(bytes.substr(0, size)), deleted});
    bytes.remove_prefix(size);
  }
  PartReader reader(bytes);
  uint64_t events = reader.Number();
  for (uint64_t i = 0; i < events && reader.ok(); ++i) {
    std::string type(reader.Text());
    change->events.push_back({std::move(type), std::string(reader.Text())});
  }
  return reader.done();
}

}  // namespace nave::store
