// The one door to c-ares (data-plane.md section 2): one channel with one server, whose sockets are
// ours. c-ares keeps the table of queries under way, matches replies to them and times them out;
// what goes over the wire, and whether a reply is to be believed, is decided by the Carrier and
// its owner. On the thread of one event loop.
//
// What is done here for the sake of its versions, 1.18.1 to 1.34:
// - Only ares_send; never ares_query, whose ids can be guessed in the older ones.
// - No file of the system is read, and no environment variable has a say.
// - It sees stubs, with the id of the query and the shortest question there is: of a whole reply it
//   would read the question twice, switch EDNS off for the channel's life after a FORMERR, parse
//   and drop, ask again, or write anew; and the newer ones write queries anew, with an id and a
//   cookie of their own. What leaves is the message that Send was given, and the owner gets the
//   reply as it came.
// - Its sockets never fail: an error would be of all queries under way.
// - On a stream it sees whole messages: the older ones mishandle those that arrive in parts.
// - Callbacks are collected and run after c-ares has returned, so they may do anything but destroy
//   the door within Deliver and Tick.
#ifndef NAVE_RESOLVER_ARES_DOOR_H_
#define NAVE_RESOLVER_ARES_DOOR_H_

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "lib/net/endpoint.h"

namespace nave::resolver {

class AresDoor {
 public:
  enum class Mode : uint8_t { kDatagram, kStream };
  enum class Outcome : uint8_t { kReply, kTimeout, kCancelled };

  // The largest datagram that is taken.
  static constexpr size_t kMaxDatagramSize = 4096;

  // What is on the other side of c-ares' sockets, and who waits for its outcomes.
  class Carrier {
   public:
    virtual ~Carrier() = default;
    // One message, without a length in front, leaves. False if it cannot; never for lack of room.
    // Called within Send; may not call the door.
    virtual bool SendMessage(absl::Span<const uint8_t> message) = 0;
    // The query sent with `tag` is over; `message` is empty unless kReply. Called once for each
    // Send that returned true, within Deliver or Tick, or (kCancelled) within the destructor.
    virtual void OnDone(uint64_t tag, Outcome outcome, absl::Span<const uint8_t> message) = 0;
  };

  // `timeout` is when c-ares gives a query up; it may do so up to half earlier, as it adds jitter.
  // `carrier` must outlive the door. RESOURCE_EXHAUSTED or INTERNAL with the library's words.
  static absl::StatusOr<std::unique_ptr<AresDoor>> Create(Mode mode, const net::Endpoint& server,
                                                          absl::Duration timeout, Carrier* carrier);
  // REQUIRES: not within a call of the door.
  ~AresDoor();
  AresDoor(const AresDoor&) = delete;
  AresDoor& operator=(const AresDoor&) = delete;

  // Sends a whole DNS message whose id no other query under way has. False if it did not leave.
  bool Send(absl::Span<const uint8_t> query, uint64_t tag);
  // A reply came, and was checked: its id and question are those of a query under way, its source
  // is the server. Nothing happens if c-ares does not know it. REQUIRES: at least a header.
  void Deliver(absl::Span<const uint8_t> message);
  // Gives up what is older than the timeout.
  void Tick();

  // Queries that c-ares holds.
  size_t outstanding() const { return outstanding_; }

 private:
  struct Library;
  struct Call;
  struct Completion {
    uint64_t tag;
    Outcome outcome;
    absl::Span<const uint8_t> message;
  };
  // The library's channel, behind a pointer that keeps its header out of this one.
  struct Channel;

  AresDoor(Mode mode, const net::Endpoint& server, Carrier* carrier);
  absl::Status Open(absl::Duration timeout);
  // Has c-ares read a reply to the query with this id of ours.
  void Feed(uint16_t id);
  void Collect(uint64_t tag, uint16_t id, Outcome outcome);
  // `written` is what c-ares made of the query that is being sent.
  void SendQuery(absl::Span<const uint8_t> written);
  void RunCompletions();
  int OpenSocket();
  void CloseSocket(int socket);
  // Octets of the inbox, at most `size`; negative with EAGAIN if it is empty.
  long Receive(void* out, size_t size);
  // What c-ares writes: a datagram, or a piece of the stream.
  void Write(absl::Span<const iovec> pieces);
  void WriteStream();

  const Mode mode_;
  const net::Endpoint server_;
  Carrier* const carrier_;
  std::unique_ptr<Channel> channel_;
  // c-ares' socket is a number and nothing more; -1 when it has none.
  int socket_ = -1;
  int next_socket_ = 1;
  size_t outstanding_ = 0;
  // The one message that is on its way to c-ares, with its length in kStream mode.
  std::string inbox_;
  size_t inbox_read_ = 0;
  // What Deliver was given, while it lasts.
  absl::Span<const uint8_t> delivered_;
  // What c-ares wrote and is not yet a whole message.
  std::string outbox_;
  // c-ares' ids by ours, where they differ.
  absl::flat_hash_map<uint16_t, uint16_t> its_ids_;
  // The query that is being sent: its failure is a return value, not a callback.
  absl::Span<const uint8_t> sending_query_;
  uint64_t sending_tag_ = 0;
  bool sending_ = false;
  // It did not leave.
  bool refused_ = false;
  bool send_failed_ = false;
  absl::InlinedVector<Completion, 1> completions_;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_ARES_DOOR_H_
