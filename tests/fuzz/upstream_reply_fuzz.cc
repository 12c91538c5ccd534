// Any octets as a target's reply to a fixed question. The first octet chooses the question, and
// whether the octets are the whole reply or stand behind its id and question. What is taken must be
// of the asked name's chain alone, bounded in TTL and size, and be answered to clients, at once and
// from the cache, without growing older TTLs.
#include "lib/dns/message.h"
#include "lib/dns/rdata.h"
#include "resolver/reply.h"
#include "resolver/upstream_message.h"
#include "tests/fuzz/fuzzing.h"
#include "tests/fuzz/road.h"

namespace nave::resolver {
namespace {

using fuzzing::Require;

constexpr uint16_t kId = 0x1234;

dns::Question QuestionOf(uint8_t choice) {
  static const dns::Name name = dns::Name::FromText("www.Corp.test.").value();
  static const dns::RRType types[] = {dns::RRType::kA, dns::RRType::kAny, dns::RRType::kCname,
                                      dns::RRType::kTxt};
  return {name, types[choice & 3], dns::RRClass::kIn};
}

std::string MakeQueryWire(const dns::Question& question) {
  QueryForm form;
  form.mixed_case = false;
  std::string query = BuildQuery(question, ForwardOptions(), form);
  SetId(kId, &query);
  return query;
}

// The reply: flags and counts from the input, id and question as they were asked, then the input.
std::string Dress(absl::string_view octets, absl::string_view query) {
  std::string reply(query.substr(0, dns::kHeaderSize));
  const absl::string_view given = octets.substr(0, 2);
  for (size_t i = 0; i < given.size(); ++i) reply[2 + i] = given[i];
  reply[2] = static_cast<char>((reply[2] | 0x80) & ~0x78);
  octets.remove_prefix(given.size());
  // Counts of records up to 15, by one octet each.
  for (size_t section = 0; section < 3 && !octets.empty(); ++section) {
    reply[6 + 2 * section] = 0;
    reply[7 + 2 * section] = static_cast<char>(octets[0] & 15);
    octets.remove_prefix(1);
  }
  const size_t end = EmptyReply(query, dns::Rcode::kNoError).size();
  reply.append(query.data() + dns::kHeaderSize, end - dns::kHeaderSize);
  reply.append(octets.data(), octets.size());
  return reply;
}

// Each answer's owner was asked for, is the target of a CNAME before, or the DNAME above one.
void CheckChain(const dns::Question& question, const Reply& reply) {
  dns::Name name = question.name;
  for (const dns::RRset& rrset : reply.answers) {
    Require(!rrset.rdatas.empty(), "an RRset has data");
    if (rrset.type == dns::RRType::kDname || rrset.type == dns::RRType::kRrsig) continue;
    Require(rrset.owner == name, "an answer is on the chain");
    if (rrset.type != dns::RRType::kCname || question.type == dns::RRType::kCname ||
        question.type == dns::RRType::kAny) {
      continue;
    }
    const auto target = dns::RdataTarget(dns::RRType::kCname, rrset.rdatas.front());
    Require(target.has_value(), "a CNAME has a target");
    name = *target;
  }
  Require(reply.answers.size() <= 4 * (kMaxChainInReply + 1) || question.type == dns::RRType::kAny,
          "the chain is bounded");
}

void CheckReply(const dns::Question& question, const std::string& wire,
                const dns::Message& message) {
  const std::shared_ptr<const Reply> held = ReadReply(question, dns::ToOctets(wire));
  Require(held != nullptr, "what can be parsed is a reply");
  const Reply& reply = *held;
  Require(reply.rcode == message.FullRcode(), "the RCODE is theirs");
  Require(reply.ttl_seconds <= kMaxTtlSeconds, "the TTL is bounded");
  if (reply.answers.empty()) {
    Require(reply.ttl_seconds <= std::max(kMaxNegativeTtlSeconds, kFailureTtlSeconds),
            "a negative answer's too");
  }
  CheckChain(question, reply);
  // Compression at its worst: a pointer of two octets for a name of 255, in owner and rdata.
  Require(reply.ByteSize() <= sizeof(Reply) + 1024 * (wire.size() + 1), "memory is bounded");
}

uint32_t LeastTtl(const dns::Message& message) {
  uint32_t least = UINT32_MAX;
  for (const dns::ResourceRecord& record : message.answers) least = std::min(least, record.ttl);
  return least;
}

dns::Message LastAnswer(const Road& road) {
  dns::Message message;
  Require(dns::ParseMessage(road.answers().back(), &message) == dns::WireError::kOk,
          "the client's answer can be read");
  return message;
}

void CheckRoad(const dns::Question& question, const dns::Message& reply) {
  static const auto& snapshot = *new std::shared_ptr<const Snapshot>(FullSnapshot());
  static const net::Endpoint peer = *net::Endpoint::Parse("10.1.0.9:4000");
  Road road(snapshot);
  road.AskName(question.name, question.type, 0, peer);
  Require(road.asked().size() == 1, "the question goes to targets");
  for (int asked = 0; !road.asked().empty(); ++asked) {
    Require(asked <= kMaxFollows, "following ends");
    road.AnswerAll(&reply);
  }
  Require(road.answers().size() == 1, "one answer");
  const dns::Message first = LastAnswer(road);
  road.clock().Advance(absl::Seconds(2));
  road.AskName(question.name, question.type, 0, peer);
  if (!road.asked().empty()) return road.AnswerAll(nullptr);
  const dns::Message second = LastAnswer(road);
  Require(second.answers.empty() || LeastTtl(second) <= LeastTtl(first), "TTLs do not grow");
}

void Check(fuzzing::Input input) {
  const uint8_t choice = input.U8();
  const dns::Question question = QuestionOf(choice);
  const std::string query = MakeQueryWire(question);
  std::string wire((choice & 4) != 0 ? std::string(input.Rest()) : Dress(input.Rest(), query));
  const ReplyMatch match = MatchReply(dns::ToOctets(wire), query);
  if (match == ReplyMatch::kNo || match == ReplyMatch::kHeaderOnly) return;
  const size_t size = wire.size();
  RestoreCase(question.name, &wire);
  Require(wire.size() == size, "restoring the case keeps the size");
  Require(MatchReply(dns::ToOctets(wire), query) == ReplyMatch::kExact, "now it is exact");
  dns::Message message;
  if (dns::ParseMessage(wire, &message) != dns::WireError::kOk) {
    return Require(ReadReply(question, dns::ToOctets(wire)) == nullptr, "nor is it a reply");
  }
  Require(message.questions.size() == 1 && message.questions[0] == question, "the question");
  CheckReply(question, wire, message);
  if (!message.header.tc) CheckRoad(question, message);
}

}  // namespace
}  // namespace nave::resolver

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  nave::resolver::Check(nave::fuzzing::Input(data, size));
  return 0;
}
