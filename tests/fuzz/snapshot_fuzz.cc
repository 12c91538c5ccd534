// Any octets as a snapshot: its JSON form when they begin with a brace, else its binary form.
// Either an error with words, or a state that survives its own forms, compiles again to the same,
// and answers questions.
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/util/json_util.h>

#include "resolver/file_source.h"
#include "resolver/snapshot_compiler.h"
#include "tests/fuzz/fuzzing.h"
#include "tests/fuzz/road.h"

namespace nave::resolver {
namespace {

using fuzzing::Require;

constexpr size_t kMaxQuestions = 64;

absl::StatusOr<State> Read(absl::string_view octets) {
  if (!octets.empty() && octets[0] == '{') return ParseSnapshotJson(octets);
  v1::Snapshot snapshot;
  if (!snapshot.ParseFromArray(octets.data(), static_cast<int>(octets.size()))) {
    return absl::InvalidArgumentError("not the binary form");
  }
  return StateFromSnapshot(std::move(snapshot));
}

void CheckForms(const State& state) {
  const v1::Snapshot snapshot = SnapshotFromState(state);
  const absl::StatusOr<State> again = StateFromSnapshot(snapshot);
  Require(again.ok(), "a state is a snapshot");
  Require(SnapshotFromState(*again).SerializeAsString() == snapshot.SerializeAsString(),
          "the same one");
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(snapshot, &json).ok()) return;
  Require(ParseSnapshotJson(json).ok(), "a state's JSON form reads back");
}

void Ask(Road* road, const dns::Name& name, size_t listener) {
  static const net::Endpoint peers[] = {*net::Endpoint::Parse("10.1.0.9:4000"),
                                        *net::Endpoint::Parse("[fd00::9]:4000")};
  for (const dns::RRType type : {dns::RRType::kA, dns::RRType::kAny, dns::RRType::kSoa}) {
    road->Forget();
    road->AskName(name, type, listener, peers[listener % 2]);
    for (int asked = 0; !road->asked().empty(); ++asked) {
      Require(asked <= kMaxFollows, "following ends");
      road->AnswerAll(nullptr);
    }
    Require(road->answers().size() == 1, "every question is answered");
    dns::Message message;
    Require(dns::ParseMessage(road->answers()[0], &message) == dns::WireError::kOk,
            "an answer can be read");
  }
}

void AskAll(const State& state, std::shared_ptr<const Snapshot> snapshot) {
  const size_t listeners = snapshot->listeners().size();
  Road road(std::move(snapshot));
  size_t left = kMaxQuestions;
  for (const auto& [name, stored] : state.zones) {
    const v1::Zone zone = stored->Read();
    for (int i = -1; i < zone.rrsets_size() && left > 0; ++i, --left) {
      const auto owner = dns::Name::FromText(i < 0 ? zone.apex() : zone.rrsets(i).owner());
      Require(owner.ok(), "what was compiled has names");
      Ask(&road, *owner, left % std::max<size_t>(listeners, 1));
      if (const auto below = owner->Child("below")) Ask(&road, *below, left);
    }
  }
  for (const auto& [name, rule] : state.rules) {
    if (left-- == 0) return;
    Ask(&road, dns::Name::FromText(rule->domain_name()).value(), left);
  }
}

void Check(absl::string_view octets) {
  const absl::StatusOr<State> state = Read(octets);
  if (!state.ok()) return Require(!state.status().message().empty(), "an error has words");
  CheckForms(*state);
  SnapshotCompiler compiler;
  const auto snapshot = compiler.Compile(*state);
  const auto again = compiler.Compile(*state);
  Require(snapshot.status() == again.status(), "compiling again is the same");
  if (!snapshot.ok()) {
    Require(absl::IsInvalidArgument(snapshot.status()), "a refusal is INVALID_ARGUMENT");
    return Require(!snapshot.status().message().empty(), "a refusal has words");
  }
  Require((*snapshot)->revision() == state->revision, "the revision is the state's");
  Require((*snapshot)->zone_count() == (*again)->zone_count(), "as many zones");
  AskAll(*state, *snapshot);
}

}  // namespace
}  // namespace nave::resolver

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  // A word about every input that is no message would fill the log.
  google::protobuf::SetLogHandler(nullptr);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  nave::resolver::Check(nave::fuzzing::Input(data, size).Rest());
  return 0;
}
