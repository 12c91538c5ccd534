#include "store/lmdb/lmdb_snapshot.h"

#include <algorithm>
#include <utility>

#include "lib/base/status_macros.h"
#include "store/lmdb/codec.h"

namespace nave::store {
namespace {

absl::Status Malformed() {
  return absl::DataLossError(
      "store: an entry is malformed; restore the data directory from a backup");
}

// An entry from its encoded key and version.
absl::StatusOr<Entry> ToEntry(std::string_view encoded, std::string_view version) {
  Entry entry;
  std::optional<std::string> key = DecodeKey(encoded);
  if (!key.has_value() || !DecodeVersion(version, &entry)) return Malformed();
  entry.key = std::move(*key);
  return entry;
}

}  // namespace

LmdbSnapshot::LmdbSnapshot(std::unique_ptr<Txn> txn, Revision revision, Revision newest)
    : owned_(std::move(txn)),
      txn_(owned_.get()),
      revision_(revision),
      earlier_(revision < newest) {}

LmdbSnapshot::LmdbSnapshot(Txn* txn, Revision newest)
    : txn_(txn), revision_(newest), earlier_(false) {}

absl::StatusOr<std::optional<Entry>> LmdbSnapshot::Undo(Cursor& history, std::string_view encoded,
                                                        bool* existed) {
  // The first change after our revision holds what was there before it.
  std::string seek(encoded);
  AppendUint64(static_cast<uint64_t>(revision_) + 1, &seek);
  NAVE_RETURN_IF_ERROR(history.Seek(seek));
  if (!history.valid() || history.key().size() != encoded.size() + 8 ||
      history.key().substr(0, encoded.size()) != encoded) {
    return std::nullopt;
  }
  *existed = !history.value().empty();
  if (!*existed) return Entry{};
  NAVE_ASSIGN_OR_RETURN(Entry entry, ToEntry(encoded, history.value()));
  return std::optional<Entry>(std::move(entry));
}

absl::StatusOr<std::optional<Entry>> LmdbSnapshot::Get(Table table, std::string_view key) {
  std::string encoded = EncodeKey(table, key);
  if (earlier_) {
    NAVE_ASSIGN_OR_RETURN(std::unique_ptr<Cursor> history, Cursor::Open(*txn_, Db::kHistory));
    bool existed = false;
    NAVE_ASSIGN_OR_RETURN(std::optional<Entry> undo, Undo(*history, encoded, &existed));
    if (undo.has_value()) return existed ? std::move(undo) : std::nullopt;
  }
  NAVE_ASSIGN_OR_RETURN(std::optional<std::string_view> version, txn_->Get(Db::kCurrent, encoded));
  if (!version.has_value()) return std::nullopt;
  NAVE_ASSIGN_OR_RETURN(Entry entry, ToEntry(encoded, *version));
  return std::optional<Entry>(std::move(entry));
}

absl::StatusOr<std::vector<Entry>> LmdbSnapshot::Scan(Table table, std::string_view start,
                                                      std::string_view end, size_t limit) {
  std::string first = EncodeScanStart(table, start);
  std::string past = end.empty() ? std::string(1, static_cast<char>(static_cast<int>(table) + 1))
                                 : EncodeScanStart(table, end);
  std::vector<Entry> entries;
  NAVE_RETURN_IF_ERROR(earlier_ ? ScanEarlier(first, past, limit, &entries)
                                : ScanNow(first, past, limit, &entries));
  return entries;
}

absl::Status LmdbSnapshot::ScanNow(std::string_view start, std::string_view end, size_t limit,
                                   std::vector<Entry>* out) {
  NAVE_ASSIGN_OR_RETURN(std::unique_ptr<Cursor> cursor, Cursor::Open(*txn_, Db::kCurrent));
  if (limit == 0) return absl::OkStatus();
  NAVE_RETURN_IF_ERROR(cursor->Seek(start));
  while (cursor->valid() && cursor->key() < end && out->size() < limit) {
    NAVE_ASSIGN_OR_RETURN(Entry entry, ToEntry(cursor->key(), cursor->value()));
    out->push_back(std::move(entry));
    NAVE_RETURN_IF_ERROR(cursor->Next());
  }
  return absl::OkStatus();
}

absl::Status LmdbSnapshot::ScanEarlier(std::string_view start, std::string_view end, size_t limit,
                                       std::vector<Entry>* out) {
  NAVE_ASSIGN_OR_RETURN(std::unique_ptr<Cursor> current, Cursor::Open(*txn_, Db::kCurrent));
  NAVE_ASSIGN_OR_RETURN(std::unique_ptr<Cursor> history, Cursor::Open(*txn_, Db::kHistory));
  std::string position(start);
  while (out->size() < limit) {
    // The next key is the smaller of the next that is there now and the next that ever changed.
    NAVE_RETURN_IF_ERROR(current->Seek(position));
    NAVE_RETURN_IF_ERROR(history->Seek(position));
    std::string encoded;
    if (current->valid() && current->key() < end) encoded = std::string(current->key());
    if (history->valid() && history->key() < end) {
      std::string_view changed = history->key().substr(0, history->key().size() - 8);
      if (encoded.empty() || changed < encoded) encoded = std::string(changed);
    }
    if (encoded.empty()) break;
    bool existed = false;
    NAVE_ASSIGN_OR_RETURN(std::optional<Entry> undo, Undo(*history, encoded, &existed));
    if (undo.has_value()) {
      if (existed) out->push_back(std::move(*undo));
    } else if (current->valid() && current->key() == encoded) {
      NAVE_ASSIGN_OR_RETURN(Entry entry, ToEntry(encoded, current->value()));
      out->push_back(std::move(entry));
    }
    position = encoded;
    position.append(8, '\xff');  // past every change of this key
    position.push_back('\0');
  }
  return absl::OkStatus();
}

}  // namespace nave::store
