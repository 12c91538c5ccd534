// Passing errors up without noise.
#ifndef NAVE_LIB_BASE_STATUS_MACROS_H_
#define NAVE_LIB_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns the status of `expression` from the enclosing function unless it is OK.
#define NAVE_RETURN_IF_ERROR(expression)         \
  do {                                           \
    ::absl::Status nave_status_ = (expression);  \
    if (!nave_status_.ok()) return nave_status_; \
  } while (false)

#define NAVE_STATUS_CONCAT_INNER_(a, b) a##b
#define NAVE_STATUS_CONCAT_(a, b) NAVE_STATUS_CONCAT_INNER_(a, b)
#define NAVE_ASSIGN_OR_RETURN_IMPL_(holder, left, expression) \
  auto holder = (expression);                                 \
  if (!holder.ok()) return std::move(holder).status();        \
  left = std::move(holder).value()

// NAVE_ASSIGN_OR_RETURN(auto x, F()): x is the value of the StatusOr, or its status is returned.
#define NAVE_ASSIGN_OR_RETURN(left, ...) \
  NAVE_ASSIGN_OR_RETURN_IMPL_(NAVE_STATUS_CONCAT_(nave_status_or_, __LINE__), left, (__VA_ARGS__))

#endif  // NAVE_LIB_BASE_STATUS_MACROS_H_
