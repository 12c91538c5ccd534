#include "resolver/stream_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "lib/base/metrics.h"
#include "tests/resolver/fake_control_plane.h"
#include "tests/resolver/test_certificate.h"
#include "tests/testing/temp_dir.h"

namespace nave::resolver {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kZone[] = "accounts/a/zones/z";
constexpr char kOtherZone[] = "accounts/a/zones/other";

// Keeps the states that it is given.
class FakeSink final : public SnapshotSink {
 public:
  absl::Status Serve(const State& state) override {
    absl::MutexLock lock(&mutex_);
    states_.push_back(state);
    absl::Status status;
    if (!statuses_.empty()) {
      status = statuses_.front();
      statuses_.pop_front();
    }
    if (status.ok()) served_ = state.revision;
    return status;
  }
  absl::StatusOr<v1::NodeReply> Answer(const v1::NodeRequest& request) override {
    v1::NodeReply reply;
    if (request.has_flush_cache()) {
      reply.mutable_cache_flushed()->set_replies(7);
      return reply;
    }
    const v1::Question& question = request.explain();
    if (question.view().empty()) return absl::NotFoundError("no such view");
    *reply.mutable_explanation()->mutable_question() = question;
    reply.mutable_explanation()->set_rcode("NOERROR");
    return reply;
  }
  int64_t served_revision() const override {
    absl::MutexLock lock(&mutex_);
    return served_;
  }
  // What the next calls of Serve return; OK behind them.
  void Return(std::vector<absl::Status> statuses) {
    absl::MutexLock lock(&mutex_);
    statuses_.assign(statuses.begin(), statuses.end());
  }
  std::vector<State> states() const {
    absl::MutexLock lock(&mutex_);
    return states_;
  }

 private:
  mutable absl::Mutex mutex_;
  std::vector<State> states_ ABSL_GUARDED_BY(mutex_);
  std::deque<absl::Status> statuses_ ABSL_GUARDED_BY(mutex_);
  int64_t served_ ABSL_GUARDED_BY(mutex_) = 0;
};

std::string AddressOf(const State& state, const std::string& zone) {
  auto found = state.zones.find(zone);
  return found == state.zones.end() ? "" : found->second->Read().rrsets(0).rdata(0);
}

class StreamClientTest : public ::testing::Test {
 protected:
  using Session = std::shared_ptr<FakeControlPlane::Session>;

  StreamClientTest() : control_plane_(std::make_unique<FakeControlPlane>()) {
    options_.insecure = true;
    options_.min_backoff = absl::Milliseconds(1);
    options_.max_backoff = absl::Milliseconds(20);
    options_.stream.control_plane = control_plane_->address();
    options_.stream.node = "r1";
    options_.stream.version = "0.1";
    options_.stream.vpcs = {"accounts/a/vpcs/v"};
    options_.stream.state_dir = dir_.File("state");
  }

  void Start() {
    client_ = std::make_unique<StreamClient>(options_, &RealClock(), &registry_);
    ASSERT_TRUE(client_->Start(&sink_).ok());
  }
  // As a new process on the same disk.
  void Restart() {
    client_.reset();
    Start();
  }
  // The stream, behind its hello with this revision.
  Session Greet(size_t number, int64_t have_revision) {
    Session session = control_plane_->WaitForSession(number);
    EXPECT_NE(session, nullptr);
    if (session == nullptr) return session;
    const auto message = session->Next();
    EXPECT_TRUE(message.has_value() && message->has_hello());
    EXPECT_EQ(message.value_or(v1::NodeMessage()).hello().have_revision(), have_revision);
    return session;
  }
  void ExpectAcknowledge(const Session& session, int64_t revision) {
    const auto message = session->Next();
    ASSERT_TRUE(message.has_value() && message->has_acknowledge())
        << (message.has_value() ? message->DebugString() : "nothing");
    EXPECT_EQ(message->acknowledge().revision(), revision);
  }
  void ExpectRefuse(const Session& session, int64_t revision, const std::string& reason) {
    const auto message = session->Next();
    ASSERT_TRUE(message.has_value() && message->has_refuse())
        << (message.has_value() ? message->DebugString() : "nothing");
    EXPECT_EQ(message->refuse().revision(), revision);
    EXPECT_THAT(message->refuse().reason(), HasSubstr(reason));
  }

