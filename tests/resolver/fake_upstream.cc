#include "tests/resolver/fake_upstream.h"

#include "lib/dns/zone_file.h"
#include "tests/resolver/resolver_testing.h"

namespace nave::resolver {

void FakeUpstream::Answer(size_t index, dns::Rcode rcode, const std::vector<std::string>& records) {
  Asked* one = &asked.at(index);
  dns::Message reply =
      dns::MakeReply(dns::MakeQuery(1, one->question.name, one->question.type), rcode);
  for (const dns::RRset& rrset : ParseRecords(records)) {
    for (dns::ResourceRecord& record : rrset.ToRecords()) {
      const bool negative =
          record.type == dns::RRType::kSoa && one->question.type != dns::RRType::kSoa;
      (negative ? reply.authorities : reply.answers).push_back(std::move(record));
    }
  }
  Finish(one, absl::OkStatus(), std::move(reply));
}

void FakeUpstream::AnswerLoop(size_t index) {
  Asked* one = &asked.at(index);
  dns::Message reply = dns::MakeReply(dns::MakeQuery(1, one->question.name, one->question.type),
                                      dns::Rcode::kServFail);
  reply.edns.emplace();
  reply.edns->AddExtendedError(kLoopError, "forwarding loop: far away");
  Finish(one, absl::OkStatus(), std::move(reply));
}

}  // namespace nave::resolver
