#include "catalog/publish/subscription.h"

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "catalog/publish/compiler.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"

namespace nave::catalog {

using resolver::v1::ControlMessage;
using store::Reader;
using store::Revision;

Subscription::Subscription(store::Store& store, Nodes& nodes, const resolver::v1::Hello& hello,
                           Nodes::Session session)
    : store_(store),
      nodes_(nodes),
      node_(hello.node()),
      session_(session),
      requested_(hello.vpcs().begin(), hello.vpcs().end()) {}

Subscription::~Subscription() { nodes_.Disconnect(node_, session_); }

absl::StatusOr<std::unique_ptr<Subscription>> Subscription::Start(
    store::Store& store, Nodes& nodes, const resolver::v1::Hello& hello) {
  NAVE_ASSIGN_OR_RETURN(const Nodes::Connection connection, nodes.Connect(hello));
  auto subscription = absl::WrapUnique(new Subscription(store, nodes, hello, connection.session));
  if (hello.have_revision() > 0 && connection.same_vpcs) {
    const absl::Status resumed = subscription->Resume(hello.have_revision());
    if (resumed.ok()) return subscription;
    // The log no longer reaches back so far, or the node is ahead of a store that was restored.
    log::Info("a node starts anew",
              {{"node", hello.node()}, {"why", std::string(resumed.message())}});
  }
  NAVE_RETURN_IF_ERROR(subscription->Reset());
  return subscription;
}

absl::Status Subscription::Resume(Revision have) {
  NAVE_ASSIGN_OR_RETURN(std::unique_ptr<store::Watcher> watcher, store_.Watch(have));
  NAVE_ASSIGN_OR_RETURN(const auto then, store_.Read(have));
  NAVE_ASSIGN_OR_RETURN(const auto vpcs, WantedVpcs(*then));
  Needs needs;
  std::set<std::string> listeners;
  for (const std::string& vpc : vpcs) {
    NAVE_ASSIGN_OR_RETURN(const auto view, CompileView(*then, vpc));
    if (view.has_value()) needs.Replace(vpc, &*view);
    NAVE_ASSIGN_OR_RETURN(const auto addresses, ListenersOf(*then, vpc));
    listeners.insert(addresses.begin(), addresses.end());
  }
  needs.zones().Take();
  needs.rules().Take();
  needs_ = std::move(needs);
  listeners_ = std::move(listeners);
  watcher_ = std::move(watcher);
  completed_ = target_ = have;
  {
    absl::MutexLock lock(&mutex_);
    sent_ = have;
  }
  nodes_.SetVpcs(node_, session_, needs_.views());
  return nodes_.Acknowledge(node_, session_, have);
}

absl::Status Subscription::Reset() {
  NAVE_ASSIGN_OR_RETURN(const auto now, store_.Read());
  NAVE_ASSIGN_OR_RETURN(watcher_, store_.Watch(now->revision()));
  needs_ = Needs();
  listeners_.clear();
  queue_.clear();
  zones_.clear();
  queue_.emplace_back().mutable_reset();
  target_ = now->revision();
  completed_ = target_ - 1;  // also an unchanged state is completed
  NAVE_ASSIGN_OR_RETURN(const Dependents everything, Everything(*now));
  return Plan(*now, everything);
}

absl::StatusOr<std::vector<std::string>> Subscription::WantedVpcs(Reader& reader) const {
  if (requested_.empty()) return VpcsWithListeners(reader);
  return std::vector<std::string>(requested_.begin(), requested_.end());
}

absl::StatusOr<bool> Subscription::Wanted(Reader& reader, const std::string& vpc) const {
  if (!requested_.empty()) return requested_.count(vpc) > 0;
  NAVE_ASSIGN_OR_RETURN(const auto addresses, ListenersOf(reader, vpc));
  return !addresses.empty();
}

absl::StatusOr<Dependents> Subscription::Everything(Reader& reader) const {
  Dependents everything;
  NAVE_ASSIGN_OR_RETURN(const auto vpcs, WantedVpcs(reader));
  for (const std::string& vpc : vpcs) {
    everything.views.insert(vpc);
    NAVE_ASSIGN_OR_RETURN(const auto addresses, ListenersOf(reader, vpc));
    everything.listeners.insert(addresses.begin(), addresses.end());
  }
  return everything;
}

absl::Status Subscription::Follow(absl::Time deadline) {
  absl::StatusOr<std::vector<store::Change>> changes = watcher_->Next(deadline, kMaxMergedCommits);
  if (absl::IsOutOfRange(changes.status())) return Reset();
  NAVE_RETURN_IF_ERROR(changes.status());
  if (changes->empty()) return absl::OkStatus();
  std::set<std::string> keys;
  for (const store::Change& change : *changes) {
    for (const store::ChangedKey& key : change.keys) {
      if (key.table == store::Table::kResources) keys.insert(key.key);
    }
  }
  const Revision before_revision = target_;
  target_ = changes->back().revision;
  if (keys.empty()) return absl::OkStatus();
  NAVE_ASSIGN_OR_RETURN(const auto before, store_.Read(before_revision));
  NAVE_ASSIGN_OR_RETURN(const auto after, store_.Read(target_));
  Dependents dependents;
  for (const std::string& key : keys) {
    NAVE_RETURN_IF_ERROR(AddDependents(*before, *after, key, &dependents));
  }
  return Plan(*after, dependents);
}

absl::StatusOr<Subscription::Messages> Subscription::Next(absl::Time deadline) {
  if (!nodes_.IsCurrent(node_, session_)) {
    return absl::AbortedError("another stream of this node took over");
  }
  Messages messages;
  TakeRequests(&messages);
  if (IdleWork() && messages.empty()) NAVE_RETURN_IF_ERROR(Follow(deadline));
  if (!IdleWork()) NAVE_RETURN_IF_ERROR(Drain(&messages));
  return messages;
}

void Subscription::TakeRequests(Messages* messages) {
  absl::MutexLock lock(&mutex_);
  for (const resolver::v1::NodeRequest& request : requests_) {
    *messages->emplace_back().mutable_request() = request;
  }
  requests_.clear();
}

absl::Status Subscription::Send(const resolver::v1::NodeRequest& request) {
  absl::MutexLock lock(&mutex_);
  if (requests_.size() >= kMaxQueuedRequests) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the node has ", kMaxQueuedRequests, " requests before it; ask again later"));
  }
  requests_.push_back(request);
  return absl::OkStatus();
}

absl::Status Subscription::Acknowledge(Revision revision) {
  {
    absl::MutexLock lock(&mutex_);
    if (revision > sent_) {
      return FieldError("acknowledge.revision",
                        absl::StrCat(revision, " was never sent; the last was ", sent_));
    }
  }
  return nodes_.Acknowledge(node_, session_, revision);
}

absl::Status Subscription::Refuse(Revision revision, const std::string& reason) {
  return nodes_.Refuse(node_, session_, revision, reason);
}

absl::Status Subscription::Heartbeat() { return nodes_.Heartbeat(node_, session_); }

}  // namespace nave::catalog
