// What the resolver's tests share: states from JSON, records from text, queries, answers as text.
#ifndef NAVE_TESTS_RESOLVER_RESOLVER_TESTING_H_
#define NAVE_TESTS_RESOLVER_RESOLVER_TESTING_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lib/dns/message.h"
#include "lib/dns/rrset.h"
#include "lib/net/endpoint.h"
#include "resolver/answer.h"
#include "resolver/query.h"
#include "resolver/reply.h"
#include "resolver/snapshot.h"
#include "resolver/state.h"

namespace nave::resolver {

dns::Name N(absl::string_view text);
// Records in presentation form: "www.example.com. 60 IN A 192.0.2.1".
std::vector<dns::RRset> ParseRecords(const std::vector<std::string>& records);
// A zone; fails the test if it cannot be made.
std::shared_ptr<const Zone> MakeZone(absl::string_view apex,
                                     const std::vector<std::string>& records);
// The JSON form of a snapshot, with ' for ".
State StateFromJson(std::string json);
std::shared_ptr<const Snapshot> Compile(const State& state);
std::shared_ptr<const Snapshot> CompileJson(std::string json);

// `message` as what `target` replied at `now` to the question.
std::shared_ptr<Reply> MakeTestReply(const dns::Question& question, const dns::Message& message,
                                     const net::Endpoint& target = net::Endpoint(),
                                     absl::Time now = absl::UnixEpoch());

Query MakeTestQuery(absl::string_view qname, dns::RRType qtype, bool recursion_desired = true);
// Each record of the section as text, sorted.
std::vector<std::string> Texts(const AnswerSection& section);
std::vector<std::string> Texts(const std::vector<dns::ResourceRecord>& section);

}  // namespace nave::resolver

#endif  // NAVE_TESTS_RESOLVER_RESOLVER_TESTING_H_
