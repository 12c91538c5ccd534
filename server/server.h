// The control plane in one process: store, catalog, workflow, publishing, and the API in front of
// them. It starts in the order of its members and stops in the reverse. Start and Stop from one
// thread; the rest from any.
#ifndef NAVE_SERVER_SERVER_H_
#define NAVE_SERVER_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "server/flags.h"

namespace nave::server {

// Calls at work at the end get this long.
inline constexpr absl::Duration kDrain = absl::Seconds(5);
// Copies of the store for a backup that a crash left behind begin so.
inline constexpr char kBackupPrefix[] = "backup.partial.";

class Server {
 public:
  // Opens the data directory and serves. FAILED_PRECONDITION when another process has the
  // directory; UNAVAILABLE when an address cannot be listened at; what else stands in the way of a
  // start, with what to do.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const Flags& flags, const Clock& clock);
  // Stops.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Where it serves, with the ports that the system chose.
  const std::vector<std::string>& addresses() const;
  // Where /metrics is; empty without.
  std::string metrics_address() const;
  // Refuses new calls, gives those at work kDrain, ends. May be called again.
  void Stop();

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

// What --check does: certificate files, names, and the data directory, without changing anything.
absl::Status Check(const Flags& flags, const Clock& clock);

}  // namespace nave::server

#endif  // NAVE_SERVER_SERVER_H_
