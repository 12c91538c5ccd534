// Times in messages. Pure functions.
#ifndef NAVE_CATALOG_GOVERNANCE_TIMES_H_
#define NAVE_CATALOG_GOVERNANCE_TIMES_H_

#include <google/protobuf/timestamp.pb.h>

#include "absl/time/time.h"

namespace nave::catalog {

inline void SetTime(absl::Time time, google::protobuf::Timestamp* message) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  message->set_seconds(seconds);
  message->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

inline absl::Time TimeOf(const google::protobuf::Timestamp& message) {
  return absl::FromUnixSeconds(message.seconds()) + absl::Nanoseconds(message.nanos());
}

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_GOVERNANCE_TIMES_H_
