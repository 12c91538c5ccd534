#include "resolver/stream_client.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/base/random.h"
#include "lib/base/status_macros.h"

namespace nave::resolver {
namespace {

constexpr metrics::Metric kConnected{"nave_resolver_stream_connected",
                                     "1 while the control plane has brought this node up to date."};
constexpr metrics::Metric kConnections{"nave_resolver_stream_connections_total",
                                       "Attempts to stream from the control plane."};
constexpr metrics::Metric kFromDisk{"nave_resolver_state_from_disk",
                                    "1 while the state that is served is the last one on disk."};
constexpr metrics::Metric kSetAside{"nave_resolver_state_set_aside_total",
                                    "Last states on disk that could not be used."};
constexpr metrics::Metric kWriteFailures{"nave_resolver_state_write_failures_total",
                                         "Failures to write the last state to disk."};

constexpr int kHeartbeatsPerLease = 3;
constexpr int kMaxBackoffDoublings = 16;

absl::StatusOr<std::string> ReadFile(const std::string& what, const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream || text.str().empty()) {
    return absl::NotFoundError(absl::StrCat("the ", what, " in '", path, "' cannot be read"));
  }
  return text.str();
}

// What may be otherwise in a moment, by no doing of the control plane.
bool IsOfThisMachine(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsPermissionDenied(status) ||
         absl::IsDeadlineExceeded(status) || absl::IsResourceExhausted(status);
}

}  // namespace

absl::StatusOr<std::unique_ptr<SnapshotSource>> NewStreamSource(const StreamOptions& options,
                                                                const Clock* clock,
                                                                metrics::Registry* registry) {
  if (options.control_plane.empty() || options.node.empty() || options.state_dir.empty()) {
    return absl::InvalidArgumentError(
        "streaming needs the control plane's address, the node's id and a directory for the state");
  }
  NAVE_RETURN_IF_ERROR(ReadFile("CA's certificate", options.ca_file).status());
  NAVE_RETURN_IF_ERROR(ReadFile("token", options.token_file).status());
  return std::make_unique<StreamClient>(StreamClientOptions{options}, clock, registry);
}

StreamClient::StreamClient(StreamClientOptions options, const Clock* clock,
                           metrics::Registry* registry)
    : options_(std::move(options)),
      clock_(clock),
      file_(options_.stream.state_dir),
      connected_(registry->gauge(kConnected)),
      connections_(registry->counter(kConnections)),
      from_disk_(registry->gauge(kFromDisk)),
      set_aside_(registry->counter(kSetAside)),
      write_failures_(registry->counter(kWriteFailures)) {}

StreamClient::~StreamClient() { Stop(); }

absl::Status StreamClient::Start(SnapshotSink* sink) {
  sink_ = sink;
  ServeFromDisk();
  writer_ = std::make_unique<StateFileWriter>(
      &file_, clock_, [this](int64_t revision, const absl::Status& status) {
        if (status.ok()) return;
        write_failures_.Add();
        log::Error("the last state is not on disk", {{"revision", absl::StrCat(revision)},
                                                     {"reason", std::string(status.message())}});
      });
  thread_ = std::thread([this] { Run(); });
  return absl::OkStatus();
}

absl::Status StreamClient::Reload() { return absl::OkStatus(); }

void StreamClient::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.SignalAll();
    if (connection_ != nullptr) connection_->Cancel();
  }
  if (thread_.joinable()) thread_.join();
  writer_.reset();
}

void StreamClient::ServeFromDisk() {
  absl::StatusOr<std::optional<State>> loaded = file_.Load();
  if (!loaded.ok()) {
    set_aside_.Add();
    log::Error("starting without the last state",
               {{"reason", std::string(loaded.status().message())}});
    return;
  }
  if (!loaded->has_value()) return;
  auto state = std::make_shared<const State>(**std::move(loaded));
  absl::MutexLock sink_lock(&sink_mutex_);
  const absl::Status status = sink_->Serve(*state);
  if (!status.ok() && !IsOfThisMachine(status)) {
    // Written by a program that took more, or less, than this one.
    set_aside_.Add();
    log::Error("the last state cannot be served",
               {{"revision", absl::StrCat(state->revision)},
                {"reason", std::string(file_.SetAside(status).message())}});
    return;
  }
  from_disk_.Set(1);
  log::Info("serving the last state from disk", {{"revision", absl::StrCat(state->revision)}});
  absl::MutexLock lock(&mutex_);
  have_revision_ = state->revision;
  if (!status.ok()) retry_ = state;
  served_ = std::move(state);
}

