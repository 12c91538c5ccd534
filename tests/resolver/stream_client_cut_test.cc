// Static stability (data-plane.md section 4): the stream is cut behind every message of a transfer,
// and states come that cannot be served. What is served is always exactly one state.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/metrics.h"
#include "resolver/resolver_server.h"
#include "resolver/stream_client.h"
#include "tests/resolver/fake_control_plane.h"
#include "tests/testing/temp_dir.h"

namespace nave::resolver {
namespace {

using ::testing::HasSubstr;

// A state but for its revision.
std::string Content(State state) {
  state.revision = 0;
  return SnapshotFromState(state).DebugString();
}

// The workers, and which state they serve.
class ServingSink final : public SnapshotSink {
 public:
  explicit ServingSink(ResolverServer* server) : server_(server) {}

  absl::Status Serve(const State& state) override {
    const absl::Status status = server_->Serve(state);
    absl::MutexLock lock(&mutex_);
    if (status.ok()) served_ = Content(state);
    return status;
  }
  absl::StatusOr<v1::NodeReply> Answer(const v1::NodeRequest& request) override {
    return server_->Answer(request);
  }
  int64_t served_revision() const override { return server_->served_revision(); }
  std::string served() const {
    absl::MutexLock lock(&mutex_);
    return served_;
  }

 private:
  ResolverServer* const server_;
  mutable absl::Mutex mutex_;
  std::string served_ ABSL_GUARDED_BY(mutex_);
};

class NoUpstream final : public Upstream {
 public:
  void Forward(const dns::Question&, std::shared_ptr<const TargetGroup>, const ForwardOptions&,
               ForwardCallback) override {}
  size_t outstanding() const override { return 0; }
};

using Messages = std::vector<v1::ControlMessage>;

v1::ControlMessage Reset() {
  v1::ControlMessage message;
  message.mutable_reset();
  return message;
}

v1::ControlMessage Complete(int64_t revision) {
  v1::ControlMessage message;
  message.mutable_complete()->set_revision(revision);
  message.mutable_complete()->set_lease_ms(60000);
  return message;
}

v1::RRset AddressOf(const std::string& owner, const std::string& rdata) {
  v1::RRset rrset;
  rrset.set_owner(owner);
  rrset.set_type("A");
  rrset.set_ttl(60);
  rrset.add_rdata(rdata);
  return rrset;
}

v1::ControlMessage Zone(const std::string& name, const std::string& apex,
                        const std::string& rdata) {
  v1::ControlMessage message;
  message.mutable_zone()->set_name(name);
  message.mutable_zone()->set_apex(apex);
  *message.mutable_zone()->add_rrsets() = AddressOf("www." + apex, rdata);
  return message;
}

v1::ControlMessage ZoneChange(const std::string& name, const v1::RRset& rrset) {
  v1::ControlMessage message;
  message.mutable_zone_change()->set_zone(name);
  *message.mutable_zone_change()->add_upserted() = rrset;
  return message;
}

v1::ControlMessage View(const std::vector<std::string>& zones) {
  v1::ControlMessage message;
  message.mutable_view()->set_name("v");
  for (const std::string& zone : zones) message.mutable_view()->add_zones(zone);
  message.mutable_view()->add_rules("r");
  return message;
}

v1::ControlMessage Rule(const std::string& target) {
  v1::ControlMessage message;
  message.mutable_rule()->set_name("r");
  message.mutable_rule()->set_domain_name("corp.test.");
  message.mutable_rule()->set_kind(v1::Rule::FORWARD);
  message.mutable_rule()->add_targets()->set_address(target);
  return message;
}

v1::ControlMessage Listener() {
  v1::ControlMessage message;
  message.mutable_listener()->set_address("127.0.0.1:0");
  message.mutable_listener()->add_views("v");
  return message;
}

v1::ControlMessage RemovedZone(const std::string& name) {
  v1::ControlMessage message;
  message.mutable_removed()->set_zone(name);
  return message;
}

Messages FullTransfer(int64_t revision) {
  const std::string rdata = absl::StrCat("192.0.2.", revision);
  return {Reset(),
          Listener(),
          View({"a", "b", "c"}),
          Zone("a", "a.test.", rdata),
          Zone("b", "b.test.", rdata),
          Zone("c", "c.test.", rdata),
          Rule(rdata),
          Complete(revision)};
}

// Every kind of change, each of which alone would make another state.
Messages Update(int64_t revision) {
  const std::string rdata = absl::StrCat("192.0.2.", revision);
  return {ZoneChange("a", AddressOf("www.a.test.", rdata)),
          ZoneChange("a", AddressOf("new.a.test.", rdata)),
          Zone("b", "b.test.", rdata),
          View({"a", "b"}),
          RemovedZone("c"),
          Rule(rdata),
          Complete(revision)};
}

class StreamClientCutTest : public ::testing::Test {
 protected:
  using Session = std::shared_ptr<FakeControlPlane::Session>;

