#include "lib/net/socket.h"

#include <errno.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace nave::net {
namespace {

TEST(SocketTest, ErrnoBecomesACode) {
  const struct {
    int error;
    absl::StatusCode code;
  } cases[] = {
      {EADDRINUSE, absl::StatusCode::kUnavailable},
      {EADDRNOTAVAIL, absl::StatusCode::kUnavailable},
      {EACCES, absl::StatusCode::kPermissionDenied},
      {EMFILE, absl::StatusCode::kResourceExhausted},
      {EINVAL, absl::StatusCode::kInternal},
  };
  for (const auto& c : cases) {
    errno = c.error;
    EXPECT_EQ(SystemError("bind").code(), c.code);
  }
}

TEST(SocketTest, AddressInUseIsUnavailableUnlessShared) {
  const Endpoint any = *Endpoint::Parse("127.0.0.1:0");
  absl::StatusOr<int> first = BindSocket(SOCK_DGRAM, any, true);
  ASSERT_TRUE(first.ok());
  const Endpoint taken = LocalEndpoint(*first);
  EXPECT_NE(taken.port, 0);
  EXPECT_EQ(BindSocket(SOCK_DGRAM, taken, false).status().code(), absl::StatusCode::kUnavailable);
  absl::StatusOr<int> second = BindSocket(SOCK_DGRAM, taken, true);
  ASSERT_TRUE(second.ok());
  close(*first);
  close(*second);
}

TEST(SocketTest, ForeignAddressIsUnavailable) {
  EXPECT_EQ(BindSocket(SOCK_STREAM, *Endpoint::Parse("192.0.2.1:0"), false).status().code(),
            absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace nave::net
