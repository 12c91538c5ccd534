// Any octets as a file of the last state. The first octet chooses: they are the whole file; or they
// are what stands between the format and the checksum, so that what the checksum guards is reached.
// Either refused with words, or a state that survives being written again.
#include <google/protobuf/stubs/logging.h>
#include <openssl/sha.h>

#include "resolver/state_file_format.h"
#include "tests/fuzz/fuzzing.h"

namespace nave::resolver {
namespace {

using fuzzing::Require;

std::string Dress(absl::string_view octets) {
  std::string file("NAVESTAT\0\0\0\1", 12);
  file.append(octets.data(), octets.size());
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(file.data()), file.size(), digest);
  file.append(reinterpret_cast<const char*>(digest), sizeof(digest));
  return file;
}

std::string Encode(const State& state) {
  std::string octets;
  const absl::Status status = EncodeState(state, [&](absl::string_view piece) {
    octets.append(piece.data(), piece.size());
    return absl::OkStatus();
  });
  Require(status.ok(), "a state can be written");
  return octets;
}

void Check(fuzzing::Input input) {
  const bool whole = input.U8() % 2 == 0;
  const absl::StatusOr<State> state =
      whole ? DecodeState(input.Rest()) : DecodeState(Dress(input.Rest()));
  if (!state.ok()) {
    Require(absl::IsDataLoss(state.status()) || absl::IsFailedPrecondition(state.status()),
            "a refusal is one of two");
    return Require(!state.status().message().empty(), "a refusal has words");
  }
  const std::string octets = Encode(*state);
  const absl::StatusOr<State> again = DecodeState(octets);
  Require(again.ok() && again->revision == state->revision, "what was written is read");
  Require(SnapshotFromState(*again).SerializeAsString() ==
              SnapshotFromState(*state).SerializeAsString(),
          "as the same state");
  Require(Encode(*again) == octets, "writing is stable");
  std::string changed = octets;
  changed[static_cast<size_t>(state->revision) % changed.size()] ^= 0x20;
  Require(!DecodeState(changed).ok(), "a changed octet is noticed");
}

}  // namespace
}  // namespace nave::resolver

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  // A word about every input that is no message would fill the log.
  google::protobuf::SetLogHandler(nullptr);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  nave::resolver::Check(nave::fuzzing::Input(data, size));
  return 0;
}
