#include "catalog/workflow/retry.h"

#include <algorithm>

#include "catalog/errors.h"

namespace nave::catalog {
namespace {

// 2^20 times the first one is beyond the largest.
constexpr int kMaxDoublings = 20;

}  // namespace

absl::Duration BackoffAfter(int attempts, uint64_t random) {
  const int doublings = std::clamp(attempts - 1, 0, kMaxDoublings);
  const absl::Duration bound = std::min(kMaxBackoff, kFirstBackoff * (int64_t{1} << doublings));
  const auto microseconds = static_cast<uint64_t>(absl::ToInt64Microseconds(bound));
  return absl::Microseconds(static_cast<int64_t>(random % (microseconds + 1)));
}

bool IsPermanent(const absl::Status& status) {
  switch (ReasonOf(status)) {
    case api::v1::REASON_UNSPECIFIED:
      return status.code() == absl::StatusCode::kInvalidArgument ||
             status.code() == absl::StatusCode::kDataLoss;
    case api::v1::STORE_FAILED:
    case api::v1::LIMIT_REACHED:
    case api::v1::STALE_ETAG:
    case api::v1::NO_LIVE_NODE:
      return false;
    default:
      return true;
  }
}

}  // namespace nave::catalog
