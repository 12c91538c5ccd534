#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "cli/config.h"
#include "cli/errors.h"
#include "nave/governance/v1/admin.pb.h"
#include "tests/cli/fake_control_plane.h"
#include "tests/testing/temp_dir.h"

namespace nave::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ContextsTest : public ::testing::Test {
 protected:
  ContextsTest() {
    std::ofstream(directory_.File("config.yaml"))
        << "current_context: admin\ncontexts:\n"
           "- {name: admin, server: \"127.0.0.1:7443\", ca: ca.crt, token: hush}\n"
           "- {name: lab, server: \"192.0.2.1:7443\", ca: ca.crt, token: hush}\n";
  }
  std::string Run(Form form, const std::vector<std::string>& words) {
    FakeSession session(server_, form);
    session.config = directory_.File("config.yaml");
    const absl::Status status = RunLine(session, AddContexts, words);
    EXPECT_TRUE(status.ok()) << status;
    return session.out();
  }

  testing::TempDir directory_;
  FakeControlPlane server_;
};

TEST_F(ContextsTest, ListShowsTheCurrentOneAndNoToken) {
  const std::string table = Run(Form::kTable, {"context", "list"});
  EXPECT_THAT(table, HasSubstr("*        admin  127.0.0.1:7443"));
  EXPECT_THAT(table, Not(HasSubstr("hush")));
  EXPECT_EQ("admin\nlab\n", Run(Form::kName, {"context", "list"}));
  const std::string json = Run(Form::kJson, {"context", "list"});
  EXPECT_THAT(json, HasSubstr("\"current\":true"));
  EXPECT_THAT(json, Not(HasSubstr("hush")));
}

TEST_F(ContextsTest, UseMakesAnotherOneCurrent) {
  Run(Form::kTable, {"context", "use", "lab"});
  EXPECT_EQ("lab", ReadConfig(directory_.File("config.yaml"))->current);
}

TEST_F(ContextsTest, WhoAmIAsksTheServer) {
  governance::v1::WhoAmIResponse me;
  me.set_principal("users/ana");
  me.set_role(governance::v1::Token::VIEWER);
  server_.Returns("nave.governance.v1.AdminService/WhoAmI", me);
  EXPECT_THAT(Run(Form::kTable, {"whoami"}), HasSubstr("users/ana  VIEWER"));
}

}  // namespace
}  // namespace nave::cli
