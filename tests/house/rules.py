"""The house rules as functions over a tree of files: {path: text}. Each returns its findings, one sentence each.

docs/architecture.md gives the reasons. An exception is an entry of an allow-list here, with its reason.
"""

import posixpath
import re

# Who may include whom: a folder, and what its files may include beside their own folder. The longest prefix decides.
PROTO_RESOLVER = ("nave/resolver/v1/",)
PROTO = ("nave/",)
LIB = ("lib/base/", "lib/dns/", "lib/net/")
ARROWS = {
    "lib/base": (),
    "lib/dns": ("lib/base/",),
    "lib/net": ("lib/base/",),
    "store": ("lib/base/",),
    "store/lmdb": ("lib/base/", "store/"),
    # lib/net in the catalog: addresses and prefixes are values that the rules of the catalog compare.
    "catalog": LIB + ("store/",) + PROTO,
    "plugins": ("lib/base/", "lib/dns/", "catalog/product.h", "plugins/") + PROTO,
    "server": LIB + ("store/", "catalog/", "plugins/plugins.h") + PROTO,
    "resolver": LIB + PROTO_RESOLVER,
    "cli": LIB + PROTO + ("client/",),
    # What clients of the API share: no room of the server's.
    "client": ("lib/base/",) + PROTO,
    # Of the libraries, terraform takes time, randomness and the spelling of the DNS; no sockets of its own.
    "terraform": ("lib/base/", "lib/dns/", "client/") + PROTO,
}
# What an include of our own begins with; `nave/` is the generated proto.
ROOMS = ("lib/", "store/", "catalog/", "plugins/", "server/", "resolver/", "client/", "cli/", "terraform/", "tests/", "bench/", "nave/")
PLUGINS = ("plugins/outbound", "plugins/inbound", "plugins/private_dns")

# One door per outside library: what is included, and the files that may.
DOORS = {
    r"ares\.h|ares_.*\.h": ("resolver/ares_door",),
    r"lmdb\.h": ("store/lmdb/",),
    r"idn2\.h": ("lib/dns/idna.cc",),
    r"spdlog/.*": ("lib/base/log.cc",),
    r"prometheus/.*": ("lib/base/metrics.cc",),
    r"grpc.*/.*|.*\.grpc\.pb\.h": ("server/", "client/", "terraform/protocol/", "terraform/provider_service", "resolver/stream_client"),
    r"yaml-cpp/.*": ("cli/", "server/", "terraform/client/target"),
    r"msgpack.*": ("terraform/protocol/msgpack.cc",),
    r"nlohmann/.*": ("terraform/protocol/state_json.cc",),
    r"CLI/.*": ("cli/", "server/", "resolver/"),
    r"sys/random\.h|random": ("lib/base/random.cc",),
    # What the tests compare with; no program has it.
    r"ldns/.*": ("tests/fuzz/",),
    r"openssl/.*": ("server/", "catalog/governance/", "resolver/state_file", "resolver/siphash.cc", "terraform/protocol/certificate"),
}
REAL_TIME = re.compile(r"absl::Now\(|system_clock::now|steady_clock::now|clock_gettime|gettimeofday|\btime\(nullptr\)")
REAL_TIME_DOORS = ("lib/base/clock.cc",)

MAX_LINES = 450
SOURCE = re.compile(r"\.(cc|h)$")
FORBIDDEN = re.compile(r"\bTODO\b|\bFIXME\b|\bXXX\b|GTEST_SKIP|not implemented|^<{7} |^>{7} |/work/|/root/|\.\./shared|\.\./\.library")
FORBIDDEN_EXEMPT = ("tests/house/",)
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def production(tree):
    return {p: t for p, t in tree.items() if SOURCE.search(p) and not p.startswith(("tests/", "bench/"))}


