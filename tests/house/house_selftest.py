"""Each house rule finds what it forbids, and lets through what it allows."""

import sys
import unittest

import rules

HEADER = "#ifndef NAVE_LIB_BASE_A_H_\n#define NAVE_LIB_BASE_A_H_\n#endif\n"


class HouseRulesTest(unittest.TestCase):
    def found(self, rule, tree):
        return len(rule(tree))

    def test_arrows(self):
        self.assertEqual(0, self.found(rules.arrows, {"catalog/a.cc": '#include "store/store.h"\n'}))
        self.assertEqual(1, self.found(rules.arrows, {"store/a.cc": '#include "catalog/a.h"\n'}))
        self.assertEqual(1, self.found(rules.arrows, {"resolver/a.cc": '#include "nave/dns/v1/zone.pb.h"\n'}))
        self.assertEqual(1, self.found(rules.arrows, {"plugins/inbound/a.cc": '#include "plugins/outbound/b.h"\n'}))
        self.assertEqual(1, self.found(rules.arrows, {"plugins/inbound/a.cc": '#include "store/store.h"\n'}))
        self.assertEqual(1, self.found(rules.arrows, {"attic/a.cc": ""}))

    def test_doors(self):
        self.assertEqual(0, self.found(rules.doors, {"store/lmdb/env.cc": "#include <lmdb.h>\n"}))
        self.assertEqual(1, self.found(rules.doors, {"server/a.cc": "#include <lmdb.h>\n"}))
        self.assertEqual(1, self.found(rules.doors, {"resolver/a.cc": "#include <ares.h>\n"}))
        self.assertEqual(1, self.found(rules.doors, {"catalog/a.cc": "#include <grpcpp/grpcpp.h>\n"}))
        self.assertEqual(1, self.found(rules.doors, {"catalog/a.cc": "x = absl::Now();\n"}))

    def test_in_build(self):
        lists = {"lib/base/CMakeLists.txt": "nave_library(x SRCS a.cc)"}
        self.assertEqual(0, self.found(rules.in_build, {**lists, "lib/base/a.cc": ""}))
        self.assertEqual(1, self.found(rules.in_build, {**lists, "lib/base/b.cc": ""}))
        self.assertEqual(1, self.found(rules.in_build, {**lists, "lib/base/aa.cc": ""}))
        self.assertEqual(1, self.found(rules.in_build, {"tests/integration/x_test.py": ""}))

    def test_documentation(self):
        source = {"server/a.cc": 'app.add_option("--data-dir", x);'}
        self.assertEqual(1, self.found(rules.flags, source))
        self.assertEqual(0, self.found(rules.flags, {**source, "docs/reference/flags.md": "`--data-dir DIR`"}))
        proto = {"proto/a.proto": "  rpc GetVpc(A) returns (B)"}
        self.assertEqual(1, self.found(rules.rpcs, proto))
        self.assertEqual(0, self.found(rules.rpcs, {**proto, "docs/reference/api.md": "`GetVpc`"}))
        metric = {"server/a.cc": 'constexpr metrics::Metric kA{"nave_a_total", ""};'}
        self.assertEqual(1, self.found(rules.metrics, metric))
        self.assertEqual(0, self.found(rules.metrics, {**metric, "docs/reference/metrics.md": "`nave_a_total`"}))

    def test_proto_comments(self):
        self.assertEqual(0, self.found(rules.proto_comments, {"a.proto": "// A.\nmessage A {\n  // B.\n  int32 b = 1;\n}"}))
        self.assertEqual(2, self.found(rules.proto_comments, {"a.proto": "message A {\n  int32 b = 1;\n}"}))

    def test_sizes(self):
        self.assertEqual(0, self.found(rules.sizes, {"a.cc": "\n" * rules.MAX_LINES}))
        self.assertEqual(1, self.found(rules.sizes, {"a.cc": "\n" * (rules.MAX_LINES + 1)}))

    def test_words(self):
        self.assertEqual(1, self.found(rules.words, {"a.cc": "// TO" + "DO later"}))
        self.assertEqual(1, self.found(rules.words, {"a.md": "<" * 7 + " ours"}))
        self.assertEqual(0, self.found(rules.words, {"a.cc": "// done"}))

    def test_documents(self):
        self.assertEqual(1, self.found(rules.documents, {"a.cc": "// docs/reference/none.md says why."}))
        self.assertEqual(0, self.found(rules.documents, {"a.cc": "// docs/b.md says why.", "docs/b.md": ""}))
        self.assertEqual(1, self.found(rules.documents, {"docs/b.md": "[see](none.md)"}))
        self.assertEqual(0, self.found(rules.documents, {"docs/b.md": "[see](../lib)", "lib/a.cc": ""}))

    def test_evidence(self):
        tree = {"tests/a_test.cc": "TEST(ZoneTest, Answers) {", "tests/b_test.py": ""}
        good = "| 1 | what | done | `ZoneTest.Answers`, `b_test.py` |\n| 2 | what | not | nobody asks |"
        self.assertEqual(0, self.found(rules.evidence, tree | {"docs/rfc.md": good}))
        for bad in ("| 1 | what | done | `ZoneTest.Gone` |", "| 1 | what | done | surely |", "| 1 | what | maybe | `b_test.py` |",
                    "| 1 | what | in part | `b_test.py` |"):
            self.assertEqual(1, self.found(rules.evidence, tree | {"docs/rfc.md": bad}), bad)

    def test_guards(self):
        self.assertEqual(0, self.found(rules.guards, {"lib/base/a.h": HEADER}))
        self.assertEqual(1, self.found(rules.guards, {"lib/dns/a.h": HEADER}))


if __name__ == "__main__":
    sys.exit(not unittest.main(exit=False, verbosity=2).result.wasSuccessful())