void StreamClient::Run() {
  int failures = 0;
  do {
    bool progress = false;
    connections_.Add();
    const absl::Status status = RunSession(&progress);
    connected_.Set(0);
    failures = progress ? 0 : std::min(failures + 1, kMaxBackoffDoublings);
    absl::MutexLock lock(&mutex_);
    if (stopping_) return;
    log::Warning("no stream from the control plane",
                 {{"control_plane", options_.stream.control_plane},
                  {"reason", std::string(status.message())}});
  } while (Pause(failures));
}

bool StreamClient::Pause(int failures) {
  const absl::Duration limit =
      std::min(options_.max_backoff, options_.min_backoff * (int64_t{1} << failures));
  const absl::Duration pause = limit * static_cast<int64_t>(RandomUint64() % 1024) / 1024;
  const absl::Time end = clock_->Now() + pause;
  absl::MutexLock lock(&mutex_);
  while (!stopping_ && clock_->Now() < end) clock_->WaitUntil(changed_, mutex_, end);
  return !stopping_;
}

absl::StatusOr<StreamAddress> StreamClient::ReadAddress() const {
  StreamAddress address{options_.stream.control_plane, "", ""};
  if (options_.insecure) return address;
  NAVE_ASSIGN_OR_RETURN(address.ca_pem, ReadFile("CA's certificate", options_.stream.ca_file));
  NAVE_ASSIGN_OR_RETURN(address.token, ReadFile("token", options_.stream.token_file));
  address.token = std::string(absl::StripAsciiWhitespace(address.token));
  return address;
}

v1::NodeMessage StreamClient::MakeHello() const {
  v1::NodeMessage message;
  v1::Hello* const hello = message.mutable_hello();
  hello->set_node(options_.stream.node);
  hello->set_version(options_.stream.version);
  for (const std::string& vpc : options_.stream.vpcs) hello->add_vpcs(vpc);
  absl::MutexLock lock(&mutex_);
  hello->set_have_revision(have_revision_);
  return message;
}

absl::Status StreamClient::RunSession(bool* progress) {
  NAVE_ASSIGN_OR_RETURN(const StreamAddress address, ReadAddress());
  StreamConnection connection(address);
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) connection.Cancel();
    connection_ = &connection;
    session_over_ = false;
    // Whoever has nothing gets everything, and must not mix it with what is old.
    changes_ = std::make_unique<StreamChanges>(have_revision_ == 0 ? State() : State(*served_));
  }
  connection.Write(MakeHello());
  std::thread heartbeat([this, &connection] { RunHeartbeat(&connection); });
  const absl::Status status = ReadMessages(&connection, progress);
  {
    absl::MutexLock lock(&mutex_);
    connection_ = nullptr;
    session_over_ = true;
    changed_.SignalAll();
  }
  connection.Cancel();
  heartbeat.join();
  const absl::Status end = connection.Finish();
  return status.ok() ? end : status;
}

absl::Status StreamClient::ReadMessages(StreamConnection* connection, bool* progress) {
  v1::ControlMessage message;
  while (connection->Read(&message)) {
    const absl::Status status = OnMessage(std::move(message), connection, progress);
    if (!status.ok()) {
      // What we have does not go with what they send: all of it, please.
      absl::MutexLock lock(&mutex_);
      have_revision_ = 0;
      return status;
    }
  }
  return absl::OkStatus();
}

absl::Status StreamClient::OnMessage(v1::ControlMessage message, StreamConnection* connection,
                                     bool* progress) {
  switch (message.message_case()) {
    case v1::ControlMessage::kComplete:
      OnComplete(message.complete(), connection, progress);
      return absl::OkStatus();
    case v1::ControlMessage::kRequest:
      OnRequest(message.request(), connection);
      return absl::OkStatus();
    case v1::ControlMessage::MESSAGE_NOT_SET:
      // Of a newer control plane; it knows which nodes understand what.
      return absl::OkStatus();
    case v1::ControlMessage::kReset:
      OnReset();
      return changes_->Apply(std::move(message));
    default:
      return changes_->Apply(std::move(message));
  }
}

