// A stream of octets, cut into pieces in several ways: the same messages must come out of each, and
// they and what is left must be the stream again.
#include <vector>

#include "lib/net/tcp_framing.h"
#include "tests/fuzz/fuzzing.h"

namespace nave::net {
namespace {

using fuzzing::Require;

struct Read {
  std::vector<std::string> messages;
  size_t left = 0;
};

// Reads `stream` in pieces of `sizes`, from the first again after the last.
Read ReadIn(absl::string_view stream, const std::vector<size_t>& sizes) {
  TcpFraming framing;
  Read read;
  for (size_t turn = 0; !stream.empty(); ++turn) {
    const absl::string_view piece = stream.substr(0, sizes[turn % sizes.size()]);
    stream.remove_prefix(piece.size());
    // A copy of this very size on the heap, so that a sanitizer sees one octet too far.
    framing.Append(std::string(piece));
    while (const auto message = framing.Next()) {
      read.messages.emplace_back(message->begin(), message->end());
    }
    Require(framing.buffered() < kTcpLengthSize + 65535, "less than a message waits");
  }
  read.left = framing.buffered();
  framing.Clear();
  Require(framing.buffered() == 0 && !framing.Next().has_value(), "nothing is left of it");
  return read;
}

void Check(fuzzing::Input input) {
  std::vector<size_t> sizes;
  for (int count = input.U8() % 16; count > 0; --count) sizes.push_back(1 + input.U8());
  if (sizes.empty()) sizes.push_back(1);
  const absl::string_view stream = input.Rest();
  const Read whole = ReadIn(stream, {std::max<size_t>(stream.size(), 1)});
  const Read pieces = ReadIn(stream, sizes);
  const Read octets = ReadIn(stream, {1});
  Require(whole.messages == pieces.messages && whole.left == pieces.left, "in pieces");
  Require(whole.messages == octets.messages && whole.left == octets.left, "octet by octet");
  std::string again;
  for (const std::string& message : whole.messages) {
    AppendTcpMessage(
        absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(message.data()), message.size()),
        &again);
  }
  again += std::string(stream.substr(stream.size() - whole.left));
  Require(again == stream, "messages and rest are the stream");
}

}  // namespace
}  // namespace nave::net

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  nave::net::Check(nave::fuzzing::Input(data, size));
  return 0;
}
