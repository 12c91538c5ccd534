// A handler with a zone, a rule and a fake target, and what its clients got.
#ifndef NAVE_TESTS_RESOLVER_QUERY_HANDLER_TESTING_H_
#define NAVE_TESTS_RESOLVER_QUERY_HANDLER_TESTING_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "lib/dns/wire_reader.h"
#include "resolver/query_handler.h"
#include "tests/resolver/fake_upstream.h"
#include "tests/resolver/resolver_testing.h"
#include "tests/testing/fake_clock.h"

namespace nave::resolver {

class FakeResponder : public Responder {
 public:
  absl::Span<uint8_t> AnswerBuffer(const ReplyPath&) override { return absl::MakeSpan(buffer_); }
  void Respond(const ReplyPath& path, size_t size) override {
    peers.push_back(path.peer);
    dns::Message message;
    if (size > 0) {
      EXPECT_EQ(dns::ParseMessage(absl::MakeConstSpan(buffer_).subspan(0, size), &message),
                dns::WireError::kOk);
    } else {
      ++empty;
    }
    messages.push_back(message);
  }

  std::vector<dns::Message> messages;
  std::vector<net::Endpoint> peers;
  int empty = 0;

 private:
  std::vector<uint8_t> buffer_ = std::vector<uint8_t>(dns::kMaxMessageSize);
};

inline constexpr char kHandlerState[] = R"({
  'listeners': [{'address': '127.0.0.1:1', 'views': ['v', 'w']}],
  'views': [{'name': 'v', 'networks': ['10.1.0.0/16'], 'zones': ['z'], 'rules': ['r', 's']},
            {'name': 'w', 'networks': ['10.2.0.0/16'], 'rules': ['r']}],
  'zones': [{'name': 'z', 'apex': 'one.test.', 'rrsets': [
    {'owner': 'www.one.test.', 'type': 'A', 'ttl': 60, 'rdata': ['192.0.2.1']}]}],
  'rules': [{'name': 'r', 'domainName': 'corp.test.', 'kind': 'FORWARD',
             'targets': [{'address': '192.0.2.100'}]},
            {'name': 's', 'domainName': 'other.test.', 'kind': 'FORWARD',
             'targets': [{'address': '192.0.2.101'}]}]})";

class QueryHandlerTest : public ::testing::Test {
 protected:
  void SetUp() override { handler_.SetSnapshot(CompileJson(kHandlerState)); }
  // What is under way is called back, as when a worker stops.
  void TearDown() override {
    owned_upstream_.reset();
    EXPECT_EQ(handler_.waiter_count(), 0u);
  }

  void Ask(const dns::Message& message, const char* peer = "10.1.0.9:4000", bool tcp = false) {
    const std::string wire = dns::SerializeMessage(message);
    const ReplyPath path{*net::Endpoint::Parse(peer), net::IpAddress(), tcp, 0};
    handler_.Handle(dns::ToOctets(wire), path, listener(), responder_);
  }
  void Ask(const char* qname, const char* peer = "10.1.0.9:4000") {
    dns::Message message = dns::MakeQuery(9, N(qname), dns::RRType::kA);
    message.edns.emplace();
    Ask(message, peer);
  }
  const Listener* listener() const {
    return handler_.snapshot()->FindListener(*net::Endpoint::Parse("127.0.0.1:1"));
  }
  const std::vector<dns::Message>& answers() const { return responder_->messages; }
  dns::Rcode LastRcode() const { return answers().back().FullRcode(); }
  std::string LastError() const {
    const auto& edns = answers().back().edns;
    const auto error = edns.has_value() ? edns->FindExtendedError() : std::nullopt;
    return error.has_value() ? error->text : "";
  }

  nave::testing::FakeClock clock_;
  std::unique_ptr<FakeUpstream> owned_upstream_ = std::make_unique<FakeUpstream>();
  FakeUpstream& upstream_ = *owned_upstream_;
  QueryHandler handler_{&upstream_, &clock_, Cache::kDefaultMaxBytes, "r1"};
  std::shared_ptr<FakeResponder> responder_ = std::make_shared<FakeResponder>();
};

}  // namespace nave::resolver

#endif  // NAVE_TESTS_RESOLVER_QUERY_HANDLER_TESTING_H_
