#include "lib/dns/wire_reader.h"

namespace nave::dns {

absl::string_view WireReader::ReadCharacterString() { return ReadBytes(ReadU8()); }

Name WireReader::ReadName() {
  Name name;
  if (!ok()) return name;
  // The name's own octets must end before the limit; what its pointers aim at lies before.
  size_t at = offset_;
  const WireError error = Name::FromWire(message_.subspan(0, end_), &at, &name);
  if (error != WireError::kOk) {
    Fail(error);
    return Name();
  }
  offset_ = at;
  return name;
}

bool WireReader::SkipPointerTo(size_t offset) {
  constexpr uint16_t kPointerBits = 0xc000;
  if (remaining() < 2) return false;
  if (LoadU16(message_.data() + offset_) != (kPointerBits | offset)) return false;
  offset_ += 2;
  return true;
}

bool WireReader::SkipBytes(absl::string_view octets) {
  const absl::string_view rest = ToStringView(message_.subspan(offset_, remaining()));
  if (rest.substr(0, octets.size()) != octets) return false;
  offset_ += octets.size();
  return true;
}

Name WireReader::ReadUncompressedName() {
  Name name;
  if (!ok()) return name;
  size_t size = 0;
  const absl::string_view rest = ToStringView(message_.subspan(offset_, end_ - offset_));
  const WireError error = Name::FromUncompressed(rest, &size, &name);
  if (error != WireError::kOk) {
    Fail(error);
    return Name();
  }
  offset_ += size;
  return name;
}

WireReader WireReader::Sub(size_t size) {
  WireReader sub = *this;
  if (Take(size)) {
    sub.end_ = offset_;
  } else {
    sub.Fail(error_);
  }
  return sub;
}

}  // namespace nave::dns
