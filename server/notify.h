// Tells the service manager how far the process is, by the datagram protocol of systemd's
// sd_notify(3). Any thread.
#ifndef NAVE_SERVER_NOTIFY_H_
#define NAVE_SERVER_NOTIFY_H_

#include <string>

namespace nave::server {

// Sends a state such as `READY=1` to the socket that the environment's NOTIFY_SOCKET names. Nothing
// happens without one, and a failure is only logged: the service manager's timeout decides.
void Notify(const std::string& state);

}  // namespace nave::server

#endif  // NAVE_SERVER_NOTIFY_H_
