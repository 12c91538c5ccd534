"""1,200 cases that other name servers agree on, over the wire: one nave-resolver, every zone in a view of its own.

The views are told apart by the client's source address, so each also shows that no answer comes from another's zone: the
apexes of many cases are equal. dnspython reads what comes back.
"""

import json
import pathlib
import tempfile
import unittest

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rrset

import paths
import processes
import sample_cases
import world

CASES = 1200
ANSWER_SECONDS = 5


def source_address(index):
    """The client of one view; any address of 127/8 is the machine's own."""
    return f"127.54.{1 + index // 250}.{1 + index % 250}"


def rrsets_of(records):
    """The RRsets of records in presentation form, as the snapshot has them."""
    rrsets = {}
    for record in records:
        owner, ttl, _, rrtype, rdata = record.split(" ", 4)
        rrset = rrsets.setdefault((owner, rrtype), {"owner": owner, "type": rrtype, "ttl": int(ttl), "rdata": []})
        rrset["rdata"].append(rdata)
    return list(rrsets.values())


def snapshot(cases, port):
    """One listener, and behind it a view for each case."""
    views, zones = [], []
    for index, case in enumerate(cases):
        zones.append({"name": f"zone-{index}", "apex": case.apex(), "rrsets": rrsets_of(case.zone)})
        views.append({"name": f"view-{index}", "networks": [f"{source_address(index)}/32"], "zones": [f"zone-{index}"]})
    listener = {"address": f"127.0.0.1:{port}", "views": [view["name"] for view in views]}
    return {"revision": "1", "listeners": [listener], "views": views, "zones": zones}


def records_of(section):
    """Each record as (owner, TTL, type, rdata), names in lower case, sorted."""
    return sorted((rrset.name.to_text().lower(), rrset.ttl, int(rrset.rdtype), rdata.to_digestable())
                  for rrset in section for rdata in rrset)


def expected(records):
    return records_of([dns.rrset.from_text(*record.split(" ", 4)) for record in records])


def ask(case, index, port):
    query = dns.message.make_query(case.qname, case.qtype, flags=0, id=index + 1)
    response, _ = dns.query.udp_with_fallback(query, "127.0.0.1", timeout=ANSWER_SECONDS, port=port,
                                              source=source_address(index), one_rr_per_rrset=True)
    return response


def differences(case, response):
    """In which ways the response is not what the case expects."""
    found = []
    if dns.rcode.to_text(response.rcode()) != case.rcode:
        found.append(f"{dns.rcode.to_text(response.rcode())}, not {case.rcode}")
    if bool(response.flags & dns.flags.AA) != case.authoritative:
        found.append(f"AA is not {case.authoritative}")
    if records_of(response.answer) != expected(case.answer):
        found.append(f"answer\n{response.answer}\nnot\n{case.answer}")
    if case.authority is not None and records_of(response.authority) != expected(case.authority):
        found.append(f"authority\n{response.authority}\nnot\n{case.authority}")
    return found


class SampleCasesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory(prefix="nave-sample-")
        cls.addClassCleanup(cls.directory.cleanup)
        cls.cases = sample_cases.read()
        cls.port = processes.free_port()
        path = pathlib.Path(cls.directory.name)
        (path / "snapshot.json").write_text(json.dumps(snapshot(cls.cases, cls.port)))
        cls.server = world.Process(
            "nave-resolver", [str(paths.BINARIES / "nave-resolver"), "--snapshot", str(path / "snapshot.json")],
            path / "nave-resolver.log")
        cls.addClassCleanup(cls.server.stop)
        cls.server.wait_for("nave-resolver: serving")

    def test_every_case_is_answered_as_other_servers_do(self):
        self.assertEqual(CASES, len(self.cases))
        wrong = []
        for index, case in enumerate(self.cases):
            for difference in differences(case, ask(case, index, self.port)):
                wrong.append(f"case {case.number}: {case.qname} {case.qtype}: {difference}\n" + "\n".join(case.zone))
        print(f"{len(self.cases)} cases asked, {len(wrong)} differences")
        self.assertEqual([], wrong)

    def test_a_client_of_no_view_is_refused(self):
        case = self.cases[0]
        response = ask(case, CASES, self.port)
        self.assertEqual("REFUSED", dns.rcode.to_text(response.rcode()))
        self.assertEqual([], response.answer + response.authority)


if __name__ == "__main__":
    unittest.main()
