// The control plane over gRPC: TLS by a CA, a bearer token, calls by the name of their method.
// Thread-safe.
#ifndef NAVE_TERRAFORM_CLIENT_CHANNEL_H_
#define NAVE_TERRAFORM_CLIENT_CHANNEL_H_

#include <memory>

#include "absl/status/statusor.h"
#include "lib/base/clock.h"
#include "terraform/client/control_plane.h"
#include "terraform/client/target.h"

namespace nave::terraform {

// Connects with the first call. INVALID_ARGUMENT when the target lacks a part, or the CA's file
// cannot be read.
absl::StatusOr<std::unique_ptr<ControlPlane>> OpenChannel(const Target& target, const Clock& clock);

}  // namespace nave::terraform

#endif  // NAVE_TERRAFORM_CLIENT_CHANNEL_H_
