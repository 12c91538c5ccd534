#include "catalog/publish/explain_relay.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "lib/base/status_macros.h"

namespace nave::catalog {

using resolver::v1::Explanation;

int64_t ExplainRelay::Attach(const std::string& node, Ask ask) {
  absl::MutexLock lock(&mutex_);
  const int64_t number = ++last_number_;
  streams_.insert_or_assign(node, Stream{number, std::move(ask)});
  return number;
}

void ExplainRelay::Detach(const std::string& node, int64_t stream) {
  absl::MutexLock lock(&mutex_);
  const auto found = streams_.find(node);
  if (found != streams_.end() && found->second.number == stream) streams_.erase(found);
}

absl::StatusOr<Explanation> ExplainRelay::Explain(const std::vector<std::string>& nodes,
                                                  const resolver::v1::Question& question,
                                                  absl::Time deadline) {
  absl::MutexLock lock(&mutex_);
  auto stream = streams_.end();
  for (size_t i = 0; i < nodes.size() && stream == streams_.end(); ++i) {
    stream = streams_.find(nodes[i]);
  }
  if (stream == streams_.end()) {
    return Error(api::v1::NO_LIVE_NODE,
                 absl::StrCat("no live resolver serves '", question.view(), "'; start one"),
                 {{"vpc", question.view()}});
  }
  if (waiting_.size() >= kMaxExplains) {
    return absl::ResourceExhaustedError(
        absl::StrCat(kMaxExplains, " explanations are under way; ask again later"));
  }
  const std::string node = stream->first;
  resolver::v1::ExplainRequest request;
  request.set_id(++last_number_);
  *request.mutable_question() = question;
  NAVE_RETURN_IF_ERROR(stream->second.ask(request));
  const auto waiting = waiting_.emplace(request.id(), Waiting{node, std::nullopt}).first;
  while (!waiting->second.reply.has_value()) {
    if (clock_.WaitUntil(changed_, mutex_, deadline)) break;
  }
  const std::optional<resolver::v1::ExplainReply> reply = std::move(waiting->second.reply);
  waiting_.erase(waiting);
  if (!reply.has_value()) {
    return Error(api::v1::WAIT_TIMED_OUT, absl::StrCat("'nodes/", node, "' did not answer in time"),
                 {{"node", node}});
  }
  if (!reply->error().empty()) return Error(api::v1::INVALID_QUERY, reply->error());
  return reply->explanation();
}

void ExplainRelay::Reply(const std::string& node, const resolver::v1::ExplainReply& reply) {
  absl::MutexLock lock(&mutex_);
  const auto found = waiting_.find(reply.id());
  if (found == waiting_.end() || found->second.node != node) return;
  found->second.reply = reply;
  changed_.SignalAll();
}

}  // namespace nave::catalog
