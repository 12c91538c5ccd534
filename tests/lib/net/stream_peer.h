// The other end of a TCP connection in a test: blocking calls turned by the loop under test.
#ifndef NAVE_TESTS_LIB_NET_STREAM_PEER_H_
#define NAVE_TESTS_LIB_NET_STREAM_PEER_H_

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <string>

#include "lib/net/endpoint.h"
#include "lib/net/event_loop.h"

namespace nave::net {

// Turns of the loop that a test waits for something at most: 5 seconds.
inline constexpr int kMaxTurns = 1000;

inline bool TurnUntil(EventLoop* loop, const std::function<bool()>& done) {
  for (int i = 0; i < kMaxTurns; ++i) {
    if (done()) return true;
    loop->RunOnce(absl::Milliseconds(5));
  }
  return done();
}

inline std::string Framed(const std::string& message) {
  std::string framed;
  framed.push_back(static_cast<char>(message.size() >> 8));
  framed.push_back(static_cast<char>(message.size() & 0xff));
  return framed + message;
}

class StreamPeer {
 public:
  // From the address `source`, if it is not empty.
  StreamPeer(EventLoop* loop, const Endpoint& server, const std::string& source = "")
      : loop_(loop) {
    fd_ = socket(server.address.is_v4() ? AF_INET : AF_INET6, SOCK_STREAM, 0);
    sockaddr_storage storage;
    if (!source.empty()) {
      const socklen_t length = Endpoint{*IpAddress::Parse(source), 0}.ToSockaddr(&storage);
      EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&storage), length), 0);
    }
    const socklen_t length = server.ToSockaddr(&storage);
    EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&storage), length), 0);
  }
  ~StreamPeer() { Close(); }

  void Send(const std::string& bytes) {
    EXPECT_EQ(send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  void FinishSending() { shutdown(fd_, SHUT_WR); }
  // The next `size` octets, or fewer if the connection ends before.
  std::string Receive(size_t size) {
    std::string got;
    TurnUntil(loop_, [&] {
      char buffer[4096];
      const size_t want = std::min(size - got.size(), sizeof(buffer));
      const ssize_t count = want == 0 ? 0 : recv(fd_, buffer, want, MSG_DONTWAIT);
      if (count > 0) got.append(buffer, static_cast<size_t>(count));
      return got.size() == size || count == 0 || (count < 0 && errno == ECONNRESET);
    });
    return got;
  }
  // True when the server has ended the connection.
  bool Ended() {
    return TurnUntil(loop_, [&] {
      char c;
      const ssize_t count = recv(fd_, &c, 1, MSG_DONTWAIT);
      return count == 0 || (count < 0 && errno == ECONNRESET);
    });
  }
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

 private:
  EventLoop* const loop_;
  int fd_;
};

}  // namespace nave::net

#endif  // NAVE_TESTS_LIB_NET_STREAM_PEER_H_