def arrows(tree):
    """Includes only point downwards."""
    findings = []
    for path, text in production(tree).items():
        folder = max((f for f in ARROWS if path.startswith(f + "/")), key=len, default=None)
        if folder is None:
            findings.append(f"{path}: stands in no room of tests/house/rules.py ARROWS")
            continue
        own = path.rsplit("/", 1)[0] + "/"
        plugin = next((p for p in PLUGINS if path.startswith(p + "/")), None)
        for kind, target in INCLUDE.findall(text):
            if kind == "<" or not target.startswith(ROOMS) or target.startswith(own):
                continue
            if target.startswith(folder + "/") and plugin is None:
                continue
            allowed = any(target.startswith(a) for a in ARROWS[folder])
            if plugin and target.startswith("plugins/") and not target.startswith(("plugins/params", plugin + "/")):
                allowed = False
            if not allowed:
                findings.append(f"{path}: includes {target}, which is not below {folder}/")
    return findings


def doors(tree):
    """Each outside library has one door."""
    findings = []
    for path, text in production(tree).items():
        for _, target in INCLUDE.findall(text):
            for pattern, allowed in DOORS.items():
                if re.fullmatch(pattern, target) and not path.startswith(allowed):
                    findings.append(f"{path}: includes {target}; its door is {' or '.join(allowed)}")
        if REAL_TIME.search(text) and not path.startswith(REAL_TIME_DOORS):
            findings.append(f"{path}: reads the real time; take a Clock (lib/base/clock.h)")
    return findings


def in_build(tree):
    """Every source and test file is listed in the CMakeLists.txt of its folder or one above."""
    findings = []
    for path in tree:
        if not path.endswith(".cc"):
            continue
        parts = path.split("/")
        listed = False
        for depth in range(len(parts) - 1, 0, -1):
            lists = tree.get("/".join(parts[:depth]) + "/CMakeLists.txt", "")
            relative = re.escape("/".join(parts[depth:]))
            # A fuzz target is listed by its stem.
            stem = re.escape(re.sub(r"\.cc$", "", "/".join(parts[depth:])))
            short = re.escape(re.sub(r"_fuzz\.cc$", "", "/".join(parts[depth:])))
            if re.search(rf"(?<![\w/]){relative}(?![\w])", lists) or re.search(rf"nave_fuzz\(({stem}|{short})\b", lists):
                listed = True
                break
        if not listed:
            findings.append(f"{path}: is in no CMakeLists.txt; list it, or delete it")
    for path, text in tree.items():
        if path.startswith("tests/integration/") and path.endswith("_test.py"):
            name = path.rsplit("/", 1)[1]
            if name.removesuffix(".py") not in tree.get("tests/integration/CMakeLists.txt", ""):
                findings.append(f"{path}: is not in tests/integration/CMakeLists.txt")
    return findings


def flags(tree):
    """Every command-line flag is in docs/reference/flags.md."""
    documented = tree.get("docs/reference/flags.md", "")
    findings = []
    for path, text in production(tree).items():
        if not path.startswith(("server/", "resolver/", "cli/")):
            continue
        for names in re.findall(r'add_(?:option|flag)(?:_\w+)?(?:<[^>]*>)?\(\s*"([^"]+)"', text):
            for name in names.split(","):
                if name.startswith("--") and f"`{name}" not in documented:
                    findings.append(f"{path}: flag {name} is not in docs/reference/flags.md")
    return findings


def rpcs(tree):
    """Every RPC is in docs/reference/api.md."""
    documented = tree.get("docs/reference/api.md", "")
    return [f"{path}: rpc {name} is not in docs/reference/api.md"
            for path, text in tree.items() if path.endswith(".proto")
            for name in re.findall(r"^\s*rpc (\w+)", text, re.M) if f"`{name}`" not in documented]


def metrics(tree):
    """Every metric is in docs/reference/metrics.md."""
    documented = tree.get("docs/reference/metrics.md", "")
    return [f"{path}: metric {name} is not in docs/reference/metrics.md"
            for path, text in production(tree).items()
            for name in re.findall(r'Metric\s+\w+\s*\{\s*"(nave_\w+)"', text) if f"`{name}`" not in documented]


