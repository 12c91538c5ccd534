#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/dns/message.h"
#include "lib/dns/rdata.h"
#include "lib/net/tcp_framing.h"
#include "tests/fuzz/fuzzing.h"
#include "tests/fuzz/rdata_types.h"
#include "tests/fuzz/seeds.h"

namespace nave::fuzzing {
namespace {

using dns::RRType;

struct TypeAndText {
  RRType type;
  const char* text;
};

// One of each layout.
constexpr TypeAndText kRdata[] = {
    {RRType::kA, "192.0.2.1"},
    {RRType::kNs, "ns1.Example.com."},
    {RRType::kSoa, "ns1.example.com. admin.example.com. 1 1h 15m 2w 5m"},
    {RRType::kHinfo, "\"PDP-11\" UNIX"},
    {RRType::kMinfo, "r.example.com. e.example.com."},
    {RRType::kMx, "10 mail.example.com."},
    {RRType::kTxt, "\"one string\" \"\" \"\\\"q\\\" \\\\ \\000\\255\""},
    {RRType::kRp, "m.example.com. t.example.com."},
    {RRType::kPx, "10 a.example.com. b.example.com."},
    {RRType::kAaaa, "2001:db8::192.0.2.1"},
    {RRType::kSrv, "1 2 5060 sip.example.com."},
    {RRType::kNaptr, "100 50 \"s\" \"SIP+D2U\" \"!^.*$!sip:a@b!\" _sip._udp.example.com."},
    {RRType::kDname, "other.example."},
    {RRType::kDs, "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118"},
    {RRType::kSshfp, "4 2 0123456789abcdef"},
    {RRType::kDnskey, "256 3 5 AQPSKmynfzW4kyBv015MUG2DeIQ3Cbl+"},
    {RRType::kTlsa, "3 1 1 d2abde240d7cd3ee6b4b28c54df034b9"},
    {RRType::kOpenpgpkey, "mQENBFVHm5sBCAD="},
    {RRType::kZonemd, "2018031500 1 1 FEBE3D4CE2EC2FFA4BA99D46CD69D6D29711E552"},
    {RRType::kSvcb, "16 pool.example.com. mandatory=alpn alpn=\"f\\\\\\\\oo\\\\,bar,h2\" port=53"},
    {RRType::kHttps, "1 . alpn=h3,h2 ipv4hint=192.0.2.1 ipv6hint=2001:db8::1 key65000=x"},
    {RRType::kUri, "10 1 \"https://www.example.com/path?a=\\\"b\\\"\""},
    {RRType::kCaa, "128 issue \"ca.example.net; policy=ev\""},
    {RRType::kNull, "\\# 3 00ff61"},
    {static_cast<RRType>(65280), "\\# 0"},
};

dns::Name NameOf(absl::string_view text) { return dns::Name::FromText(text).value(); }

std::string Of(uint8_t octet) { return std::string(1, static_cast<char>(octet)); }

std::string NameOfSeed(RRType type) { return absl::AsciiStrToLower(dns::RRTypeToText(type)); }

void AddRdata(std::vector<Seed>* seeds) {
  for (const TypeAndText& one : kRdata) {
    const std::string choice = Of(ChoiceOf(one.type));
    const std::string name = NameOfSeed(one.type);
    const absl::StatusOr<std::string> rdata = dns::RdataFromText(one.type, one.text);
    Require(rdata.ok(), std::string(rdata.status().message()));
    seeds->push_back({"rdata_text", name, choice + one.text});
    seeds->push_back({"rdata_text", name + "_wire", choice + *rdata});
    seeds->push_back({"ldns_rdata", name, choice + one.text});
  }
  seeds->push_back(
      {"rdata_text", "name_escapes", Of(ChoiceOf(RRType::kNs)) + "a\\.b\\000\\@.c\\\"."});
  seeds->push_back({"rdata_text", "name_longest",
                    Of(ChoiceOf(RRType::kNs)) + std::string(63, 'a') + "." + std::string(63, 'b') +
                        "." + std::string(63, 'c') + "." + std::string(61, 'd') + "."});
  seeds->push_back({"rdata_text", "name_relative", Of(ChoiceOf(RRType::kMx)) + "10 @"});
}

dns::ResourceRecord RecordOf(absl::string_view owner, const TypeAndText& one) {
  return {NameOf(owner), one.type, dns::RRClass::kIn, 60,
          dns::RdataFromText(one.type, one.text).value()};
}

dns::Message ReplyOf(absl::string_view qname, RRType type) {
  dns::Message reply =
      dns::MakeReply(dns::MakeQuery(0x1234, NameOf(qname), type), dns::Rcode::kNoError);
  reply.header.ra = true;
  return reply;
}

void AddMessages(std::vector<Seed>* seeds) {
  dns::Message query = dns::MakeQuery(0x1234, NameOf("www.Example.com."), RRType::kA);
  seeds->push_back({"ldns_message", "query", dns::SerializeMessage(query)});
  query.edns.emplace();
  query.edns->dnssec_ok = true;
  query.edns->Add(dns::EdnsOptionCode::kCookie, "12345678");
  query.edns->Add(dns::EdnsOptionCode::kNsid, "");
  query.edns->AddExtendedError(dns::ExtendedErrorCode::kStaleAnswer, "a word");
  seeds->push_back({"ldns_message", "query_edns", dns::SerializeMessage(query)});
  for (const TypeAndText& one : kRdata) {
    dns::Message reply = ReplyOf("www.example.com.", one.type);
    reply.answers.push_back(RecordOf("www.example.com.", one));
    reply.authorities.push_back(RecordOf("example.com.", {RRType::kNs, "ns1.example.com."}));
    reply.additionals.push_back(RecordOf("ns1.example.com.", {RRType::kA, "192.0.2.53"}));
    reply.edns.emplace();
    seeds->push_back({"ldns_message", absl::StrCat("reply_", NameOfSeed(one.type)),
                      dns::SerializeMessage(reply)});
  }
}

void AddEdns(std::vector<Seed>* seeds) {
  const auto add = [&](absl::string_view name, const dns::Edns& edns) {
    std::vector<uint8_t> buffer(edns.WireSize());
    dns::WireWriter writer(absl::MakeSpan(buffer));
    dns::WriteEdns(edns, &writer);
    // Without owner and type, and without the length.
    std::string octets(buffer.begin() + 3, buffer.begin() + 9);
    octets.append(buffer.begin() + 11, buffer.end());
    seeds->push_back({"edns", std::string(name), octets});
  };
  dns::Edns edns;
  add("plain", edns);
  edns.dnssec_ok = true;
  edns.version = 1;
  edns.extended_rcode = 1;
  add("badvers", edns);
  edns = dns::Edns();
  edns.Add(dns::EdnsOptionCode::kNsid, "r1");
  edns.Add(dns::EdnsOptionCode::kClientSubnet, std::string("\0\1\x18\0\xC0\0\2", 7));
  edns.Add(dns::EdnsOptionCode::kCookie, "0123456789abcdef");
  add("options", edns);
  edns.AddExtendedError(dns::ExtendedErrorCode::kBlocked, absl::string_view("by a rule\0", 10));
  add("extended_error", edns);
  edns = dns::Edns();
  edns.AddPadding(100, 128, 1232);
  add("padding", edns);
  edns = dns::Edns();
  for (size_t i = 0; i < dns::kMaxEdnsOptions; ++i) edns.Add(dns::EdnsOptionCode::kNsid, "");
  add("as_many_options_as_may_be", edns);
  edns.Add(dns::EdnsOptionCode::kNsid, "");
  add("one_option_more", edns);
}

void AddCompression(std::vector<Seed>* seeds) {
  std::vector<uint8_t> buffer(512);
  dns::WireWriter writer(absl::MakeSpan(buffer));
  for (const char* name : {"example.com.", "www.EXAMPLE.com.", "a.www.example.com.", ".", "com."}) {
    writer.WriteName(NameOf(name));
  }
  const std::string names(buffer.begin(), buffer.begin() + static_cast<long>(writer.size()));
  seeds->push_back({"name_compression", "read_names", Of(0) + names});
  std::string chain = std::string("\0\1a\0", 4);
  for (int i = 0; i < 140; ++i) {
    const int target = i == 0 ? 1 : 2 + 2 * i;
    chain += Of(0xC0) + Of(static_cast<uint8_t>(target));
  }
  seeds->push_back({"name_compression", "read_pointer_chain", Of(0) + chain});
  seeds->push_back({"name_compression", "read_pointer_to_itself", Of(0) + "\xC0" + Of(0)});
  seeds->push_back(
      {"name_compression", "read_pointers_to_each_other", Of(0) + std::string("\xC0\2\xC0\0", 4)});
  seeds->push_back(
      {"name_compression", "read_pointer_forward", Of(0) + std::string("\xC0\2\1a\0", 5)});
  std::string long_name;
  for (int i = 0; i < 5; ++i) long_name += Of(63) + std::string(63, 'x');
  seeds->push_back({"name_compression", "read_name_too_long", Of(0) + long_name + Of(0)});
  std::string choices = Of(1) + Of(1) + Of(0);
  for (int i = 0; i < 160; ++i) choices += Of(static_cast<uint8_t>(i * 37 + 11));
  seeds->push_back({"name_compression", "write_names", choices});
  seeds->push_back(
      {"name_compression", "write_into_little_room", Of(1) + Of(0) + Of(40) + choices});
}

void AddFraming(std::vector<Seed>* seeds) {
  const auto frame = [](const std::vector<std::string>& messages) {
    std::string stream;
    for (const std::string& message : messages) {
      net::AppendTcpMessage(dns::ToOctets(message), &stream);
    }
    return stream;
  };
  const std::string query =
      dns::SerializeMessage(dns::MakeQuery(7, NameOf("www.example.com."), RRType::kA));
  seeds->push_back({"tcp_framing", "two_queries", Of(2) + Of(0) + Of(30) + frame({query, query})});
  seeds->push_back({"tcp_framing", "empty_messages", Of(1) + Of(2) + frame({"", "", query, ""})});
  seeds->push_back({"tcp_framing", "half_a_length", Of(0) + frame({query}) + Of(0)});
  seeds->push_back({"tcp_framing", "half_a_message",
                    Of(1) + Of(6) + frame({query}) + frame({query}).substr(0, 9)});
  seeds->push_back({"tcp_framing", "length_of_the_largest", Of(0) + "\xFF\xFF" + query});
}

}  // namespace

std::vector<Seed> DnsSeeds() {
  std::vector<Seed> seeds;
  AddRdata(&seeds);
  AddMessages(&seeds);
  AddEdns(&seeds);
  AddCompression(&seeds);
  AddFraming(&seeds);
  return seeds;
}

}  // namespace nave::fuzzing
