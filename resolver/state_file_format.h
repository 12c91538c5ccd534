// The octets of a state file (StateFile says where they are kept). Functions; any thread.
#ifndef NAVE_RESOLVER_STATE_FILE_FORMAT_H_
#define NAVE_RESOLVER_STATE_FILE_FORMAT_H_

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "resolver/state.h"

namespace nave::resolver {

// Gives the octets to `write` piece by piece; its first error ends the encoding and is returned.
// RESOURCE_EXHAUSTED for an object that is too large.
absl::Status EncodeState(const State& state,
                         absl::FunctionRef<absl::Status(absl::string_view)> write);

// FAILED_PRECONDITION for a format that is not ours, DATA_LOSS for anything that EncodeState did
// not write.
absl::StatusOr<State> DecodeState(absl::string_view octets);

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_STATE_FILE_FORMAT_H_
