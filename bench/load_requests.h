// The calls that a load run makes: method and request, as octets, by kind. The servers' contracts
// are naved's own, gRPC's health service, and the two methods of etcd's key-value service that are
// written here by field number. Functions; any thread.
#ifndef NAVE_BENCH_LOAD_REQUESTS_H_
#define NAVE_BENCH_LOAD_REQUESTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace nave::bench {

struct LoadKind {
  // As on the command line, such as `update-vpc`.
  std::string name;
  // `/nave.governance.v1.VpcService/UpdateVpc`
  std::string method;
  // The request of a caller's `turn`-th call. Each caller has an entry of its own, but for the
  // kinds whose name ends in `-one-zone`.
  std::string (*request)(uint64_t caller, uint64_t turn);
};

// INVALID_ARGUMENT names the kinds that there are.
absl::StatusOr<LoadKind> FindLoadKind(const std::string& name);

}  // namespace nave::bench

#endif  // NAVE_BENCH_LOAD_REQUESTS_H_
