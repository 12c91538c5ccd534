#include "lib/net/endpoint.h"

#include <gtest/gtest.h>

namespace nave::net {
namespace {

TEST(EndpointTest, ReadsWhatItWrites) {
  for (const char* text : {"192.0.2.1:53", "0.0.0.0:0", "[2001:db8::1]:5300", "[::]:65535"}) {
    absl::StatusOr<Endpoint> endpoint = Endpoint::Parse(text);
    ASSERT_TRUE(endpoint.ok()) << text;
    EXPECT_EQ(endpoint->ToString(), text);
    sockaddr_storage storage;
    EXPECT_EQ(endpoint->ToSockaddr(&storage), endpoint->address.is_v4() ? sizeof(sockaddr) : 28u);
    EXPECT_EQ(Endpoint::FromSockaddr(storage), *endpoint);
  }
}

TEST(EndpointTest, RefusesWhatIsNoEndpoint) {
  for (const char* text : {"", "192.0.2.1", "192.0.2.1:", ":53", "192.0.2.1:65536", "192.0.2.1:-1",
                           "192.0.2.1:5x", "2001:db8::1:53", "[2001:db8::1]", "[2001:db8::1]:",
                           "[192.0.2.1]:53", "[2001:db8::1]53", "[2001:db8::1", "localhost:53"}) {
    EXPECT_EQ(Endpoint::Parse(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(EndpointTest, DefaultPortStandsInForNone) {
  EXPECT_EQ(Endpoint::Parse("192.0.2.1", 53)->ToString(), "192.0.2.1:53");
  EXPECT_EQ(Endpoint::Parse("192.0.2.1:5300", 53)->ToString(), "192.0.2.1:5300");
  EXPECT_EQ(Endpoint::Parse("2001:db8::1", 53)->ToString(), "[2001:db8::1]:53");
  EXPECT_EQ(Endpoint::Parse("[2001:db8::1]", 53)->ToString(), "[2001:db8::1]:53");
  EXPECT_FALSE(Endpoint::Parse("192.0.2.1:", 53).ok());
}

}  // namespace
}  // namespace nave::net
