// The version that was built. Any thread.
#ifndef NAVE_CLI_VERSION_H_
#define NAVE_CLI_VERSION_H_

#include <string>

namespace nave::cli {

inline std::string Version() { return NAVE_VERSION; }

}  // namespace nave::cli

#endif  // NAVE_CLI_VERSION_H_
