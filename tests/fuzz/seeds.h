// The inputs that the fuzz targets begin with, made by our own encoders: always the same octets.
#ifndef NAVE_TESTS_FUZZ_SEEDS_H_
#define NAVE_TESTS_FUZZ_SEEDS_H_

#include <string>
#include <vector>

namespace nave::fuzzing {

struct Seed {
  std::string corpus;
  std::string name;
  std::string octets;
};

// For the targets of names, rdata, EDNS, messages and framing.
std::vector<Seed> DnsSeeds();
// For the targets of queries, replies, snapshots and state files.
std::vector<Seed> ResolverSeeds();

}  // namespace nave::fuzzing

#endif  // NAVE_TESTS_FUZZ_SEEDS_H_
