#include "server/services/node_stream.h"

#include <thread>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"

namespace nave::server {
namespace {

using resolver::v1::ControlMessage;
using resolver::v1::Hello;
using resolver::v1::NodeMessage;

constexpr char kNodePrefix[] = "nodes/";

}  // namespace

absl::Status NodeStream::Run(const catalog::Caller& caller) {
  std::thread reader([this] { Read(); });
  absl::Status status = Serve(caller);
  Release(/*go_on=*/false);
  // A read that waits ends only with the call. The node sees CANCELLED then, and connects again.
  if (subscription_ != nullptr && !ReadingEnded()) context_.TryCancel();
  reader.join();
  return status;
}

absl::Status NodeStream::Serve(const catalog::Caller& caller) {
  NAVE_ASSIGN_OR_RETURN(const Hello hello, AwaitHello());
  if (caller.principal != absl::StrCat(kNodePrefix, hello.node())) {
    return catalog::Error(api::v1::PERMISSION_DENIED,
                          absl::StrCat("the credential is of '", caller.principal,
                                       "', and cannot speak for ", kNodePrefix, hello.node()));
  }
  NAVE_ASSIGN_OR_RETURN(subscription_,
                        catalog::Subscription::Start(parts_.store, parts_.nodes, hello));
  node_ = hello.node();
  const int64_t number = parts_.relay.Attach(
      node_,
      [this](const resolver::v1::NodeRequest& request) { return subscription_->Send(request); });
  absl::Cleanup detach = [this, number] { parts_.relay.Detach(node_, number); };
  log::Info("a node connected",
            {{"node", hello.node()}, {"has", absl::StrCat(hello.have_revision())}});
  Release(/*go_on=*/true);
  LongCall call(parts_.auth, parts_.clock, parts_.stopping, context_);
  absl::Status status = Write(call);
  log::Info("a node went away", {{"node", hello.node()}, {"why", std::string(status.message())}});
  return status;
}

absl::Status NodeStream::Write(LongCall& call) {
  // Ends with the call: see Alive.
  while (true) {
    NAVE_RETURN_IF_ERROR(call.Alive());
    if (ReadingEnded()) return ReadingStatus();
    NAVE_ASSIGN_OR_RETURN(const std::vector<ControlMessage> messages,
                          subscription_->Next(parts_.clock.Now() + kStreamPoll));
    for (const ControlMessage& message : messages) {
      if (!stream_.Write(message)) return absl::CancelledError("the node went away");
    }
  }
}

absl::StatusOr<Hello> NodeStream::AwaitHello() {
  const absl::Time deadline = parts_.clock.Now() + kHelloTimeout;
  absl::MutexLock lock(&mutex_);
  while (!hello_.has_value() && !reading_ended_) {
    if (parts_.clock.WaitUntil(changed_, mutex_, deadline)) break;
  }
  if (hello_.has_value()) return *hello_;
  if (!reading_ended_) context_.TryCancel();
  return catalog::FieldError("hello", "is missing: a node says who it is in its first message");
}

void NodeStream::Release(bool go_on) {
  absl::MutexLock lock(&mutex_);
  if (!go_on_.has_value()) go_on_ = go_on;
  changed_.SignalAll();
}

bool NodeStream::ReadingEnded() const {
  absl::MutexLock lock(&mutex_);
  return reading_ended_;
}

absl::Status NodeStream::ReadingStatus() const {
  absl::MutexLock lock(&mutex_);
  return reading_status_;
}

void NodeStream::Read() {
  absl::Status status;
  if (ReadHello()) {
    NodeMessage message;
    // Ends with the call.
    while (status.ok() && stream_.Read(&message)) status = Handle(message);
  }
  absl::MutexLock lock(&mutex_);
  reading_ended_ = true;
  reading_status_ = status;
  changed_.SignalAll();
}

bool NodeStream::ReadHello() {
  NodeMessage message;
  if (!stream_.Read(&message) || !message.has_hello()) return false;
  absl::MutexLock lock(&mutex_);
  hello_ = message.hello();
  changed_.SignalAll();
  while (!go_on_.has_value()) changed_.Wait(&mutex_);
  return *go_on_;
}

absl::Status NodeStream::Handle(const NodeMessage& message) {
  switch (message.message_case()) {
    case NodeMessage::kAcknowledge:
      return subscription_->Acknowledge(message.acknowledge().revision());
    case NodeMessage::kRefuse:
      return subscription_->Refuse(message.refuse().revision(), message.refuse().reason());
    case NodeMessage::kHeartbeat:
      return subscription_->Heartbeat();
    case NodeMessage::kReply:
      parts_.relay.Reply(node_, message.reply());
      return absl::OkStatus();
    default:
      return catalog::FieldError("message",
                                 "a node says hello once, and after it what the contract lists");
  }
}

}  // namespace nave::server