  StreamClientCutTest() {
    options_.insecure = true;
    options_.min_backoff = absl::Milliseconds(1);
    options_.max_backoff = absl::Milliseconds(10);
    options_.stream.control_plane = control_plane_.address();
    options_.stream.node = "r1";
    options_.stream.state_dir = dir_.File("state");
    WorkerOptions worker;
    worker.upstream_factory = [](net::EventLoop*) { return std::make_unique<NoUpstream>(); };
    worker.metrics = &metrics_;
    server_ = ResolverServer::Start(&SteadyClock(), 1, worker).value();
    sink_ = std::make_unique<ServingSink>(server_.get());
    Restart();
  }
  ~StreamClientCutTest() override {
    client_.reset();
    server_->Stop();
  }

  // As a new process on the same disk.
  void Restart() {
    client_.reset();
    client_ = std::make_unique<StreamClient>(options_, &SteadyClock(), &registry_);
    ASSERT_TRUE(client_->Start(sink_.get()).ok());
  }
  // The next stream, behind its hello.
  Session Greet(int64_t have_revision) {
    Session session = control_plane_.WaitForSession(sessions_++);
    EXPECT_NE(session, nullptr);
    if (session == nullptr) return session;
    const auto message = session->Next();
    EXPECT_TRUE(message.has_value() && message->has_hello());
    EXPECT_EQ(message.value_or(v1::NodeMessage()).hello().have_revision(), have_revision);
    return session;
  }
  // Sends the first `count` and returns when all of them have been read.
  static void Send(const Session& session, const Messages& messages, size_t count) {
    for (size_t i = 0; i < count; ++i) session->Send(messages[i]);
    v1::ControlMessage question;
    question.mutable_request()->set_id(1);
    session->Send(question);
    std::optional<v1::NodeMessage> reply = session->Next();
    while (reply.has_value() && !reply->has_reply()) reply = session->Next();
    ASSERT_TRUE(reply.has_value());
  }
  // The same, and ends the stream there.
  static void SendAndCut(const Session& session, const Messages& messages, size_t count) {
    Send(session, messages, count);
    session->End();
  }
  // What is served when all of the transfer has come.
  std::string ServeAll(int64_t have_revision, const Messages& messages) {
    SendAndCut(Greet(have_revision), messages, messages.size());
    return sink_->served();
  }
  // The stream cut behind each message but the last, and the process ended behind each cut: what
  // was served before goes on being served. `have` is the revision that hello names; `have_then`,
  // once the first message was read.
  void CutBehindEachMessage(const Messages& messages, int64_t have, int64_t have_then) {
    const std::string before = sink_->served();
    for (size_t count = 0; count < messages.size(); ++count) {
      SCOPED_TRACE(absl::StrCat("cut behind ", count, " messages"));
      SendAndCut(Greet(have), messages, count);
      if (count > 0) have = have_then;
      // What it asks for now shows that it is done with the stream before.
      Greet(have);
      EXPECT_EQ(sink_->served(), before);
      Restart();
      EXPECT_EQ(sink_->served(), before);
    }
  }
  void ExpectRefuse(const Session& session, int64_t revision, const std::string& reason) {
    const auto message = session->Next();
    ASSERT_TRUE(message.has_value() && message->has_refuse());
    EXPECT_EQ(message->refuse().revision(), revision);
    EXPECT_THAT(message->refuse().reason(), HasSubstr(reason));
  }

