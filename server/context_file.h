// The first start's present to the administrator: a context file for the command line, with the one
// secret that no other place holds (control-plane.md section 2). For start-up; one thread.
#ifndef NAVE_SERVER_CONTEXT_FILE_H_
#define NAVE_SERVER_CONTEXT_FILE_H_

#include <string>

#include "absl/status/status.h"

namespace nave::server {

inline constexpr char kContextFileName[] = "admin.context.yaml";

struct AdminContext {
  std::string server;   // `127.0.0.1:7443`
  std::string ca_path;  // absolute
  std::string token;
};

// The text of the file: YAML, one context of the name `admin`, which is the current one.
std::string FormatContext(const AdminContext& context);

// Writes the file, mode 0600. PERMISSION_DENIED and the like.
absl::Status WriteContext(const std::string& path, const AdminContext& context);

// Brings the address and the CA of an existing file up to date and keeps its token; nothing when
// the file is gone or is no longer ours to read.
absl::Status RefreshContext(const std::string& path, const std::string& server,
                            const std::string& ca_path);

}  // namespace nave::server

#endif  // NAVE_SERVER_CONTEXT_FILE_H_
