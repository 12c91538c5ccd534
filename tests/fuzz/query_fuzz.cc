// Any octets as a client's query, on a fixed state: exactly one answer, or none where none is due;
// an answer that can be read, that repeats id and question, and keeps to its size. What goes to
// targets comes back, and the same again from the cache.
#include "lib/dns/message.h"
#include "resolver/query.h"
#include "tests/fuzz/fuzzing.h"
#include "tests/fuzz/road.h"

namespace nave::resolver {
namespace {

using fuzzing::Require;

struct Client {
  size_t listener;
  net::Endpoint peer;
  bool is_tcp;
};

Client MakeClient(uint8_t choice) {
  static const net::Endpoint peers[] = {
      *net::Endpoint::Parse("10.1.0.9:4000"), *net::Endpoint::Parse("10.2.0.9:4000"),
      *net::Endpoint::Parse("[fd00::9]:4000"), *net::Endpoint::Parse("198.51.100.1:4000")};
  return {static_cast<size_t>(choice & 1), peers[choice >> 1 & 3], (choice & 8) != 0};
}

// The reading by parts and the reading as a whole must judge alike.
void CheckParsed(absl::string_view wire, const ParsedQuery& parsed) {
  if (wire.size() < dns::kHeaderSize) {
    return Require(parsed.verdict == QueryVerdict::kDrop, "less than a header is dropped");
  }
  dns::Message message;
  const dns::WireError error = dns::ParseMessage(wire, &message);
  if (message.header.qr) return Require(parsed.verdict == QueryVerdict::kDrop, "no response");
  Require(parsed.verdict != QueryVerdict::kDrop, "everything else is answered");
  if (parsed.verdict != QueryVerdict::kAccept) return;
  Require(error == dns::WireError::kOk && message.questions.size() == 1, "a whole query");
  const Query& query = parsed.query;
  Require(query.question == message.questions[0], "the question");
  Require(query.has_edns == message.edns.has_value(), "EDNS");
  Require(query.udp_payload_size >= dns::kMinUdpPayloadSize, "at least 512 octets");
}

void CheckAnswer(const Client& client, const ParsedQuery& parsed, absl::string_view answer) {
  const Query& query = parsed.query;
  dns::Message message;
  Require(dns::ParseMessage(answer, &message) == dns::WireError::kOk, "an answer can be read");
  Require(message.header.qr && message.header.id == query.header.id, "it answers the query");
  Require(message.header.opcode == query.header.opcode && message.header.rd == query.header.rd,
          "opcode and RD are repeated");
  Require(message.questions.size() == (query.has_question ? 1u : 0u), "the question is repeated");
  if (query.has_question) {
    Require(message.questions[0].name.EqualsWithCase(query.question.name) &&
                message.questions[0] == query.question,
            "in its case");
  }
  Require(message.edns.has_value() == query.has_edns, "OPT for OPT (RFC 6891 section 6.1.1)");
  if (client.is_tcp) return Require(!message.header.tc, "TCP is never truncated");
  const size_t limit = query.has_edns
                           ? std::min(query.udp_payload_size, dns::kDefaultUdpPayloadSize)
                           : dns::kMinUdpPayloadSize;
  Require(answer.size() <= limit, "no more than the client takes");
}

dns::Message ReplyFor(const dns::Question& question) {
  dns::Message reply =
      dns::MakeReply(dns::MakeQuery(1, question.name, question.type), dns::Rcode::kNoError);
  reply.answers.push_back(
      {question.name, dns::RRType::kA, dns::RRClass::kIn, 60, std::string("\xC0\0\2\5", 4)});
  return reply;
}

// The one answer, targets asked where that is needed.
std::string AskToTheEnd(const Client& client, const ParsedQuery& parsed, absl::string_view wire,
                        Road* road) {
  road->Forget();
  road->Ask(wire, client.listener, client.peer, client.is_tcp);
  Require(road->answers().size() + road->asked().size() == 1, "one answer, or one question on");
  for (int asked = 0; !road->asked().empty(); ++asked) {
    Require(asked <= kMaxFollows, "following ends");
    Require(parsed.verdict == QueryVerdict::kAccept, "only good questions go on");
    const dns::Message reply = ReplyFor(road->asked()[0].question);
    road->AnswerAll(&reply);
  }
  Require(road->answers().size() == 1 && road->handler().waiter_count() == 0,
          "one answer in the end");
  return road->answers()[0];
}

void Check(fuzzing::Input input) {
  static const auto& snapshot = *new std::shared_ptr<const Snapshot>(FullSnapshot());
  const Client client = MakeClient(input.U8());
  const absl::string_view wire = input.Rest();
  const ParsedQuery parsed = ParseQuery(dns::ToOctets(wire));
  CheckParsed(wire, parsed);
  Road road(snapshot);
  const std::string answer = AskToTheEnd(client, parsed, wire, &road);
  if (parsed.verdict == QueryVerdict::kDrop) return Require(answer.empty(), "dropped");
  CheckAnswer(client, parsed, answer);
  const std::string second = AskToTheEnd(client, parsed, wire, &road);
  Require(second.size() == answer.size(), "the second answer is as long as the first");
}

}  // namespace
}  // namespace nave::resolver

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  nave::resolver::Check(nave::fuzzing::Input(data, size));
  return 0;
}
