#include "catalog/publish/node_relay.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "lib/base/status_macros.h"

namespace nave::catalog {

namespace {

using resolver::v1::NodeReply;
using resolver::v1::NodeRequest;

absl::Status NotConnected(const std::string& node) {
  return Error(api::v1::NO_LIVE_NODE, absl::StrCat("'nodes/", node, "' is not connected"),
               {{"node", node}});
}

}  // namespace

int64_t NodeRelay::Attach(const std::string& node, Send send) {
  absl::MutexLock lock(&mutex_);
  const int64_t number = ++last_number_;
  streams_.insert_or_assign(node, Stream{number, std::move(send)});
  return number;
}

void NodeRelay::Detach(const std::string& node, int64_t stream) {
  absl::MutexLock lock(&mutex_);
  const auto found = streams_.find(node);
  if (found != streams_.end() && found->second.number == stream) streams_.erase(found);
  for (auto& [id, waiting] : waiting_) waiting.is_gone |= waiting.stream == stream;
  changed_.SignalAll();
}

absl::StatusOr<int64_t> NodeRelay::SendTo(const std::string& node, NodeRequest* request) {
  const auto stream = streams_.find(node);
  if (stream == streams_.end()) return NotConnected(node);
  if (waiting_.size() >= kMaxNodeRequests) {
    return absl::ResourceExhaustedError(
        absl::StrCat(kMaxNodeRequests, " requests to resolvers are under way; ask again later"));
  }
  const int64_t id = ++last_number_;
  request->set_id(id);
  NAVE_RETURN_IF_ERROR(stream->second.send(*request));
  waiting_.emplace(id, Waiting{node, stream->second.number, false, std::nullopt});
  return id;
}

absl::StatusOr<NodeReply> NodeRelay::Take(int64_t id) {
  const auto found = waiting_.find(id);
  Waiting waiting = std::move(found->second);
  waiting_.erase(found);
  if (!waiting.reply.has_value()) {
    if (waiting.is_gone) return NotConnected(waiting.node);
    return Error(api::v1::WAIT_TIMED_OUT,
                 absl::StrCat("'nodes/", waiting.node, "' did not answer in time"),
                 {{"node", waiting.node}});
  }
  if (!waiting.reply->error().empty()) return Error(api::v1::INVALID_QUERY, waiting.reply->error());
  return *std::move(waiting.reply);
}

std::vector<absl::StatusOr<NodeReply>> NodeRelay::AskAll(absl::Span<const std::string> nodes,
                                                         NodeRequest request, absl::Time deadline) {
  absl::MutexLock lock(&mutex_);
  std::vector<absl::StatusOr<int64_t>> ids;
  for (const std::string& node : nodes) ids.push_back(SendTo(node, &request));
  const auto is_answered = [&](const absl::StatusOr<int64_t>& id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(
                               mutex_) { return !id.ok() || waiting_.at(*id).is_over(); };
  // One after the other: whoever answers meanwhile is not waited for.
  for (const absl::StatusOr<int64_t>& id : ids) {
    while (!is_answered(id)) {
      if (clock_.WaitUntil(changed_, mutex_, deadline)) break;
    }
  }
  std::vector<absl::StatusOr<NodeReply>> replies;
  for (const absl::StatusOr<int64_t>& id : ids) {
    replies.push_back(id.ok() ? Take(*id) : absl::StatusOr<NodeReply>(id.status()));
  }
  return replies;
}

absl::StatusOr<NodeReply> NodeRelay::AskFirst(absl::Span<const std::string> nodes,
                                              const NodeRequest& request, absl::Time deadline) {
  absl::StatusOr<NodeReply> reply =
      Error(api::v1::NO_LIVE_NODE, "no resolver that could answer is connected; start one");
  for (const std::string& node : nodes) {
    reply = std::move(AskAll({node}, request, deadline).front());
    if (ReasonOf(reply.status()) != api::v1::NO_LIVE_NODE) break;
  }
  return reply;
}

void NodeRelay::Reply(const std::string& node, NodeReply reply) {
  absl::MutexLock lock(&mutex_);
  const auto found = waiting_.find(reply.id());
  if (found == waiting_.end() || found->second.node != node) return;
  found->second.reply = std::move(reply);
  changed_.SignalAll();
}

}  // namespace nave::catalog