def proto_comments(tree):
    """Every message, field, enum, value, service and method of a contract is explained."""
    element = re.compile(r"^\s*(message|enum|service|rpc|oneof|repeated|optional|map<|[\w.]+ \w+ = \d+|[A-Z0-9_]+ = \d+)")
    findings = []
    for path, text in tree.items():
        if not path.endswith(".proto"):
            continue
        lines = text.splitlines()
        for i, line in enumerate(lines):
            if element.match(line) and not line.lstrip().startswith(("option ", "import ", "package ")):
                if i == 0 or not lines[i - 1].lstrip().startswith("//"):
                    findings.append(f"{path}:{i + 1}: no comment above '{line.strip()}'")
    return findings


def sizes(tree):
    """A file is about one noun."""
    return [f"{path}: {text.count(chr(10))} lines; split it at {MAX_LINES}"
            for path, text in tree.items() if SOURCE.search(path) and text.count("\n") > MAX_LINES]


def words(tree):
    """Nothing half done, no path of a machine, no skipped test."""
    findings = []
    for path, text in tree.items():
        if path.startswith(FORBIDDEN_EXEMPT):
            continue
        for i, line in enumerate(text.splitlines(), 1):
            if FORBIDDEN.search(line):
                findings.append(f"{path}:{i}: '{FORBIDDEN.search(line).group()}' has no place here")
    return findings


def documents(tree):
    """Every document and every linked file that is named exists."""
    findings = []
    for path, text in tree.items():
        if path.startswith(FORBIDDEN_EXEMPT):
            continue
        folder = path.rsplit("/", 1)[0] + "/" if "/" in path else ""
        named = {(name, name) for name in re.findall(r"(?<![\w/])docs/[\w./-]+\.md", text)}
        if path.endswith(".md"):
            for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
                named.add((link, posixpath.normpath(folder + link)))
        for name, target in named:
            if target not in tree and not any(p.startswith(target.rstrip("/") + "/") for p in tree):
                findings.append(f"{path}: names {name}, which does not exist")
    return findings


def evidence(tree):
    """docs/rfc.md: what is done names a test that exists, what is not says why."""
    tests = {path.rsplit("/", 1)[-1] for path in tree if path.startswith("tests/")}
    for path, text in tree.items():
        if path.startswith("tests/"):
            tests.update(f"{suite}.{name}" for suite, name in re.findall(r"^TEST(?:_[FP])?\(\s*(\w+),\s*(\w+)", text, re.M))
    findings = []
    for i, line in enumerate(tree.get("docs/rfc.md", "").splitlines(), 1):
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if not line.startswith("|") or len(cells) != 4 or cells[2] in ("state", "---"):
            continue
        state, shown = cells[2], cells[3]
        named = re.findall(r"`(\w+\.\w+)`", shown)
        findings += [f"docs/rfc.md:{i}: no test {name}" for name in named if name not in tests]
        if state not in ("done", "in part", "not"):
            findings.append(f"docs/rfc.md:{i}: the state is '{state}', not done, in part or not")
        if state != "not" and not named:
            findings.append(f"docs/rfc.md:{i}: names no test")
        if not re.sub(r"`[^`]*`|[,.;\s]", "", shown) and state in ("in part", "not"):
            findings.append(f"docs/rfc.md:{i}: does not say why it is not done")
    return findings


def guards(tree):
    """Include guards follow the path."""
    findings = []
    for path, text in tree.items():
        if path.endswith(".h"):
            guard = "NAVE_" + re.sub(r"[/.]", "_", path).upper() + "_"
            if f"#ifndef {guard}\n#define {guard}\n" not in text:
                findings.append(f"{path}: the include guard must be {guard}")
    return findings


RULES = (arrows, doors, in_build, flags, rpcs, metrics, proto_comments, sizes, words, documents, evidence, guards)
