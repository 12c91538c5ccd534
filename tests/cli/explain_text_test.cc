#include "cli/explain_text.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

namespace nave::cli {
namespace {

resolver::v1::Explanation Parse(const char* text) {
  resolver::v1::Explanation explanation;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &explanation));
  return explanation;
}

TEST(ExplainTextTest, ShowsWhoDecidesAndWhoWouldBeAsked) {
  EXPECT_EQ(
      ExplanationText(Parse(R"(
      question { view: "v" qname: "www.corp.example." qtype: "A" dnssec_ok: true }
      steps { kind: RULE qname: "www.corp.example." resource: "r" text: "FORWARD corp.example."
              candidates { resource: "r" suffix: "corp.example." chosen: true reason: "the longest suffix" }
              candidates { resource: "zones/z" suffix: "example." reason: "a longer suffix matches" } }
      steps { kind: CACHE qname: "www.corp.example." resource: "r" text: "not in the cache" cache {} }
      steps { kind: TARGET qname: "www.corp.example." resource: "r" text: "has to be asked"
              targets { address: "192.0.2.1:53" transport: "UDP" weight: 1 health: UP round_trip_us: 1250
                        hedge_after_us: 2048 }
              targets { address: "192.0.2.22:53" transport: "TCP" priority: 1 weight: 10 health: UNKNOWN }
              targets { address: "192.0.2.3:53" transport: "UDP" weight: 1 health: UNKNOWN failures: 1 }
              targets { address: "192.0.2.4:53" transport: "UDP" weight: 1 health: DOWN failures: 3 retry_in_ms: 1500 }
              policy { selection: LATENCY on_servfail: ANSWER on_nxdomain: NEXT_TARGET on_all_down: FAIL
                       hedge_percentile: 95 } }
      revision: 12 node: "r1")")),
      "www.corp.example. A in v, DO=1\n"
      "  1. RULE www.corp.example. r: FORWARD corp.example.\n"
      "       * corp.example.  r        the longest suffix\n"
      "         example.       zones/z  a longer suffix matches\n"
      "  2. CACHE www.corp.example. r: not in the cache\n"
      "  3. TARGET www.corp.example. r: has to be asked\n"
      "         192.0.2.1:53   UDP  priority 0  weight 1   up, 1.2 ms                   "
      "hedged after 2.0 ms\n"
      "         192.0.2.22:53  TCP  priority 1  weight 10  not asked yet\n"
      "         192.0.2.3:53   UDP  priority 0  weight 1   no answer 1 time\n"
      "         192.0.2.4:53   UDP  priority 0  weight 1   down, probed again in 1.5 s\n"
      "         policy: the fastest first; SERVFAIL is the answer; NXDOMAIN leads to the next; "
      "fails if all are down; hedged after percentile 95\n"
      "not known before a target is asked\n"
      "by r1, revision 12\n");
}

TEST(ExplainTextTest, ShowsTheWholeAnswer) {
  EXPECT_EQ(ExplanationText(Parse(R"(
      question { view: "v" qname: "a." qtype: "A" no_recursion: true checking_disabled: true }
      steps { kind: CACHE qname: "a." resource: "r" text: "cached 3 s ago, for another 57 s"
              cache { hit: true age_seconds: 3 remaining_seconds: 57 target: "192.0.2.1:53" } }
      complete: true rcode: "NXDOMAIN" authoritative: true authentic_data: true
      answers: "a. 1 IN CNAME b." authorities: "b. 1 IN SOA x" additionals: "c. 1 IN A 192.0.2.9"
      extended_errors: "Other Error: why" revision: 12 node: "r1")")),
            "a. A in v, RD=0, CD=1\n"
            "  1. CACHE a. r: cached 3 s ago, for another 57 s, from 192.0.2.1:53\n"
            "NXDOMAIN, AA, AD\n"
            "  a. 1 IN CNAME b.\n"
            "authority\n"
            "  b. 1 IN SOA x\n"
            "additional\n"
            "  c. 1 IN A 192.0.2.9\n"
            "extended errors\n"
            "  Other Error: why\n"
            "by r1, revision 12\n");
}

}  // namespace
}  // namespace nave::cli
