#include "tests/resolver/resolver_testing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_join.h"
#include "lib/dns/zone_file.h"
#include "resolver/file_source.h"
#include "resolver/snapshot_compiler.h"

namespace nave::resolver {

dns::Name N(absl::string_view text) {
  absl::StatusOr<dns::Name> name = dns::Name::FromText(text);
  EXPECT_TRUE(name.ok()) << name.status();
  return name.ok() ? *name : dns::Name();
}

std::vector<dns::RRset> ParseRecords(const std::vector<std::string>& records) {
  auto file = dns::ReadZoneFile(absl::StrJoin(records, "\n"), dns::ZoneFileOptions());
  EXPECT_TRUE(file.ok()) << file.status();
  return file.ok() ? file->rrsets : std::vector<dns::RRset>();
}

std::shared_ptr<const Zone> MakeZone(absl::string_view apex,
                                     const std::vector<std::string>& records) {
  auto zone = Zone::Make("accounts/a/zones/z", N(apex), ParseRecords(records));
  EXPECT_TRUE(zone.ok()) << zone.status();
  return zone.ok() ? *zone : nullptr;
}

State StateFromJson(std::string json) {
  std::replace(json.begin(), json.end(), '\'', '"');
  absl::StatusOr<State> state = ParseSnapshotJson(json);
  EXPECT_TRUE(state.ok()) << state.status();
  return state.ok() ? *state : State();
}

std::shared_ptr<const Snapshot> Compile(const State& state) {
  auto snapshot = SnapshotCompiler().Compile(state);
  EXPECT_TRUE(snapshot.ok()) << snapshot.status();
  return snapshot.ok() ? *snapshot : nullptr;
}

std::shared_ptr<const Snapshot> CompileJson(std::string json) {
  return Compile(StateFromJson(std::move(json)));
}

std::shared_ptr<Reply> MakeTestReply(const dns::Question& question, const dns::Message& message,
                                     const net::Endpoint& target, absl::Time now) {
  std::shared_ptr<Reply> reply = ReadReply(question, dns::ToOctets(dns::SerializeMessage(message)));
  EXPECT_NE(reply, nullptr) << message.ToText();
  reply->target = target;
  reply->received = now;
  return reply;
}

Query MakeTestQuery(absl::string_view qname, dns::RRType qtype, bool recursion_desired) {
  Query query;
  query.header.rd = recursion_desired;
  query.question = {N(qname), qtype, dns::RRClass::kIn};
  query.has_question = true;
  return query;
}

std::vector<std::string> Texts(const AnswerSection& section) {
  std::vector<std::string> texts;
  for (const AnswerRRset& rrset : section) {
    for (const absl::string_view rdata : *rrset.rdatas) {
      texts.push_back(dns::ResourceRecord{rrset.owner, rrset.type, dns::RRClass::kIn, rrset.ttl,
                                          std::string(rdata)}
                          .ToText());
    }
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

std::vector<std::string> Texts(const std::vector<dns::ResourceRecord>& section) {
  std::vector<std::string> texts;
  for (const dns::ResourceRecord& record : section) texts.push_back(record.ToText());
  std::sort(texts.begin(), texts.end());
  return texts;
}

}  // namespace nave::resolver
