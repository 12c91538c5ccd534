#include "tests/fuzz/road.h"

#include "resolver/file_source.h"
#include "resolver/snapshot_compiler.h"
#include "tests/fuzz/full_snapshot.h"
#include "tests/fuzz/fuzzing.h"

namespace nave::resolver {
namespace {

constexpr size_t kUdpBufferSize = 4096;
// Small, so that eviction is part of the road.
constexpr size_t kCacheSize = 64 * 1024;

}  // namespace

Road::Targets::~Targets() {
  for (Asked& one : asked) {
    ForwardResult result;
    result.status = absl::CancelledError("going away");
    one.callback(std::move(result));
  }
}

void Road::Targets::Forward(const dns::Question& question, std::shared_ptr<const TargetGroup>,
                            const ForwardOptions&, ForwardCallback callback) {
  asked.push_back({question, std::move(callback)});
}

absl::Span<uint8_t> Road::Answers::AnswerBuffer(const ReplyPath& path) {
  // Of this very size on the heap, so that a sanitizer sees one octet too far.
  buffer = std::vector<uint8_t>(path.is_tcp ? dns::kMaxMessageSize : kUdpBufferSize);
  return absl::MakeSpan(buffer);
}

void Road::Answers::Respond(const ReplyPath&, size_t size) {
  fuzzing::Require(size <= buffer.size(), "an answer fits into its buffer");
  answers.emplace_back(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size));
}

Road::Road(std::shared_ptr<const Snapshot> snapshot) {
  handler_ = std::make_unique<QueryHandler>(upstream_.get(), &clock_, kCacheSize, "r1");
  handler_->SetSnapshot(std::move(snapshot));
}

Road::~Road() { upstream_.reset(); }

const std::vector<std::string>& Road::Ask(absl::string_view wire, size_t listener,
                                          const net::Endpoint& peer, bool is_tcp) {
  const auto& listeners = handler_->snapshot()->listeners();
  const Listener* at = listeners.empty() ? nullptr : listeners[listener % listeners.size()].get();
  // A copy of this very size, as above.
  const std::vector<uint8_t> octets(wire.begin(), wire.end());
  const net::IpAddress local = at == nullptr ? net::IpAddress() : at->endpoint().address;
  handler_->Handle(octets, {peer, local, is_tcp, 1}, at, responder_);
  return responder_->answers;
}

void Road::AskName(const dns::Name& name, dns::RRType type, size_t listener,
                   const net::Endpoint& peer) {
  dns::Message query = dns::MakeQuery(9, name, type);
  query.edns.emplace();
  Ask(dns::SerializeMessage(query), listener, peer, false);
}

void Road::AnswerAll(const dns::Message* reply) {
  // What is asked in consequence waits for the next call.
  for (Asked& one : std::exchange(upstream_->asked, {})) {
    ForwardResult result;
    if (reply == nullptr) {
      result.status = absl::DeadlineExceededError("no target answered");
    } else {
      result.reply = ReadReply(one.question, dns::ToOctets(dns::SerializeMessage(*reply)));
      fuzzing::Require(result.reply != nullptr, "what we write can be read");
    }
    one.callback(std::move(result));
  }
}

std::shared_ptr<const Snapshot> FullSnapshot() {
  absl::StatusOr<State> state = ParseSnapshotJson(kFullSnapshotJson);
  fuzzing::Require(state.ok(), std::string(state.status().message()));
  auto snapshot = SnapshotCompiler().Compile(*state);
  fuzzing::Require(snapshot.ok(), std::string(snapshot.status().message()));
  return *snapshot;
}

}  // namespace nave::resolver
