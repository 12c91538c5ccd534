#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/errors.h"
#include "nave/catalog/v1/operation.pb.h"
#include "nave/event/v1/event.pb.h"
#include "tests/cli/fake_control_plane.h"

namespace nave::cli {
namespace {

using event::v1::DeadLetter;
using event::v1::Event;
using event::v1::ListDeadLettersResponse;
using event::v1::WatchEventsRequest;
using event::v1::WatchEventsResponse;
using testing::HasSubstr;

const std::string kService = "nave.event.v1.EventService/";
const std::string kWatch = kService + "WatchEvents";

WatchEventsResponse EventsAt(int64_t revision, const std::vector<std::string>& types) {
  WatchEventsResponse response;
  response.set_progress_revision(revision);
  for (const std::string& type : types) {
    response.add_events()->set_type(type);
    response.mutable_events()->rbegin()->set_revision(revision);
  }
  return response;
}

class EventsTest : public testing::Test {
 protected:
  EventsTest() : session_(server_) {
    DeadLetter letter;
    letter.set_name("deadLetters/1");
    letter.set_operation("operations/1");
    letter.set_error("the rule is gone");
    ListDeadLettersResponse letters;
    *letters.add_dead_letters() = letter;
    server_.Returns(kService + "ListDeadLetters", letters);
    server_.Returns(kService + "RedriveDeadLetter", letter);
    server_.Returns(kService + "DeleteDeadLetter", api::v1::DeleteResponse());
  }
  absl::Status Line(const std::vector<std::string>& arguments) {
    return RunLine(session_, AddEvents, arguments);
  }

  FakeControlPlane server_;
  FakeSession session_;
};

TEST_F(EventsTest, WatchEndsAtItsLimit) {
  server_.Streams<WatchEventsResponse>(
      kWatch, {EventsAt(4, {}), EventsAt(5, {"one", "two"}), EventsAt(6, {"three"})},
      absl::UnavailableError("the stream went on too long"));
  const absl::Status status = Line({"events", "watch", "--after", "4", "--type", "o", "--subject",
                                    "accounts/a", "--limit", "2"});
  ASSERT_TRUE(status.ok()) << status;
  const auto request = server_.last<WatchEventsRequest>(kWatch);
  EXPECT_EQ(request.after_revision(), 4);
  EXPECT_EQ(request.type_prefix(), "o");
  EXPECT_EQ(request.subject_prefix(), "accounts/a");
  EXPECT_THAT(session_.out(), testing::AllOf(HasSubstr("one"), HasSubstr("two")));
  EXPECT_THAT(session_.out(), testing::Not(HasSubstr("three")));
}

TEST_F(EventsTest, AWatchThatBreaksOffSaysWhereToGoOn) {
  server_.Streams<WatchEventsResponse>(kWatch, {EventsAt(5, {"one"})},
                                       absl::UnavailableError("the server went away"));
  const absl::Status status = Line({"events", "watch", "--all"});
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("--after 5"));
  EXPECT_EQ(server_.last<WatchEventsRequest>(kWatch).after_revision(), -1);
}

TEST_F(EventsTest, PublishGivesAnIdWhereNoneIsGiven) {
  server_.Returns(kService + "PublishEvent", Event());
  ASSERT_TRUE(Line({"events", "publish", "--source", "/vending", "--type", "account.vended"}).ok());
  const auto request = server_.last<event::v1::PublishEventRequest>(kService + "PublishEvent");
  EXPECT_FALSE(request.event().id().empty());
  EXPECT_EQ(request.event().source(), "/vending");
}

TEST_F(EventsTest, ADeadLetterIsShownByItsId) {
  ASSERT_TRUE(Line({"dead-letters", "show", "1"}).ok());
  EXPECT_THAT(session_.out(), HasSubstr("the rule is gone"));
  EXPECT_EQ(ReasonOf(Line({"dead-letters", "show", "2"})), "NOT_FOUND");
}

TEST_F(EventsTest, RedriveWaitsForTheOperation) {
  catalog::v1::Operation operation;
  operation.set_name("operations/1");
  operation.set_state(catalog::v1::Operation::FAILED);
  operation.set_error("the rule is gone still");
  server_.Returns("nave.catalog.v1.OperationService/GetOperation", operation);
  const absl::Status status = Line({"dead-letters", "redrive", "1"});
  EXPECT_EQ(ExitCodeOf(status), kExitFailed);
  EXPECT_THAT(std::string(status.message()), HasSubstr("gone still"));
  EXPECT_TRUE(Line({"dead-letters", "redrive", "1", "--no-wait"}).ok());
}

TEST_F(EventsTest, DropAsksFirst) {
  EXPECT_EQ(ExitCodeOf(Line({"dead-letters", "drop", "1"})), kExitUsage);
  EXPECT_TRUE(server_.calls().empty());
  EXPECT_TRUE(Line({"dead-letters", "drop", "1", "--yes"}).ok());
  EXPECT_EQ(server_.last<api::v1::DeleteRequest>(kService + "DeleteDeadLetter").name(),
            "deadLetters/1");
}

}  // namespace
}  // namespace nave::cli