  testing::TempDir dir_;
  metrics::Registry registry_;
  std::unique_ptr<FakeControlPlane> control_plane_;
  FakeSink sink_;
  StreamClientOptions options_;
  std::unique_ptr<StreamClient> client_;
};

TEST_F(StreamClientTest, IntroducesItselfAndAcknowledgesWhatIsServed) {
  Start();
  const Session session = control_plane_->WaitForSession(0);
  ASSERT_NE(session, nullptr);
  const auto message = session->Next();
  ASSERT_TRUE(message.has_value() && message->has_hello());
  EXPECT_EQ(message->hello().node(), "r1");
  EXPECT_EQ(message->hello().version(), "0.1");
  EXPECT_EQ(message->hello().have_revision(), 0);
  EXPECT_THAT(message->hello().vpcs(), ElementsAre("accounts/a/vpcs/v"));
  session->SendZone(kZone, "192.0.2.1");
  session->SendComplete(5);
  ExpectAcknowledge(session, 5);
  ASSERT_EQ(sink_.states().size(), 1);
  EXPECT_EQ(sink_.states()[0].revision, 5);
  EXPECT_EQ(AddressOf(sink_.states()[0], kZone), "192.0.2.1");
  EXPECT_THAT(registry_.Expose(), HasSubstr("nave_resolver_stream_connected 1"));
}

TEST_F(StreamClientTest, SwapsAtCompleteAlone) {
  Start();
  const Session session = Greet(0, 0);
  session->SendZone(kZone, "192.0.2.1");
  session->SendZone(kOtherZone, "192.0.2.2");
  // The answer to a question shows that all before it was read.
  v1::ControlMessage question;
  question.mutable_request()->set_id(1);
  session->Send(question);
  ASSERT_TRUE(session->Next().has_value());
  EXPECT_THAT(sink_.states(), IsEmpty());
  session->SendComplete(5);
  ExpectAcknowledge(session, 5);
  EXPECT_EQ(sink_.states()[0].zones.size(), 2);
}

TEST_F(StreamClientTest, WhatDidNotChangeIsTheSameObject) {
  Start();
  const Session session = Greet(0, 0);
  session->SendZone(kZone, "192.0.2.1");
  session->SendZone(kOtherZone, "192.0.2.2");
  session->SendComplete(5);
  ExpectAcknowledge(session, 5);
  session->SendZone(kOtherZone, "192.0.2.3");
  session->SendComplete(6);
  ExpectAcknowledge(session, 6);
  const std::vector<State> states = sink_.states();
  EXPECT_EQ(states[0].zones.at(kZone), states[1].zones.at(kZone));
  EXPECT_EQ(AddressOf(states[0], kOtherZone), "192.0.2.2");
  EXPECT_EQ(AddressOf(states[1], kOtherZone), "192.0.2.3");
}

TEST_F(StreamClientTest, ResumesAfterTheStreamBreaks) {
  Start();
  const Session first = Greet(0, 0);
  first->SendZone(kZone, "192.0.2.1");
  first->SendComplete(5);
  ExpectAcknowledge(first, 5);
  // Half a group of changes must leave no trace.
  first->SendZone(kOtherZone, "192.0.2.66");
  first->End();
  const Session second = Greet(1, 5);
  second->SendZone(kZone, "192.0.2.2");
  second->SendComplete(7);
  ExpectAcknowledge(second, 7);
  const State state = sink_.states().back();
  EXPECT_EQ(AddressOf(state, kZone), "192.0.2.2");
  EXPECT_EQ(state.zones.count(kOtherZone), 0);
}

TEST_F(StreamClientTest, ResetForgetsWhatWasSentBefore) {
  Start();
  const Session session = Greet(0, 0);
  session->SendZone(kZone, "192.0.2.1");
  session->SendComplete(5);
  ExpectAcknowledge(session, 5);
  session->SendReset();
  session->SendZone(kOtherZone, "192.0.2.2");
  session->SendComplete(3);
  ExpectAcknowledge(session, 3);
  EXPECT_EQ(sink_.states().back().zones.size(), 1);
  EXPECT_EQ(AddressOf(sink_.states().back(), kOtherZone), "192.0.2.2");
}

TEST_F(StreamClientTest, BrokenOffResetIsAskedForAgainAndServedMeanwhile) {
  Start();
  const Session first = Greet(0, 0);
  first->SendZone(kZone, "192.0.2.1");
  first->SendComplete(5);
  ExpectAcknowledge(first, 5);
  first->SendReset();
  first->End();
  Greet(1, 0);
  // A restart at this moment serves the old state, but does not take its revision for theirs.
  Restart();
  EXPECT_EQ(AddressOf(sink_.states().back(), kZone), "192.0.2.1");
  Greet(2, 0);
}

TEST_F(StreamClientTest, RefusedStateIsNotBuiltUpon) {
  Start();
  const Session first = Greet(0, 0);
  first->SendZone(kZone, "192.0.2.1");
  first->SendComplete(5);
  ExpectAcknowledge(first, 5);
  sink_.Return({absl::InvalidArgumentError("the rule has no targets")});
  first->SendZone(kZone, "192.0.2.66");
  first->SendComplete(6);
  ExpectRefuse(first, 6, "the rule has no targets");
  // The stream goes on, and the next state may be good.
  first->SendZone(kOtherZone, "192.0.2.3");
  first->SendComplete(7);
  ExpectAcknowledge(first, 7);
  EXPECT_EQ(AddressOf(sink_.states().back(), kZone), "192.0.2.66");
  // After a restart, the last one that was served counts.
  sink_.Return({absl::InvalidArgumentError("worse")});
  first->SendZone(kZone, "192.0.2.67");
  first->SendComplete(8);
  ExpectRefuse(first, 8, "worse");
  Restart();
  Greet(1, 7);
  EXPECT_EQ(AddressOf(sink_.states().back(), kZone), "192.0.2.66");
}

TEST_F(StreamClientTest, WhatThisMachineCouldNotServeIsTriedAgain) {
  Start();
  const Session session = Greet(0, 0);
  sink_.Return({absl::UnavailableError("cannot bind 192.0.2.53:53"),
                absl::UnavailableError("cannot bind 192.0.2.53:53")});
  session->SendZone(kZone, "192.0.2.1");
  session->SendComplete(5, 60);
  ExpectRefuse(session, 5, "cannot bind 192.0.2.53:53");
  ExpectAcknowledge(session, 5);
  EXPECT_EQ(sink_.states().size(), 3);
}

TEST_F(StreamClientTest, HeartbeatsCome) {
  Start();
  const Session session = Greet(0, 0);
  session->SendComplete(1, 60);
  EXPECT_TRUE(session->WaitForHeartbeats(3));
}

TEST_F(StreamClientTest, AnswersRequests) {
  Start();
  const Session session = Greet(0, 0);
  v1::ControlMessage request;
  request.mutable_request()->set_id(17);
  request.mutable_request()->mutable_explain()->set_view("accounts/a/vpcs/v");
  session->Send(request);
  auto message = session->Next();
  ASSERT_TRUE(message.has_value() && message->has_reply());
  EXPECT_EQ(message->reply().id(), 17);
  EXPECT_EQ(message->reply().explanation().rcode(), "NOERROR");
  EXPECT_EQ(message->reply().explanation().node(), "r1");
  request.mutable_request()->mutable_flush_cache();
  session->Send(request);
  message = session->Next();
  ASSERT_TRUE(message.has_value() && message->has_reply());
  EXPECT_EQ(message->reply().cache_flushed().replies(), 7);
  request.mutable_request()->mutable_explain()->clear_view();
  session->Send(request);
  message = session->Next();
  ASSERT_TRUE(message.has_value() && message->has_reply());
  EXPECT_EQ(message->reply().error(), "no such view");
}

TEST_F(StreamClientTest, StreamThatMakesNoSenseIsStartedAnew) {
  Start();
  const Session first = Greet(0, 0);
  first->SendZone(kZone, "192.0.2.1");
  first->SendComplete(5);
  ExpectAcknowledge(first, 5);
  v1::ControlMessage change;
  change.mutable_zone_change()->set_zone("accounts/a/zones/never-sent");
  first->Send(change);
  Greet(1, 0);
}

TEST_F(StreamClientTest, StartsFromDiskWithoutControlPlane) {
  Start();
  const Session session = Greet(0, 0);
  session->SendZone(kZone, "192.0.2.1");
  session->SendComplete(5);
  ExpectAcknowledge(session, 5);
  client_.reset();
  control_plane_ = nullptr;
  Start();
  // Served before Start returned.
  ASSERT_EQ(sink_.states().size(), 2);
  EXPECT_EQ(sink_.states()[1].revision, 5);
  EXPECT_EQ(AddressOf(sink_.states()[1], kZone), "192.0.2.1");
  EXPECT_THAT(registry_.Expose(), HasSubstr("nave_resolver_state_from_disk 1"));
  EXPECT_THAT(registry_.Expose(), HasSubstr("nave_resolver_stream_connected 0"));
}

TEST_F(StreamClientTest, CorruptStateOnDiskIsNotServed) {
  Start();
  const Session session = Greet(0, 0);
  session->SendZone(kZone, "192.0.2.1");
  session->SendComplete(5);
  ExpectAcknowledge(session, 5);
  client_.reset();
  const StateFile file(options_.stream.state_dir);
  std::ofstream(file.path(), std::ios::binary | std::ios::app) << "x";
  Start();
  EXPECT_EQ(sink_.states().size(), 1);
  EXPECT_THAT(registry_.Expose(), HasSubstr("nave_resolver_state_set_aside_total 1"));
  Greet(1, 0);
}

TEST_F(StreamClientTest, ControlPlaneThatComesLaterIsFound) {
  const std::string address = options_.stream.control_plane;
  options_.stream.control_plane = "localhost:1";
  Start();
  client_->Stop();
  EXPECT_THAT(sink_.states(), IsEmpty());
  options_.stream.control_plane = address;
  Restart();
  const Session session = Greet(0, 0);
  session->SendComplete(1);
  ExpectAcknowledge(session, 1);
}

// A control plane with TLS, and the files that a node has.
class NewStreamSourceTest : public ::testing::Test {
 protected:
  NewStreamSourceTest() {
    options_.control_plane = control_plane_.address();
    options_.node = "r1";
    options_.state_dir = dir_.File("state");
    options_.ca_file = dir_.File("ca.pem");
    options_.token_file = dir_.File("token");
    std::ofstream(options_.ca_file) << certificate_.cert_pem;
    std::ofstream(options_.token_file) << "secret-1\n";
  }

