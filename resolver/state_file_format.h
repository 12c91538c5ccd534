// The octets of a state file (StateFile says where they are kept). Functions; any thread.
#ifndef NAVE_RESOLVER_STATE_FILE_FORMAT_H_
#define NAVE_RESOLVER_STATE_FILE_FORMAT_H_

#include <cstdint>
#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "resolver/state.h"

namespace nave::resolver {

// Object by object, so that no more than one of them need be in memory. Gives the octets to `write`
// piece by piece, which must outlive it; an error of Add or End ends the encoding. One thread at a
// time.
class StateEncoder {
 public:
  StateEncoder(int64_t revision, absl::FunctionRef<absl::Status(absl::string_view)> write);
  ~StateEncoder();

  // RESOURCE_EXHAUSTED for an object that is too large.
  absl::Status Add(const v1::Listener& listener);
  absl::Status Add(const v1::View& view);
  absl::Status Add(const v1::Zone& zone);
  absl::Status Add(const std::string& name, const StoredZone& zone);
  absl::Status Add(const v1::Rule& rule);
  // Every object of the state.
  absl::Status AddAll(const State& state);
  // Nothing is a state file before this.
  absl::Status End();

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

// Gives the octets to `write` piece by piece; its first error ends the encoding and is returned.
// RESOURCE_EXHAUSTED for an object that is too large.
absl::Status EncodeState(const State& state,
                         absl::FunctionRef<absl::Status(absl::string_view)> write);

// FAILED_PRECONDITION for a format that is not ours, DATA_LOSS for anything that EncodeState did
// not write.
absl::StatusOr<State> DecodeState(absl::string_view octets);

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_STATE_FILE_FORMAT_H_
