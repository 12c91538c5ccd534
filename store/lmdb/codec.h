// How keys and log records are written (docs/store_format.md). Pure functions.
#ifndef NAVE_STORE_LMDB_CODEC_H_
#define NAVE_STORE_LMDB_CODEC_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/store.h"

namespace nave::store {

// Eight bytes, the most significant first, so that the order of bytes is the order of numbers.
void AppendUint64(uint64_t value, std::string* out);
// The number in the first eight bytes. REQUIRES: at least eight.
uint64_t ReadUint64(std::string_view bytes);

// One byte for the table, the key with NUL written as 00 FF, and 00 00 as its end: no key is a
// prefix of another, and the order of keys is kept.
std::string EncodeKey(Table table, std::string_view key);
// The same without its end: where a scan from `key` on begins.
std::string EncodeScanStart(Table table, std::string_view key);
// The key from an encoded one, which may be followed by a revision. Nullopt when it is malformed.
std::optional<std::string> DecodeKey(std::string_view encoded);
// The length of the encoded key at the front of `bytes`; 0 when it is malformed.
size_t EncodedKeyLength(std::string_view bytes);

// An entry's value in `current` and in `history`.
std::string EncodeVersion(Revision create, Revision modify, std::string_view value);
bool DecodeVersion(std::string_view bytes, Entry* entry);

// A commit in the log, with the time at which it was made.
std::string EncodeChange(const Change& change, int64_t unix_ms);
bool DecodeChange(std::string_view bytes, Change* change, int64_t* unix_ms);

}  // namespace nave::store

#endif  // NAVE_STORE_LMDB_CODEC_H_
