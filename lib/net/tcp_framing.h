// DNS messages in a stream of octets, each behind its length in two octets (RFC 1035 section
// 4.2.2): put together from whatever pieces arrive. No socket, no time. One thread at a time.
#ifndef NAVE_LIB_NET_TCP_FRAMING_H_
#define NAVE_LIB_NET_TCP_FRAMING_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace nave::net {

// Of the length in front of a message.
inline constexpr size_t kTcpLengthSize = 2;

class TcpFraming {
 public:
  // Takes what arrived. Messages that Next gave are no longer valid.
  void Append(absl::string_view octets);
  // The next whole message, which may be empty; nothing while it is not all there. Valid until
  // Append or Trim.
  std::optional<absl::Span<const uint8_t>> Next();
  // Gives back the room of messages that Next gave; they are no longer valid.
  void Trim();
  // Forgets everything. A message that Next gave stays valid until Append.
  void Clear();
  // Octets that Next has not given, lengths included. Never more than one message, its length and
  // one Append, if each Append is followed by Next until there is none.
  size_t buffered() const { return input_.size() - at_; }

 private:
  std::string input_;
  size_t at_ = 0;  // Behind the messages that were given.
};

// Writes `message` behind its length at the end of `*out`. REQUIRES: message.size() <= 65535.
void AppendTcpMessage(absl::Span<const uint8_t> message, std::string* out);

}  // namespace nave::net

#endif  // NAVE_LIB_NET_TCP_FRAMING_H_
