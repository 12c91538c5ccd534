// A snapshot with every kind of object, and every kind of RRset that the walk treats apart; also a
// seed of the corpora.
#ifndef NAVE_TESTS_FUZZ_FULL_SNAPSHOT_H_
#define NAVE_TESTS_FUZZ_FULL_SNAPSHOT_H_

#include "absl/strings/string_view.h"

namespace nave::resolver {

inline constexpr absl::string_view kFullSnapshotJson = R"({
"revision": "7",
"listeners": [{"address": "127.0.0.1:53", "views": ["v"]},
              {"address": "[::1]:53", "views": ["v", "w"]}],
"views": [
  {"name": "v", "networks": ["10.1.0.0/16", "fd00::/8"], "zones": ["z", "sub"],
   "rules": ["f", "s"]},
  {"name": "w", "networks": ["10.2.0.0/16"], "zones": ["z"], "rules": ["r"],
   "recursiveResolvers": ["192.0.2.53:53"]}],
"zones": [
  {"name": "z", "apex": "one.test.", "rrsets": [
    {"owner": "one.test.", "type": "NS", "ttl": 60, "rdata": ["ns.one.test."]},
    {"owner": "ns.one.test.", "type": "A", "ttl": 60, "rdata": ["192.0.2.1"]},
    {"owner": "www.one.test.", "type": "A", "ttl": 60, "rdata": ["192.0.2.1", "192.0.2.2"]},
    {"owner": "www.one.test.", "type": "AAAA", "ttl": 60, "rdata": ["2001:db8::1"]},
    {"owner": "*.wild.one.test.", "type": "TXT", "ttl": 5, "rdata": ["\"any\""]},
    {"owner": "a.ent.one.test.", "type": "MX", "ttl": 5, "rdata": ["10 www.one.test."]},
    {"owner": "alias.one.test.", "type": "CNAME", "ttl": 5, "rdata": ["www.one.test."]},
    {"owner": "loop.one.test.", "type": "CNAME", "ttl": 5, "rdata": ["loop.one.test."]},
    {"owner": "out.one.test.", "type": "CNAME", "ttl": 5, "rdata": ["www.corp.test."]},
    {"owner": "moved.one.test.", "type": "DNAME", "ttl": 5, "rdata": ["one.test."]},
    {"owner": "cut.one.test.", "type": "NS", "ttl": 5, "rdata": ["ns.cut.one.test."]},
    {"owner": "ns.cut.one.test.", "type": "A", "ttl": 5, "rdata": ["192.0.2.9"]},
    {"owner": "big.one.test.", "type": "TXT", "ttl": 5, "rdata": [
      "\"0123456789012345678901234567890123456789012345678901234567890123456789\"",
      "\"1123456789012345678901234567890123456789012345678901234567890123456789\"",
      "\"2123456789012345678901234567890123456789012345678901234567890123456789\"",
      "\"3123456789012345678901234567890123456789012345678901234567890123456789\"",
      "\"4123456789012345678901234567890123456789012345678901234567890123456789\"",
      "\"5123456789012345678901234567890123456789012345678901234567890123456789\"",
      "\"6123456789012345678901234567890123456789012345678901234567890123456789\""]},
    {"owner": "h.one.test.", "type": "HTTPS", "ttl": 5, "rdata": ["1 . alpn=h2"]},
    {"owner": "_s._tcp.one.test.", "type": "SRV", "ttl": 5, "rdata": ["1 2 53 www.one.test."]}]},
  {"name": "sub", "apex": "sub.one.test.", "rrsets": [
    {"owner": "a.sub.one.test.", "type": "CNAME", "ttl": 5, "rdata": ["alias.one.test."]}]}],
"rules": [
  {"name": "f", "domainName": "corp.test.", "kind": "FORWARD",
   "targets": [{"address": "192.0.2.100"}, {"address": "2001:db8::100", "transport": "TCP"}]},
  {"name": "s", "domainName": "not.corp.test.", "kind": "SYSTEM"},
  {"name": "r", "domainName": ".", "kind": "RECURSIVE"}]
})";

}  // namespace nave::resolver

#endif  // NAVE_TESTS_FUZZ_FULL_SNAPSHOT_H_
