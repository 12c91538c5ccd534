// Which control plane to speak to: what the provider's configuration says, then the environment,
// then the file of contexts that the command line uses too (docs/reference). The door of yaml-cpp
// here. Functions; any thread.
#ifndef NAVE_TERRAFORM_CLIENT_TARGET_H_
#define NAVE_TERRAFORM_CLIENT_TARGET_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "client/channel.h"

namespace nave::terraform {

using client::Target;

// What the configuration of the provider says; empty: nothing.
struct TargetSettings {
  std::string server, ca, token, config, context;
};

inline constexpr size_t kMaxContextFileBytes = 1u << 20;

// `get` reads the environment: NAVE_CONFIG, NAVE_TOKEN, HOME. The file at home may be missing, one
// that was named may not. INVALID_ARGUMENT names the file and the context.
absl::StatusOr<Target> ChooseTarget(const TargetSettings& settings,
                                    const std::function<std::string(const char*)>& get);

}  // namespace nave::terraform

#endif  // NAVE_TERRAFORM_CLIENT_TARGET_H_
