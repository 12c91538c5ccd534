// ldns, another reader of the DNS, for C++: the door to it.
#ifndef NAVE_TESTS_FUZZ_LDNS_DOOR_H_
#define NAVE_TESTS_FUZZ_LDNS_DOOR_H_

// Without it ldns makes `bool`, `true` and `false` macros.
#include <ldns/ldns.h>
#include <stdbool.h>

// ldns is not what is tested: what it forgets to free when it refuses is not ours. Read by the leak
// detector.
extern "C" inline __attribute__((used)) const char* __lsan_default_suppressions() {
  return "leak:libldns\n";
}

#endif  // NAVE_TESTS_FUZZ_LDNS_DOOR_H_
