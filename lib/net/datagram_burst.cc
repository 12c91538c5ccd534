#include "lib/net/datagram_burst.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace nave::net {
namespace {

// An error that waits on the socket is of an earlier datagram; it comes once.
constexpr int kMaxSendTries = 2;

// Messages for one sendmmsg: the pieces in order, and what each message has of them.
struct Messages {
  iovec pieces[DatagramBurst::kMaxBatch];
  mmsghdr headers[DatagramBurst::kMaxBatch];
  alignas(cmsghdr) char controls[DatagramBurst::kMaxBatch][CMSG_SPACE(sizeof(uint16_t))];
  int count = 0;

  // The pieces from `begin` to `end`; all but the last are as long as the first.
  void Add(size_t begin, size_t end) {
    msghdr& header = headers[count].msg_hdr;
    header = {};
    header.msg_iov = &pieces[begin];
    header.msg_iovlen = end - begin;
    if (header.msg_iovlen > 1) {
      header.msg_control = controls[count];
      header.msg_controllen = sizeof(controls[count]);
      cmsghdr* const control = CMSG_FIRSTHDR(&header);
      control->cmsg_level = IPPROTO_UDP;
      control->cmsg_type = UDP_SEGMENT;
      control->cmsg_len = CMSG_LEN(sizeof(uint16_t));
      const auto size = static_cast<uint16_t>(pieces[begin].iov_len);
      std::memcpy(CMSG_DATA(control), &size, sizeof(size));
    }
    ++count;
  }
};

// How many left; fewer than `count`, and errno says why, if not all could.
int SendAll(int fd, mmsghdr* headers, int count) {
  int failures = 0, sent = 0;
  while (sent < count) {
    const int now = sendmmsg(fd, headers + sent, count - sent, MSG_NOSIGNAL);
    if (now > 0) {
      sent += now;
    } else if (IsRoomError(errno) || ++failures == kMaxSendTries) {
      break;
    }
  }
  return sent;
}

}  // namespace

bool IsRoomError(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS || error == ENOMEM;
}

void DatagramBurst::Add(absl::Span<const uint8_t> datagram) {
  datagrams_.push_back({octets_.size(), datagram.size()});
  octets_.append(reinterpret_cast<const char*>(datagram.data()), datagram.size());
}

int DatagramBurst::Send(EventLoop* loop, int fd, Ability* ability) {
  std::stable_sort(datagrams_.begin(), datagrams_.end(),
                   [](const Place& a, const Place& b) { return a.size > b.size; });
  int error = 0;
  for (size_t begin = 0; begin < datagrams_.size() && error == 0; begin += kMaxBatch) {
    error = SendBatch(loop, fd, begin, std::min(begin + kMaxBatch, datagrams_.size()), ability);
  }
  datagrams_.clear();
  octets_.clear();
  return error;
}

size_t DatagramBurst::EndOfMessage(size_t begin, size_t end, bool cuts) const {
  const size_t size = datagrams_[begin].size;
  size_t next = begin + 1;
  if (!cuts || size > kMaxPieceSize) return next;
  while (next < end && datagrams_[next].size == size) ++next;
  // The last piece may be shorter than the others, as the next one is.
  return std::min(next + 1, end);
}

int DatagramBurst::SendBatch(EventLoop* loop, int fd, size_t begin, size_t end,
                             Ability* ability) const {
  const bool cuts = ability->cuts;
  Messages messages;
  for (size_t i = begin; i < end; ++i) {
    messages.pieces[i - begin] = {const_cast<char*>(octets_.data()) + datagrams_[i].start,
                                  datagrams_[i].size};
  }
  for (size_t first = begin; first < end;) {
    const size_t next = EndOfMessage(first, end, cuts);
    messages.Add(first - begin, next - begin);
    first = next;
  }
  // The system wakes those who wait once for each message that has left.
  const bool pause = messages.count >= EventLoop::kPauseWorth;
  if (pause) loop->Pause(fd);
  const int sent = SendAll(fd, messages.headers, messages.count);
  const int error = sent < messages.count ? errno : 0;
  if (pause) loop->Resume(fd);
  if (error == 0 || IsRoomError(error)) return 0;
  const msghdr& refused = messages.headers[sent].msg_hdr;
  if (refused.msg_iovlen == 1) return error;
  ability->cuts = false;
  return SendBatch(loop, fd, begin + (refused.msg_iov - messages.pieces), end, ability);
}

}  // namespace nave::net
