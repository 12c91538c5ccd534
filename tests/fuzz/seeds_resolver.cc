#include "absl/strings/str_cat.h"
#include "lib/dns/message.h"
#include "lib/dns/rdata.h"
#include "resolver/file_source.h"
#include "resolver/state_file_format.h"
#include "tests/fuzz/full_snapshot.h"
#include "tests/fuzz/fuzzing.h"
#include "tests/fuzz/seeds.h"

namespace nave::fuzzing {
namespace {

using dns::RRType;
using resolver::State;

std::string Of(uint8_t octet) { return std::string(1, static_cast<char>(octet)); }

dns::Name NameOf(absl::string_view text) { return dns::Name::FromText(text).value(); }

struct QuerySeed {
  const char* name;
  const char* qname;
  RRType type;
};

// Names of kFullSnapshotJson, one for each outcome.
constexpr QuerySeed kQueries[] = {
    {"answer", "WWW.one.test.", RRType::kA},
    {"any", "www.one.test.", RRType::kAny},
    {"nodata", "www.one.test.", RRType::kMx},
    {"nxdomain", "no.one.test.", RRType::kA},
    {"empty_non_terminal", "ent.one.test.", RRType::kA},
    {"wildcard", "x.wild.one.test.", RRType::kTxt},
    {"cname", "alias.one.test.", RRType::kAaaa},
    {"cname_loop", "loop.one.test.", RRType::kA},
    {"cname_out_of_the_zone", "out.one.test.", RRType::kA},
    {"dname", "www.moved.one.test.", RRType::kA},
    {"referral", "a.cut.one.test.", RRType::kA},
    {"large", "big.one.test.", RRType::kTxt},
    {"srv", "_s._tcp.one.test.", RRType::kSrv},
    {"other_zone", "a.sub.one.test.", RRType::kA},
    {"forward", "www.corp.test.", RRType::kA},
    {"system", "a.not.corp.test.", RRType::kA},
    {"nothing", "nothing.test.", RRType::kA},
    {"transfer", "one.test.", RRType::kAxfr},
};

void AddQueries(std::vector<Seed>* seeds) {
  for (const QuerySeed& one : kQueries) {
    dns::Message query = dns::MakeQuery(0x1234, NameOf(one.qname), one.type);
    seeds->push_back({"query", one.name, Of(0) + dns::SerializeMessage(query)});
    query.edns.emplace();
    query.edns->dnssec_ok = true;
    query.edns->Add(dns::EdnsOptionCode::kNsid, "");
    seeds->push_back(
        {"query", absl::StrCat(one.name, "_edns"), Of(9) + dns::SerializeMessage(query)});
  }
  dns::Message update = dns::MakeQuery(1, NameOf("one.test."), RRType::kSoa, false);
  update.header.opcode = dns::Opcode::kUpdate;
  seeds->push_back({"query", "update", Of(0) + dns::SerializeMessage(update)});
}

dns::ResourceRecord RecordOf(absl::string_view owner, RRType type, absl::string_view rdata) {
  return {NameOf(owner), type, dns::RRClass::kIn, 60, dns::RdataFromText(type, rdata).value()};
}

void AddReplies(std::vector<Seed>* seeds) {
  const auto add = [&](absl::string_view name, dns::Message reply) {
    reply.header.id = 0x1234;
    reply.header.ra = true;
    seeds->push_back({"upstream_reply", std::string(name), Of(4) + dns::SerializeMessage(reply)});
  };
  const dns::Message query = dns::MakeQuery(0x1234, NameOf("www.corp.test."), RRType::kA);
  const dns::Message empty = dns::MakeReply(query, dns::Rcode::kNoError);
  dns::Message reply = empty;
  reply.answers.push_back(RecordOf("www.corp.test.", RRType::kA, "192.0.2.5"));
  reply.edns.emplace();
  reply.edns->AddExtendedError(dns::ExtendedErrorCode::kStaleAnswer, "old");
  add("answer", reply);
  reply = empty;
  reply.answers.push_back(RecordOf("corp.test.", RRType::kDname, "two.test."));
  reply.answers.push_back(RecordOf("www.corp.test.", RRType::kCname, "www.two.test."));
  reply.answers.push_back(RecordOf("www.two.test.", RRType::kCname, "a.two.test."));
  reply.answers.push_back(RecordOf("a.two.test.", RRType::kA, "192.0.2.6"));
  add("chain", reply);
  reply.answers.pop_back();
  add("chain_without_end", reply);
  reply = dns::MakeReply(query, dns::Rcode::kNxDomain);
  reply.authorities.push_back(
      RecordOf("corp.test.", RRType::kSoa, "ns.corp.test. a.corp.test. 1 2 3 4 5"));
  add("nxdomain", reply);
  reply = empty;
  reply.authorities.push_back(RecordOf("corp.test.", RRType::kNs, "ns.corp.test."));
  reply.additionals.push_back(RecordOf("ns.corp.test.", RRType::kA, "192.0.2.7"));
  add("referral", reply);
  add("servfail", dns::MakeReply(query, dns::Rcode::kServFail));
  reply = empty;
  reply.header.tc = true;
  add("truncated", reply);
  // Behind the question that the target puts in front: flags, counts, one record.
  const std::string record = std::string("\xC0\x0C\0\1\0\1\0\0\0\x3C\0\4\xC0\0\2\1", 16);
  seeds->push_back(
      {"upstream_reply", "behind_the_question", Of(0) + std::string("\x85\x80\1\0\0", 5) + record});
  // Its class is none of ours, its rdata empty where the type wants fields.
  seeds->push_back({"upstream_reply", "soa_of_another_class",
                    Of(0) + std::string("\0\0\0\1\0\0\0\6\0\0\xF8\0\0\xF8\0\0", 16)});
}

std::string Encode(const State& state) {
  std::string octets;
  Require(resolver::EncodeState(state,
                                [&](absl::string_view piece) {
                                  octets.append(piece.data(), piece.size());
                                  return absl::OkStatus();
                                })
              .ok(),
          "a state can be written");
  return octets;
}

void AddStates(std::vector<Seed>* seeds) {
  constexpr size_t kBefore = 12, kBehind = 32;
  const State full = resolver::ParseSnapshotJson(resolver::kFullSnapshotJson).value();
  State small = full;
  small.zones.erase("z");
  for (const auto& [name, state] : {std::make_pair("empty", State()),
                                    std::make_pair("small", small), std::make_pair("full", full)}) {
    const std::string octets = Encode(state);
    seeds->push_back({"state_file", name, Of(0) + octets});
    // The target puts format and checksum around it.
    seeds->push_back({"state_file", absl::StrCat(name, "_inside"),
                      Of(1) + octets.substr(kBefore, octets.size() - kBefore - kBehind)});
    const resolver::v1::Snapshot snapshot = resolver::SnapshotFromState(state);
    seeds->push_back({"snapshot", absl::StrCat(name, "_binary"), snapshot.SerializeAsString()});
  }
}

void AddSnapshots(std::vector<Seed>* seeds) {
  const auto add = [&](const char* name, absl::string_view json) {
    seeds->push_back({"snapshot", name, std::string(json)});
  };
  add("full_json", resolver::kFullSnapshotJson);
  add("two_zones_of_one_apex",
      R"({"views":[{"name":"v","zones":["a","b"]}],"zones":[{"name":"a","apex":"x."},)"
      R"({"name":"b","apex":"X."}]})");
  add("malformed_rdata",
      R"({"zones":[{"name":"a","apex":"x.","rrsets":[{"owner":"x.","type":"A","rdata":["1"]}]}]})");
  add("rule_without_targets",
      R"({"views":[{"name":"v","rules":["r"]}],"rules":[{"name":"r","domainName":".",)"
      R"("kind":"FORWARD"}]})");
  add("unknown_field", R"({"viewz":[]})");
  add("networks",
      R"({"listeners":[{"address":"127.0.0.1:53","views":["v","w"]}],"views":[{"name":"v",)"
      R"("networks":["10.0.0.0/8","::/0"]},{"name":"w","networks":["10.1.0.0/16"]}]})");
}

}  // namespace

std::vector<Seed> ResolverSeeds() {
  std::vector<Seed> seeds;
  AddQueries(&seeds);
  AddReplies(&seeds);
  AddStates(&seeds);
  AddSnapshots(&seeds);
  return seeds;
}

}  // namespace nave::fuzzing
