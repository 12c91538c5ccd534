#include "resolver/snapshot.h"

#include <gtest/gtest.h>

#include "tests/resolver/resolver_testing.h"

namespace nave::resolver {
namespace {

constexpr char kJson[] =
    "{'revision': '4',"
    " 'listeners': [{'address': '127.0.0.1:1', 'views': ['a']},"
    "               {'address': '127.0.0.1:2', 'views': ['a', 'b', 'c']},"
    "               {'address': '127.0.0.1:3'}],"
    " 'views': [{'name': 'a', 'networks': ['10.0.0.0/8']},"
    "           {'name': 'b', 'networks': ['10.1.0.0/16', '2001:db8::/32']},"
    "           {'name': 'c', 'networks': []}]}";

std::string Select(const Snapshot& snapshot, const char* listener, const char* source) {
  const Listener* found = snapshot.FindListener(*net::Endpoint::Parse(listener));
  const View* view = found->SelectView(*net::IpAddress::Parse(source));
  return view == nullptr ? "refused" : view->name();
}

TEST(SnapshotTest, OneViewAlwaysAnswers) {
  const auto snapshot = CompileJson(kJson);
  EXPECT_EQ(Select(*snapshot, "127.0.0.1:1", "192.0.2.1"), "a");
}

TEST(SnapshotTest, OfSeveralTheLongestNetworkDecides) {
  const auto snapshot = CompileJson(kJson);
  EXPECT_EQ(Select(*snapshot, "127.0.0.1:2", "10.2.0.1"), "a");
  EXPECT_EQ(Select(*snapshot, "127.0.0.1:2", "10.1.0.1"), "b");
  EXPECT_EQ(Select(*snapshot, "127.0.0.1:2", "2001:db8::1"), "b");
  EXPECT_EQ(Select(*snapshot, "127.0.0.1:2", "192.0.2.1"), "refused");
  EXPECT_EQ(Select(*snapshot, "127.0.0.1:3", "10.1.0.1"), "refused");
}

TEST(SnapshotTest, Finds) {
  const auto snapshot = CompileJson(kJson);
  EXPECT_EQ(snapshot->revision(), 4);
  EXPECT_EQ(snapshot->view_count(), 3u);
  const View* view = snapshot->FindView("b");
  ASSERT_NE(view, nullptr);
  EXPECT_EQ(snapshot->FindView(view->id()), view);
  EXPECT_EQ(snapshot->FindView("d"), nullptr);
  EXPECT_EQ(snapshot->FindView(uint64_t{999}), nullptr);
  EXPECT_EQ(snapshot->FindListener(*net::Endpoint::Parse("127.0.0.1:9")), nullptr);
}

}  // namespace
}  // namespace nave::resolver