void StreamClient::OnReset() {
  absl::MutexLock lock(&mutex_);
  have_revision_ = 0;
  retry_ = nullptr;
  if (served_ == nullptr) return;
  // What is served goes on being served, after a restart too, but not as a revision of theirs.
  State forgotten = *served_;
  forgotten.revision = 0;
  writer_->Write(std::make_shared<const State>(std::move(forgotten)));
}

void StreamClient::OnComplete(const v1::Complete& complete, StreamConnection* connection,
                              bool* progress) {
  const State& state = changes_->Complete(complete.revision());
  absl::Status status;
  {
    absl::MutexLock sink_lock(&sink_mutex_);
    {
      absl::MutexLock lock(&mutex_);
      retry_ = nullptr;
      if (stopping_) return;
      if (complete.lease_ms() > 0) lease_ = absl::Milliseconds(complete.lease_ms());
      changed_.SignalAll();
    }
    status = sink_->Serve(state);
  }
  if (status.ok()) {
    *progress = true;
    return Acknowledge(std::make_shared<const State>(state), connection);
  }
  log::Error("a state is refused", {{"revision", absl::StrCat(complete.revision())},
                                    {"reason", std::string(status.message())}});
  v1::NodeMessage message;
  message.mutable_refuse()->set_revision(complete.revision());
  message.mutable_refuse()->set_reason(std::string(status.message()));
  connection->Write(message);
  if (!IsOfThisMachine(status)) return;
  absl::MutexLock lock(&mutex_);
  retry_ = std::make_shared<const State>(state);
}

void StreamClient::Acknowledge(std::shared_ptr<const State> state, StreamConnection* connection) {
  v1::NodeMessage message;
  message.mutable_acknowledge()->set_revision(state->revision);
  connection->Write(message);
  connected_.Set(1);
  from_disk_.Set(0);
  writer_->Write(state);
  absl::MutexLock lock(&mutex_);
  have_revision_ = state->revision;
  served_ = std::move(state);
}

void StreamClient::OnRequest(const v1::NodeRequest& request, StreamConnection* connection) {
  absl::StatusOr<v1::NodeReply> answer = absl::CancelledError("the resolver is stopping");
  {
    absl::MutexLock sink_lock(&sink_mutex_);
    answer = sink_->Answer(request);
  }
  v1::NodeMessage message;
  v1::NodeReply* const reply = message.mutable_reply();
  if (answer.ok()) {
    *reply = *std::move(answer);
    if (reply->has_explanation()) reply->mutable_explanation()->set_node(options_.stream.node);
  } else {
    reply->set_error(std::string(answer.status().message()));
  }
  reply->set_id(request.id());
  connection->Write(message);
}

void StreamClient::RunHeartbeat(StreamConnection* connection) {
  v1::NodeMessage message;
  message.mutable_heartbeat();
  absl::Time last = clock_->Now();
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      // The lease may become shorter while it is waited for.
      const auto next = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return last + std::clamp(lease_ / kHeartbeatsPerLease, kMinHeartbeat, kMaxHeartbeat);
      };
      while (!session_over_ && clock_->Now() < next()) {
        clock_->WaitUntil(changed_, mutex_, next());
      }
      if (session_over_) return;
    }
    last = clock_->Now();
    if (!connection->Write(message)) return;
    Retry(connection);
  }
}

void StreamClient::Retry(StreamConnection* connection) {
  absl::MutexLock sink_lock(&sink_mutex_);
  std::shared_ptr<const State> state;
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_ || session_over_ || retry_ == nullptr) return;
    state = retry_;
  }
  if (!sink_->Serve(*state).ok()) return;
  {
    absl::MutexLock lock(&mutex_);
    retry_ = nullptr;
  }
  // The state that a reset left on disk is no revision of theirs.
  if (state->revision > 0) Acknowledge(std::move(state), connection);
}

}  // namespace nave::resolver
