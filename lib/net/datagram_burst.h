// Datagrams that leave one connected UDP socket together. Those of one size, and one that is
// shorter, go down the kernel's stack as one, which cuts them apart at the end of it (UDP_SEGMENT,
// Linux 4.18): most of what a small datagram costs is the way down.
#ifndef NAVE_LIB_NET_DATAGRAM_BURST_H_
#define NAVE_LIB_NET_DATAGRAM_BURST_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "lib/net/event_loop.h"

namespace nave::net {

// Whether a call on a datagram socket failed for want of room or of datagrams just now.
bool IsRoomError(int error);

class DatagramBurst {
 public:
  // Datagrams of one system call, and so of one that is cut apart: the kernel's own bound is 64.
  static constexpr size_t kMaxBatch = 64;
  // A longer one goes by itself: a piece must fit into a packet of the way (IPv6's least MTU).
  static constexpr size_t kMaxPieceSize = 1232;

  // What the system told of a socket, to be kept with it.
  struct Ability {
    // False once it has refused: an old kernel, or a way out that cannot (IPsec, no checksums).
    bool cuts = true;
  };

  // Copies the octets. How many there are, the caller bounds.
  void Add(absl::Span<const uint8_t> datagram);
  size_t size() const { return datagrams_.size(); }

  // Gives all to the system, in an order of its own, and has none afterwards. Nobody waits for
  // events of `fd` in `loop` meanwhile, if that pays. What finds no room is lost, and no error.
  // Returns the system's error if not all could leave, else 0.
  int Send(EventLoop* loop, int fd, Ability* ability);

 private:
  // Where the octets of one stand in `octets_`.
  struct Place {
    size_t start;
    size_t size;
  };

  // The end of the datagrams from `begin` that leave as one message.
  size_t EndOfMessage(size_t begin, size_t end, bool cuts) const;
  // Sends those from `begin` to `end`, at most kMaxBatch.
  int SendBatch(EventLoop* loop, int fd, size_t begin, size_t end, Ability* ability) const;

  std::string octets_;
  std::vector<Place> datagrams_;
};

}  // namespace nave::net

#endif  // NAVE_LIB_NET_DATAGRAM_BURST_H_
