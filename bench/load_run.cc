#include "bench/load_run.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace nave::bench {
namespace {

constexpr int kCallSecondsMax = 60;
constexpr int kConnectSecondsMax = 10;
// Of proc(5): the fields after the name, counted from the state.
constexpr int kUserTimeField = 11;

absl::Duration CpuOf(int pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/stat"));
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::istringstream fields(text.substr(std::min(text.size(), text.rfind(')') + 1)));
  std::string skipped;
  for (int i = 0; i < kUserTimeField; ++i) fields >> skipped;
  int64_t user = 0, system = 0;
  fields >> user >> system;
  return absl::Seconds(static_cast<double>(user + system) / sysconf(_SC_CLK_TCK));
}

class Run;

// One caller, and its call under way.
class Caller {
 public:
  Caller(Run* run, uint64_t number, grpc::GenericStub* stub)
      : run_(run), number_(number), stub_(stub) {}

  void Start();
  // The call is over.
  void Finish();

 private:
  Run* const run_;
  const uint64_t number_;
  grpc::GenericStub* const stub_;
  uint64_t turn_ = 0;
  absl::Time begin_;
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader_;
  grpc::ByteBuffer response_;
  grpc::Status status_;
};

class Run {
 public:
  explicit Run(const LoadOptions& options) : options_(options) {}

  absl::Status Connect();
  LoadResult Go();

 private:
  friend class Caller;
  bool MayStart(absl::Time now) const {
    return now < end_ && (options_.calls_max == 0 || started_ < options_.calls_max);
  }
  void Count(absl::Time begin, absl::Time end, const grpc::Status& status);
  void BeginCounting();
  void EndCounting(absl::Time now);

  const LoadOptions& options_;
  grpc::CompletionQueue queue_;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
  std::vector<std::unique_ptr<Caller>> callers_;
  uint64_t started_ = 0;
  uint64_t under_way_ = 0;
  absl::Time counted_from_, end_;
  bool counting_ = false, ended_ = false;
  absl::Duration cpu_before_;
  LoadResult result_;
};

void Caller::Start() {
  begin_ = absl::Now();
  if (!run_->MayStart(begin_)) return;
  const LoadOptions& options = run_->options_;
  context_ = std::make_unique<grpc::ClientContext>();
  context_->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(kCallSecondsMax));
  if (!options.token.empty()) context_->AddMetadata("authorization", "Bearer " + options.token);
  const uint64_t entry = options.spread ? run_->started_ : number_;
  const grpc::Slice slice(options.kind.request(entry, ++turn_));
  const grpc::ByteBuffer request(&slice, 1);
  reader_ = stub_->PrepareUnaryCall(context_.get(), options.kind.method, request, &run_->queue_);
  reader_->StartCall();
  reader_->Finish(&response_, &status_, this);
  ++run_->started_;
  ++run_->under_way_;
}

void Caller::Finish() {
  --run_->under_way_;
  run_->Count(begin_, absl::Now(), status_);
  response_.Clear();
  Start();
}

absl::Status Run::Connect() {
  std::ifstream file(options_.ca_path);
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  const auto deadline = std::chrono::system_clock::now() + std::chrono::seconds(kConnectSecondsMax);
  for (int i = 0; i < options_.connections; ++i) {
    grpc::ChannelArguments arguments;
    // Else all channels would share one connection.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    auto channel = grpc::CreateCustomChannel(options_.server, grpc::SslCredentials(tls), arguments);
    if (!channel->WaitForConnected(deadline)) {
      return absl::UnavailableError(absl::StrCat("no connection to ", options_.server));
    }
    stubs_.push_back(std::make_unique<grpc::GenericStub>(channel));
  }
  for (uint64_t i = 0; i < options_.callers; ++i) {
    callers_.push_back(std::make_unique<Caller>(this, i, stubs_[i % stubs_.size()].get()));
  }
  return absl::OkStatus();
}

void Run::BeginCounting() {
  counting_ = true;
  counted_from_ = absl::Now();
  if (options_.server_pid != 0) cpu_before_ = CpuOf(options_.server_pid);
}

void Run::EndCounting(absl::Time now) {
  ended_ = true;
  result_.elapsed = now - counted_from_;
  if (options_.server_pid != 0) result_.server_cpu = CpuOf(options_.server_pid) - cpu_before_;
}

void Run::Count(absl::Time begin, absl::Time end, const grpc::Status& status) {
  if (!counting_ && end >= counted_from_) BeginCounting();
  if (counting_ && !ended_ && end >= end_) EndCounting(end);
  if (!status.ok()) {
    ++result_.errors;
    if (result_.first_error.empty()) result_.first_error = status.error_message();
    return;
  }
  if (!counting_ || ended_) return;
  ++result_.calls;
  result_.delays.push_back(end - begin);
}

LoadResult Run::Go() {
  const absl::Time now = absl::Now();
  counted_from_ = now + options_.warm_up;
  end_ = counted_from_ + options_.duration;
  for (const auto& caller : callers_) caller->Start();
  void* tag = nullptr;
  bool ok = false;
  // Ends when every caller has stopped: each call has a deadline.
  while (under_way_ > 0 && queue_.Next(&tag, &ok)) static_cast<Caller*>(tag)->Finish();
  if (!ended_) EndCounting(absl::Now());
  queue_.Shutdown();
  while (queue_.Next(&tag, &ok)) continue;
  std::sort(result_.delays.begin(), result_.delays.end());
  return std::move(result_);
}

}  // namespace

absl::StatusOr<LoadResult> RunLoad(const LoadOptions& options) {
  Run run(options);
  const absl::Status connected = run.Connect();
  if (!connected.ok()) return connected;
  return run.Go();
}

}  // namespace nave::bench
