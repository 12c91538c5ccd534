#include "lib/net/tcp_framing.h"

namespace nave::net {
namespace {

// Octets of room that may be left without use.
constexpr size_t kRoomKept = 1024;

}  // namespace

void TcpFraming::Append(absl::string_view octets) {
  input_.erase(0, at_);
  at_ = 0;
  input_.append(octets.data(), octets.size());
}

void TcpFraming::Trim() {
  input_.erase(0, at_);
  at_ = 0;
  // A large message must not keep its room while nothing comes.
  if (input_.empty() && input_.capacity() > kRoomKept) std::string().swap(input_);
}

std::optional<absl::Span<const uint8_t>> TcpFraming::Next() {
  if (buffered() < kTcpLengthSize) return std::nullopt;
  const auto* octets = reinterpret_cast<const uint8_t*>(input_.data()) + at_;
  const size_t size = static_cast<size_t>(octets[0]) << 8 | octets[1];
  if (buffered() < kTcpLengthSize + size) return std::nullopt;
  at_ += kTcpLengthSize + size;
  return absl::MakeConstSpan(octets + kTcpLengthSize, size);
}

void TcpFraming::Clear() { at_ = input_.size(); }

void AppendTcpMessage(absl::Span<const uint8_t> message, std::string* out) {
  out->push_back(static_cast<char>(message.size() >> 8));
  out->push_back(static_cast<char>(message.size() & 0xff));
  out->append(reinterpret_cast<const char*>(message.data()), message.size());
}

}  // namespace nave::net
