#include "catalog/publish/nodes.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "catalog/governance/times.h"
#include "catalog/resource_name.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"

namespace nave::catalog {
namespace {

using governance::v1::Node;

std::string NodeName(const std::string& id) { return absl::StrCat("nodes/", id); }

// Nodes are no resources of the catalog: the resolvers make them.
const ResourceType& NodeType() {
  static const auto* const type =
      new ResourceType{"Node", "nodes", {"nodes", "{node}"}, Node::descriptor()};
  return *type;
}

std::vector<std::string> Sorted(const google::protobuf::RepeatedPtrField<std::string>& names) {
  std::vector<std::string> sorted(names.begin(), names.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

}  // namespace

absl::Status Nodes::Load() {
  NAVE_ASSIGN_OR_RETURN(const auto snapshot, store_.Read());
  NAVE_ASSIGN_OR_RETURN(const auto entries,
                        snapshot->Scan(store::Table::kNodes, "", "", kMaxNodes));
  absl::MutexLock lock(&mutex_);
  for (const store::Entry& entry : entries) {
    State state;
    if (!state.node.ParseFromString(entry.value)) {
      return absl::DataLossError(absl::StrCat("the row of ", entry.key, " is malformed"));
    }
    // What it had then is not what it has now; it says so when it comes back.
    state.node.clear_acknowledged_revision();
    state.lease_end = state.node.live() ? clock_.Now() + kLease : absl::InfinitePast();
    states_[IdOf(entry.key)] = std::move(state);
  }
  return absl::OkStatus();
}

absl::StatusOr<Nodes::Connection> Nodes::Connect(const resolver::v1::Hello& hello) {
  const std::string name = NodeName(hello.node());
  NAVE_RETURN_IF_ERROR(CheckName(NodeType(), name));
  Connection connection;
  Node row;
  {
    absl::MutexLock lock(&mutex_);
    const auto found = states_.find(hello.node());
    if (found == states_.end() && states_.size() >= kMaxNodes) {
      return Error(api::v1::LIMIT_REACHED,
                   absl::StrCat("there are ", kMaxNodes, " nodes; delete those that are gone"));
    }
    connection.same_vpcs = found != states_.end() &&
                           Sorted(found->second.node.requested_vpcs()) == Sorted(hello.vpcs());
    State& state = states_[hello.node()];
    connection.session = ++last_session_;
    state.session = connection.session;
    state.connected = true;
    state.node.set_name(name);
    state.node.set_version(hello.version());
    *state.node.mutable_requested_vpcs() = hello.vpcs();
    *state.node.mutable_vpcs() = hello.vpcs();
    state.node.clear_acknowledged_revision();
    state.node.clear_refusal();
    state.node.clear_refused_revision();
    state.node.set_live(true);
    Renew(state);
    row = state.node;
  }
  NAVE_RETURN_IF_ERROR(Save(row));
  return connection;
}

absl::Status Nodes::Acknowledge(const std::string& node, Session session,
                                store::Revision revision) {
  absl::MutexLock lock(&mutex_);
  NAVE_ASSIGN_OR_RETURN(State* const state, Find(node, session));
  state->node.set_acknowledged_revision(revision);
  if (revision >= state->node.refused_revision()) {
    state->node.clear_refusal();
    state->node.clear_refused_revision();
  }
  Renew(*state);
  return absl::OkStatus();
}

absl::Status Nodes::Refuse(const std::string& node, Session session, store::Revision revision,
                           const std::string& reason) {
  log::Warning("a node refused a state", {{"node", node},
                                          {"revision", absl::StrCat(revision)},
                                          {"reason", reason.substr(0, kMaxRefusalBytes)}});
  absl::MutexLock lock(&mutex_);
  NAVE_ASSIGN_OR_RETURN(State* const state, Find(node, session));
  state->node.set_refusal(reason.substr(0, kMaxRefusalBytes));
  state->node.set_refused_revision(revision);
  Renew(*state);
  return absl::OkStatus();
}

absl::Status Nodes::Heartbeat(const std::string& node, Session session) {
  absl::MutexLock lock(&mutex_);
  NAVE_ASSIGN_OR_RETURN(State* const state, Find(node, session));
  Renew(*state);
  return absl::OkStatus();
}

void Nodes::SetVpcs(const std::string& node, Session session, std::vector<std::string> vpcs) {
  absl::MutexLock lock(&mutex_);
  const absl::StatusOr<State*> state = Find(node, session);
  if (!state.ok()) return;
  (*state)->node.clear_vpcs();
  for (std::string& vpc : vpcs) (*state)->node.add_vpcs(std::move(vpc));
}

bool Nodes::IsCurrent(const std::string& node, Session session) const {
  absl::MutexLock lock(&mutex_);
  const auto found = states_.find(node);
  return found != states_.end() && found->second.session == session && found->second.connected;
}

void Nodes::Disconnect(const std::string& node, Session session) {
  absl::MutexLock lock(&mutex_);
  const absl::StatusOr<State*> state = Find(node, session);
  if (!state.ok()) return;
  (*state)->connected = false;
  changed_.SignalAll();
}

absl::StatusOr<Node> Nodes::Get(const std::string& name) const {
  absl::MutexLock lock(&mutex_);
  const auto found = states_.find(IdOf(name));
  if (found == states_.end() || found->second.node.name() != name) return NotFoundError(name);
  return Shown(found->second);
}

std::vector<Node> Nodes::List() const {
  absl::MutexLock lock(&mutex_);
  std::vector<Node> nodes;
  for (const auto& [id, state] : states_) nodes.push_back(Shown(state));
  return nodes;
}

absl::StatusOr<store::Revision> Nodes::Delete(const std::string& name) {
  {
    absl::MutexLock lock(&mutex_);
    const auto found = states_.find(IdOf(name));
    if (found == states_.end() || found->second.node.name() != name) return NotFoundError(name);
    if (Live(found->second)) {
      return Error(api::v1::IN_USE, absl::StrCat("'", name, "' is live; stop it first"),
                   {{"resource", name}});
    }
    states_.erase(found);
  }
  store::CommitRequest request;
  request.deletes.push_back({store::Table::kNodes, name});
  return store_.Commit(std::move(request));
}

std::vector<std::string> Nodes::ConnectedTo(const std::string& vpc) const {
  absl::MutexLock lock(&mutex_);
  std::vector<std::string> ids;
  for (const auto& [id, state] : states_) {
    if (state.connected && Live(state) && Serves(state, vpc)) ids.push_back(id);
  }
  return ids;
}

ServedState Nodes::Current(const std::vector<std::string>& vpcs) {
  absl::MutexLock lock(&mutex_);
  absl::Time next_end;
  return Look(0, vpcs, &next_end);
}

ServedState Nodes::Wait(store::Revision revision, const std::vector<std::string>& vpcs,
                        absl::Time deadline) {
  absl::MutexLock lock(&mutex_);
  // Ends at the deadline at the latest.
  while (true) {
    absl::Time next_end;
    ServedState state = Look(revision, vpcs, &next_end);
    if (state.lagging_nodes.empty() || clock_.Now() >= deadline) return state;
    clock_.WaitUntil(changed_, mutex_, std::min(deadline, next_end));
  }
}

ServedState Nodes::Look(store::Revision revision, const std::vector<std::string>& vpcs,
                        absl::Time* next_end) const {
  ServedState result;
  *next_end = absl::InfiniteFuture();
  std::vector<bool> served(vpcs.size(), false);
  for (const auto& [id, state] : states_) {
    if (!Live(state)) continue;
    bool concerned = vpcs.empty();
    for (size_t i = 0; i < vpcs.size(); ++i) {
      if (!Serves(state, vpcs[i])) continue;
      served[i] = concerned = true;
    }
    if (!concerned) continue;
    const store::Revision acknowledged = state.node.acknowledged_revision();
    result.served_revision = result.nodes.empty()
                                 ? acknowledged
                                 : std::min<store::Revision>(result.served_revision, acknowledged);
    result.nodes.push_back(state.node.name());
    if (acknowledged >= revision) continue;
    result.lagging_nodes.push_back(state.node.name());
    *next_end = std::min(*next_end, state.lease_end);
  }
  for (size_t i = 0; i < vpcs.size(); ++i) {
    if (!served[i]) result.unserved_vpcs.push_back(vpcs[i]);
  }
  return result;
}

// A node that asked for every VPC gets one as soon as it has a listener.
bool Nodes::Serves(const State& state, const std::string& vpc) {
  const auto& requested = state.node.requested_vpcs();
  return requested.empty() || std::count(requested.begin(), requested.end(), vpc) > 0;
}

absl::StatusOr<Nodes::State*> Nodes::Find(const std::string& node, Session session) {
  const auto found = states_.find(node);
  if (found == states_.end() || found->second.session != session) {
    return absl::AbortedError("another stream of this node took over");
  }
  return &found->second;
}

void Nodes::Renew(State& state) {
  const absl::Time now = clock_.Now();
  state.lease_end = now + kLease;
  SetTime(now, state.node.mutable_last_heard_time());
  changed_.SignalAll();
}

Node Nodes::Shown(const State& state) const {
  Node node = state.node;
  node.set_live(Live(state));
  return node;
}

absl::Status Nodes::Save(const Node& node) {
  store::CommitRequest request;
  request.puts.push_back({store::Table::kNodes, node.name(), node.SerializeAsString()});
  return store_.Commit(std::move(request)).status();
}

}  // namespace nave::catalog