  testing::TempDir dir_;
  metrics::Registry registry_;
  ResolverMetrics metrics_{&registry_};
  FakeControlPlane control_plane_;
  std::unique_ptr<ResolverServer> server_;
  std::unique_ptr<ServingSink> sink_;
  StreamClientOptions options_;
  std::unique_ptr<StreamClient> client_;
  size_t sessions_ = 0;
};

TEST_F(StreamClientCutTest, CutInItsFirstTransferItServesNothingThenAll) {
  CutBehindEachMessage(FullTransfer(5), 0, 0);
  EXPECT_EQ(sink_->served(), "");
  EXPECT_THAT(ServeAll(0, FullTransfer(5)), HasSubstr("192.0.2.5"));
}

TEST_F(StreamClientCutTest, CutInAnUpdateItServesTheOldStateThenTheNew) {
  const std::string before = ServeAll(0, FullTransfer(5));
  CutBehindEachMessage(Update(6), 5, 5);
  const std::string after = ServeAll(5, Update(6));
  EXPECT_NE(before, after);
  EXPECT_THAT(after, HasSubstr("new.a.test."));
  EXPECT_THAT(after, ::testing::Not(HasSubstr("c.test.")));
  Greet(6);
  Restart();
  EXPECT_EQ(sink_->served(), after);
}

TEST_F(StreamClientCutTest, CutInATransferThatBeginsAnewItServesTheOldStateThenTheNew) {
  const std::string before = ServeAll(0, FullTransfer(5));
  // Of another history: with a lower revision, from a store that was put back.
  CutBehindEachMessage(FullTransfer(3), 5, 0);
  const std::string after = ServeAll(0, FullTransfer(3));
  EXPECT_NE(before, after);
  EXPECT_THAT(after, ::testing::Not(HasSubstr("192.0.2.5")));
}

TEST_F(StreamClientCutTest, AStateThatIsRefusedIsReportedAndTheOldOneStays) {
  const std::string before = ServeAll(0, FullTransfer(5));
  const Session session = Greet(5);
  const struct {
    v1::ControlMessage bad, good;
    std::string reason;
  } cases[] = {
      {Zone("b", "A.test.", "192.0.2.6"), Zone("b", "b.test.", "192.0.2.5"),
       "both stand for a.test."},
      {Zone("c", "c.test.", "192.0.2.300"), Zone("c", "c.test.", "192.0.2.5"), "IPv4"},
      {View({"a", "b", "c", "never-sent"}), View({"a", "b", "c"}), "never-sent"},
      {Rule("not an address"), Rule("192.0.2.5"), "not an address"},
      {Zone("a", "not..a.name.", "192.0.2.6"), Zone("a", "a.test.", "192.0.2.5"), "empty label"},
  };
  int64_t revision = 5;
  int refused = 0;
  for (const auto& one : cases) {
    SCOPED_TRACE(one.reason);
    session->Send(one.bad);
    session->Send(Complete(++revision));
    ExpectRefuse(session, revision, one.reason);
    EXPECT_EQ(sink_->served(), before);
    EXPECT_EQ(sink_->served_revision(), revision - 1);
    EXPECT_THAT(registry_.Expose(),
                HasSubstr(absl::StrCat("nave_resolver_refused_states_total ", ++refused, "\n")));
    // The good state that follows is taken on the same stream.
    session->Send(one.good);
    session->Send(Complete(++revision));
    const auto message = session->Next();
    ASSERT_TRUE(message.has_value() && message->has_acknowledge());
    EXPECT_EQ(message->acknowledge().revision(), revision);
    EXPECT_EQ(sink_->served(), before);
  }
}

// A program that takes less than the one that wrote the state starts with nothing, and says so.
TEST_F(StreamClientCutTest, AStateOnDiskThatIsRefusedIsSetAside) {
  ServeAll(0, FullTransfer(5));
  Greet(5);
  client_.reset();
  StateFile file(options_.stream.state_dir);
  State state = **file.Load();
  state.views.clear();
  ASSERT_TRUE(file.Save(state).ok());
  Restart();
  EXPECT_THAT(registry_.Expose(), HasSubstr("nave_resolver_state_set_aside_total 1"));
  EXPECT_THAT(registry_.Expose(), HasSubstr("nave_resolver_state_from_disk 0"));
  EXPECT_FALSE(file.Load()->has_value());
  ServeAll(0, FullTransfer(6));
  EXPECT_THAT(sink_->served(), HasSubstr("192.0.2.6"));
}

}  // namespace
}  // namespace nave::resolver
