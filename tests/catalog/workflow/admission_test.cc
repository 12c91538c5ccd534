// What the log asks for is admitted once, however it is read. crash_matrix_test.cc has the crashes.
#include <gtest/gtest.h>

#include "catalog/workflow/provisioner.h"
#include "tests/catalog/workflow/world.h"

namespace nave::catalog::testing {
namespace {

constexpr char kPrivate[] = "accounts/spoke1/provisionedProducts/private";

class AdmissionTest : public WorldTest {
 protected:
  v1::LaunchProductRequest PrivateRequest() {
    return LaunchRequest(kPrivate, "products/private_dns",
                         {"domain_name=spoke1.cloud.example.com", "vpc=main"});
  }
};

TEST_F(AdmissionTest, EventIsAdmittedOnceHoweverOftenItIsRead) {
  auto launch = provisioner().Launch(caller_, PrivateRequest());
  ASSERT_TRUE(launch.ok());
  auto watcher = store_->Watch(0);
  ASSERT_TRUE(watcher.ok());
  auto changes = (*watcher)->Next(clock_.Now(), 1000);
  ASSERT_TRUE(changes.ok());
  Dispatcher dispatcher(*store_, clock_);
  auto first = dispatcher.Apply(*changes);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->size(), 1);
  auto second = dispatcher.Apply(*changes);
  ASSERT_TRUE(second.ok());
  EXPECT_TRUE(second->empty());
  auto listed = dispatcher.ListAgain();
  ASSERT_TRUE(listed.ok());
  EXPECT_TRUE(listed->empty());
  EXPECT_EQ(*dispatcher.Admitted(), std::vector<std::string>{launch->operation().name()});
}

TEST_F(AdmissionTest, ListingAgainFindsWhatTheLogNoLongerHas) {
  auto launch = provisioner().Launch(caller_, PrivateRequest());
  ASSERT_TRUE(launch.ok());
  Dispatcher dispatcher(*store_, clock_);
  auto admitted = dispatcher.ListAgain();
  ASSERT_TRUE(admitted.ok());
  EXPECT_EQ(*admitted, std::vector<std::string>{launch->operation().name()});
  EXPECT_EQ(*dispatcher.Cursor(), store_->current_revision() - 1);
  EXPECT_EQ(Drive(launch->operation().name()).state(), v1::Operation::SUCCEEDED);
}

}  // namespace
}  // namespace nave::catalog::testing
