// Names with compression (RFC 1035 section 4.1.4), both ways. The first octet chooses: hostile
// octets are read as names at every offset; or names are built from the octets, written with
// compression, with marks, limits and roll-backs, and must be read back equal.
#include <vector>

#include "lib/dns/header.h"
#include "lib/dns/name.h"
#include "lib/dns/wire_reader.h"
#include "lib/dns/wire_writer.h"
#include "tests/fuzz/fuzzing.h"

namespace nave::dns {
namespace {

using fuzzing::Require;

constexpr size_t kMaxHostileSize = 2048;
constexpr size_t kMaxNames = 400;

void CheckHostile(absl::string_view octets) {
  octets = octets.substr(0, kMaxHostileSize);
  for (size_t start = 0; start <= octets.size(); ++start) {
    size_t offset = start;
    Name name;
    if (Name::FromWire(ToOctets(octets), &offset, &name) != WireError::kOk) continue;
    Require(offset > start && offset <= octets.size(), "reading a name moves on, within");
    Require(name.wire_size() <= kMaxNameSize && name.label_count() <= kMaxLabels, "bounds");
    Name again;
    size_t size = 0;
    Require(Name::FromUncompressed(name.wire_view(), &size, &again) == WireError::kOk,
            "what was read is a name");
    Require(size == name.wire_size() && again.EqualsWithCase(name), "the same one");
    Require(Name::FromText(name.ToText())->EqualsWithCase(name), "its text reads back");
    size_t plain = 0;
    Name uncompressed;
    if (Name::FromUncompressed(octets.substr(start), &plain, &uncompressed) == WireError::kOk) {
      Require(plain == offset - start && uncompressed.EqualsWithCase(name), "without a pointer");
    }
  }
}

// A name that shares a suffix with one before, more often than not.
Name NextName(const std::vector<Name>& before, fuzzing::Input* input) {
  const uint8_t choice = input->U8();
  Name name;
  if (!before.empty()) {
    const Name& base = before[choice % before.size()];
    name = base.Suffix(input->U8() % (base.label_count() + 1));
  }
  for (int labels = choice % 4; labels > 0; --labels) {
    const std::optional<Name> child = name.Child(input->Take(1 + input->U8() % kMaxLabelSize));
    if (child.has_value()) name = *child;
  }
  return name;
}

struct Placed {
  Name name;
  size_t offset;
};

void CheckWriter(fuzzing::Input input) {
  std::vector<uint8_t> buffer(input.U16());
  WireWriter writer(absl::MakeSpan(buffer));
  for (size_t i = 0; i < kHeaderSize; ++i) writer.WriteU8(0);
  if (writer.full()) return;
  std::vector<Placed> written;
  std::vector<Name> names;
  while (!input.empty() && names.size() < kMaxNames) {
    const uint8_t choice = input.U8();
    const WireWriter::Mark mark = writer.mark();
    const size_t kept = written.size();
    for (int count = choice % 4; count >= 0; --count) {
      const Name name = NextName(names, &input);
      names.push_back(name);
      const size_t offset = writer.size();
      writer.WriteName(name);
      if (writer.full()) break;
      Require(writer.size() - offset <= name.wire_size(), "compression does not make longer");
      written.push_back({name, offset});
    }
    if (!writer.full() && choice < 0xE0) continue;
    writer.RollBack(mark);
    Require(writer.size() == mark.size && !writer.full(), "a roll-back forgets");
    written.resize(kept);
  }
  size_t end = kHeaderSize;
  for (const Placed& placed : written) {
    size_t offset = placed.offset;
    Name name;
    Require(offset == end, "one behind the other");
    Require(Name::FromWire(writer.written(), &offset, &name) == WireError::kOk, "readable");
    Require(name == placed.name, "the name that was written");
    end = offset;
  }
  Require(end == writer.size(), "nothing behind the last");
}

void Check(fuzzing::Input input) {
  if (input.U8() % 2 == 0) return CheckHostile(input.Rest());
  CheckWriter(input);
}

}  // namespace
}  // namespace nave::dns

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  nave::dns::Check(nave::fuzzing::Input(data, size));
  return 0;
}
