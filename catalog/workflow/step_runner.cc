#include "catalog/workflow/step_runner.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "catalog/errors.h"
#include "catalog/governance/read.h"
#include "catalog/governance/times.h"
#include "catalog/resource_name.h"
#include "catalog/workflow/ending.h"
#include "catalog/workflow/intents.h"
#include "catalog/workflow/planner.h"
#include "catalog/workflow/records.h"
#include "catalog/workflow/retry.h"
#include "lib/base/log.h"
#include "lib/base/random.h"
#include "lib/base/status_macros.h"

namespace nave::catalog {
namespace {

using store::Transaction;
using store::v1::StepRecord;
using v1::ProvisionedProduct;

// The rights of the product as they are now: a role that was taken away no longer consents.
absl::StatusOr<std::string> LaunchRoleOf(store::Reader& reader, const std::string& version) {
  NAVE_ASSIGN_OR_RETURN(auto product, ReadResource<v1::Product>(reader, ParentOf(version)));
  return product.launch_role();
}

void RecordIntent(const StepRecord& step, store::v1::IntentSet* made) {
  auto* intents = made->mutable_intents();
  auto same = [&](const store::v1::Intent& intent) {
    return intent.name() == step.intent().name();
  };
  intents->erase(std::remove_if(intents->begin(), intents->end(), same), intents->end());
  if (step.action() == StepRecord::CREATE) *made->add_intents() = step.intent();
}

absl::Status LagError(const ServedState& state) {
  return Error(
      api::v1::WAIT_TIMED_OUT,
      absl::StrCat("the change is made, but these nodes have not acknowledged it in time: ",
                   absl::StrJoin(state.lagging_nodes, ", "), "; look at them, then redrive"),
      {{"nodes", absl::StrJoin(state.lagging_nodes, ",")}});
}

}  // namespace

absl::StatusOr<std::optional<StepRunner::Turn>> StepRunner::ReadTurn(store::Reader& reader,
                                                                     const std::string& operation) {
  NAVE_ASSIGN_OR_RETURN(auto item, FindWork(reader, operation));
  NAVE_ASSIGN_OR_RETURN(auto found, FindOperation(reader, operation));
  const bool waits = item.has_value() && found.has_value() &&
                     found->state() == v1::Operation::RUNNING &&
                     item->next_step() < item->steps_size();
  if (!waits) return std::optional<Turn>();
  return std::optional<Turn>(Turn{*std::move(found), *std::move(item)});
}

StepResult StepRunner::TakeStep(const std::string& operation) {
  absl::StatusOr<StepResult> result = Take(operation);
  if (result.ok()) return *result;
  log::Warning("a step can neither be taken nor its failure recorded; it is tried again",
               {{"operation", operation}, {"error", result.status().ToString()}});
  return {StepResult::kLater, clock_.Now() + kStorePause};
}

absl::StatusOr<StepResult> StepRunner::Take(const std::string& operation) {
  std::optional<Turn> turn;
  {
    NAVE_ASSIGN_OR_RETURN(auto snapshot, store_.Read());
    NAVE_ASSIGN_OR_RETURN(turn, ReadTurn(*snapshot, operation));
  }
  if (!turn.has_value()) return StepResult{StepResult::kEnded, {}};
  const absl::Time not_before = TimeOf(turn->item.not_before());
  if (clock_.Now() < not_before) return StepResult{StepResult::kLater, not_before};
  absl::Status done;
  if (turn->step().action() == StepRecord::AWAIT_SERVED) {
    bool later = false;
    done = AwaitServed(*turn, &later);
    if (later) return StepResult{StepResult::kLater, clock_.Now() + kServedPause};
    if (done.ok()) return StepResult{StepResult::kEnded, {}};
  } else {
    done = CommitChange(*turn);
    if (done.ok()) return StepResult{StepResult::kNext, {}};
  }
  return RecordFailure(operation, turn->item.next_step(), done);
}

absl::Status StepRunner::CommitChange(const Turn& expected) {
  auto work = [&](Transaction& transaction) -> absl::Status {
    NAVE_ASSIGN_OR_RETURN(auto turn, ReadTurn(transaction, expected.operation.name()));
    if (!turn.has_value() || turn->item.next_step() != expected.item.next_step()) {
      return absl::OkStatus();
    }
    const absl::Time now = clock_.Now();
    const v1::Operation& operation = turn->operation;
    NAVE_ASSIGN_OR_RETURN(auto product, ReadResource<ProvisionedProduct>(
                                            transaction, operation.provisioned_product()));
    NAVE_ASSIGN_OR_RETURN(std::string role, LaunchRoleOf(transaction, product.version()));
    Actor actor = ActorFor(operation.principal(), product.name(), role, now);
    actor.delete_foreign_records = turn->item.delete_foreign_records();
    NAVE_RETURN_IF_ERROR(ApplyStep(transaction, actor, turn->step()));
    return MarkChange(transaction, now, *std::move(turn));
  };
  return store::RunTransaction(store_, work).status();
}

absl::Status StepRunner::MarkChange(Transaction& transaction, absl::Time now, Turn turn) {
  const std::string& name = turn.operation.provisioned_product();
  NAVE_ASSIGN_OR_RETURN(store::v1::IntentSet made, ReadIntents(transaction, name));
  RecordIntent(turn.step(), &made);
  PutIntents(transaction, name, made);
  NAVE_ASSIGN_OR_RETURN(auto product, ReadResource<ProvisionedProduct>(transaction, name));
  product.clear_resources();
  for (const store::v1::Intent& intent : made.intents()) product.add_resources(intent.name());
  NAVE_RETURN_IF_ERROR(PutProduct(transaction, now, std::move(product)));

  v1::Step* step = turn.operation.mutable_steps(turn.item.next_step());
  step->set_state(v1::Step::DONE);
  step->set_attempts(step->attempts() + 1);
  step->clear_last_error();
  turn.operation.clear_retry_time();
  AddHistory(transaction, now, turn.operation,
             absl::StrCat("step ", step->id(), " done: ", step->action()), step->resource());
  PutOperation(transaction, now, turn.operation);

  turn.item.set_next_step(turn.item.next_step() + 1);
  turn.item.set_attempts(0);
  const bool waits = turn.item.next_step() + 1 == turn.item.steps_size();
  SetTime(now, turn.item.mutable_not_before());
  SetTime(now + (waits ? served_timeout_ : kStepTimeout), turn.item.mutable_deadline());
  PutWork(transaction, turn.item);
  EmitEvent(transaction, now, turn.operation, kStepDone);
  return absl::OkStatus();
}

absl::Status StepRunner::AwaitServed(const Turn& turn, bool* later) {
  const std::vector<std::string> vpcs = VpcsOf(turn.item);
  const store::Revision wanted = turn.operation.committed_revision();
  ServedState state;
  if (wanted > 0 && !vpcs.empty()) {
    state = served_.Wait(wanted, vpcs, clock_.Now() + kServedSlice);
    if (!state.lagging_nodes.empty()) {
      *later = clock_.Now() < TimeOf(turn.item.deadline());
      return *later ? absl::OkStatus() : LagError(state);
    }
  }
  auto work = [&](Transaction& transaction) -> absl::Status {
    NAVE_ASSIGN_OR_RETURN(auto now, ReadTurn(transaction, turn.operation.name()));
    if (!now.has_value()) return absl::OkStatus();
    return Succeed(transaction, clock_.Now(), now->operation, now->item, state);
  };
  return store::RunTransaction(store_, work).status();
}

absl::StatusOr<StepResult> StepRunner::RecordFailure(const std::string& operation, int step,
                                                     const absl::Status& error) {
  StepResult result;
  auto work = [&](Transaction& transaction) -> absl::Status {
    result = {StepResult::kEnded, {}};
    NAVE_ASSIGN_OR_RETURN(auto turn, ReadTurn(transaction, operation));
    if (!turn.has_value()) return absl::OkStatus();
    // The commit whose error was told is there all the same: its step is done.
    result.outcome = StepResult::kNext;
    if (turn->item.next_step() != step) return absl::OkStatus();
    const absl::Time now = clock_.Now();
    const int attempts = turn->item.attempts() + 1;
    turn->item.set_attempts(attempts);
    v1::Step* record = turn->operation.mutable_steps(step);
    record->set_attempts(record->attempts() + 1);
    record->set_last_error(std::string(error.message()));
    if (IsPermanent(error) || attempts >= kMaxStepAttempts ||
        now >= TimeOf(turn->item.deadline())) {
      result.outcome = StepResult::kEnded;
      return GiveUp(transaction, now, turn->operation, turn->item, error);
    }
    result = {StepResult::kLater, now + BackoffAfter(attempts, RandomUint64())};
    SetTime(result.when, turn->item.mutable_not_before());
    SetTime(result.when, turn->operation.mutable_retry_time());
    PutWork(transaction, turn->item);
    PutOperation(transaction, now, turn->operation);
    return absl::OkStatus();
  };
  NAVE_RETURN_IF_ERROR(store::RunTransaction(store_, work).status());
  return result;
}

}  // namespace nave::catalog
