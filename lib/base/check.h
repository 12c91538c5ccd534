// A check of our own invariants that stays on in release builds. Never for input: input gets an
// error.
#ifndef NAVE_LIB_BASE_CHECK_H_
#define NAVE_LIB_BASE_CHECK_H_

#include <cstdio>
#include <cstdlib>

// Ends the process with file, line and condition when the condition is false.
#define NAVE_CHECK(condition)                                                                \
  do {                                                                                       \
    if (!(condition)) {                                                                      \
      std::fprintf(stderr, "%s:%d: broken invariant: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                          \
    }                                                                                        \
  } while (false)

#endif  // NAVE_LIB_BASE_CHECK_H_