  testing::TempDir dir_;
  metrics::Registry registry_;
  const TestCertificate certificate_ = MakeTestCertificate();
  FakeControlPlane control_plane_{certificate_.key_pem, certificate_.cert_pem};
  FakeSink sink_;
  StreamOptions options_;
};

TEST_F(NewStreamSourceTest, StreamsOverTlsWithTheTokenOfTheMoment) {
  auto source = NewStreamSource(options_, &RealClock(), &registry_);
  ASSERT_TRUE(source.ok()) << source.status();
  ASSERT_TRUE((*source)->Start(&sink_).ok());
  const auto first = control_plane_.WaitForSession(0);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->authorization(), "Bearer secret-1");
  std::ofstream(options_.token_file) << "secret-2\n";
  first->End();
  const auto second = control_plane_.WaitForSession(1);
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->authorization(), "Bearer secret-2");
  (*source)->Stop();
}

TEST_F(NewStreamSourceTest, ControlPlaneOfAnotherCaGetsNoToken) {
  std::ofstream(options_.ca_file) << MakeTestCertificate().cert_pem;
  auto source = NewStreamSource(options_, &RealClock(), &registry_);
  ASSERT_TRUE(source.ok()) << source.status();
  ASSERT_TRUE((*source)->Start(&sink_).ok());
  // Two attempts are under way or over, and none of them came through.
  const absl::Time end = RealClock().Now() + absl::Seconds(20);
  while (registry_.Expose().find("nave_resolver_stream_connections_total 3") == std::string::npos &&
         RealClock().Now() < end) {
    std::this_thread::yield();
  }
  EXPECT_THAT(registry_.Expose(), HasSubstr("nave_resolver_stream_connections_total 3"));
  EXPECT_EQ(control_plane_.session_count(), 0);
  (*source)->Stop();
}

TEST(NewStreamSourceOptionsTest, OptionsThatCannotWorkAreRefused) {
  metrics::Registry registry;
  testing::TempDir dir;
  StreamOptions options;
  EXPECT_TRUE(absl::IsInvalidArgument(NewStreamSource(options, &RealClock(), &registry).status()));
  options.control_plane = "localhost:1";
  options.node = "r1";
  options.state_dir = dir.File("state");
  options.ca_file = dir.File("missing.pem");
  const auto source = NewStreamSource(options, &RealClock(), &registry);
  EXPECT_TRUE(absl::IsNotFound(source.status())) << source.status();
  EXPECT_THAT(std::string(source.status().message()), HasSubstr("missing.pem"));
}

}  // namespace
}  // namespace nave::resolver
