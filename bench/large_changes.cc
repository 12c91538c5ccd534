// Single changes in a large state (large_state.cc writes it), while queries run: how long until an
// answer shows each, and what it costs. The state's way is that of `nave-resolver`: the messages of
// the stream, the compiler, the workers, the file; without the stream's connection.
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "bench/large_client.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/net/socket.h"
#include "resolver/forwarder.h"
#include "resolver/resolver_server.h"
#include "resolver/state_file.h"
#include "resolver/state_file_writer.h"
#include "resolver/stream_client_changes.h"

namespace nave::bench {
namespace {

namespace v1 = resolver::v1;

struct Options {
  std::string dir;
  int changes = 200;
  int rate = 5000;
  int workers = 2;
  int pause_ms = 20;
};

constexpr absl::Duration kUnseenAfter = absl::Seconds(10);

absl::Duration CpuOf(int who) {
  rusage usage;
  getrusage(who, &usage);
  return absl::DurationFromTimeval(usage.ru_utime) + absl::DurationFromTimeval(usage.ru_stime);
}

double RssMib() {
  std::ifstream status("/proc/self/statm");
  double pages = 0;
  status >> pages >> pages;
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

double MillisAt(std::vector<absl::Duration>* took, double share) {
  if (took->empty()) return 0;
  std::sort(took->begin(), took->end());
  const auto at = static_cast<size_t>(share * static_cast<double>(took->size()));
  return absl::ToDoubleMilliseconds((*took)[std::min(at, took->size() - 1)]);
}

template <typename T>
T Must(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::fprintf(stderr, "large_changes: %s\n", std::string(value.status().message()).c_str());
  std::exit(1);
}

// One change: what is sent, who asks for what, and the answer that shows it.
struct Change {
  v1::ControlMessage message;
  std::string source, owner, want;
};

class Changer {
 public:
  explicit Changer(const resolver::State* state) : state_(*state) {
    for (const auto& [name, view] : state_.views) views_.push_back(view);
    for (int i = 0; i < 2; ++i) {
      fds_[i] =
          net::BindSocket(SOCK_DGRAM, net::Endpoint::Parse("127.0.0.1:0").value(), false).value();
      ports_[i] = net::LocalEndpoint(fds_[i]).port;
      servers_[i] =
          std::thread([this, i] { ServeAnswers(fds_[i], static_cast<uint8_t>(i), stopping_); });
    }
  }
  ~Changer() {
    stopping_.store(true);
    for (int i = 0; i < 2; ++i) {
      servers_[i].join();
      close(fds_[i]);
    }
  }

  // Never in the last zone of a view, for whose data the associations are told.
  Change Record(int i) const {
    const v1::View& view = ViewAt(i);
    const v1::Zone zone =
        state_.zones.at(view.zones(i % std::max(1, view.zones_size() - 1)))->Read();
    Change change = {
        {}, SourceOf(view), zone.rrsets(0).owner(), absl::StrCat("10.200.7.", i % 250)};
    auto* const zone_change = change.message.mutable_zone_change();
    zone_change->set_zone(zone.name());
    v1::RRset* const rrset = zone_change->add_upserted();
    *rrset = zone.rrsets(0);
    rrset->set_rdata(0, change.want);
    return change;
  }
  // Taken away, and the next one back.
  Change Association(int i) const {
    const v1::View& view = ViewAt(i / 2);
    const v1::Zone zone = state_.zones.at(view.zones(view.zones_size() - 1))->Read();
    Change change = {{}, SourceOf(view), zone.rrsets(0).owner(), zone.rrsets(0).rdata(0)};
    v1::View* const changed = change.message.mutable_view();
    *changed = view;
    if (i % 2 == 1) return change;
    changed->mutable_zones()->RemoveLast();
    change.want = "rcode 5";
    return change;
  }
  Change Rule(int i) const {
    for (int n = i / 2;; ++n) {
      const v1::View& view = ViewAt(n);
      if (view.rules().empty()) continue;
      const v1::Rule& rule = *state_.rules.at(view.rules(i / 2 % view.rules_size()));
      Change change = {
          {}, SourceOf(view), "www." + rule.domain_name(), absl::StrCat("192.0.2.", i % 2)};
      *change.message.mutable_rule() = rule;
      v1::Target* const target = change.message.mutable_rule()->mutable_targets(0);
      target->set_address("127.0.0.1");
      target->set_port(ports_[i % 2]);
      return change;
    }
  }
  const v1::View& ViewAt(int i) const {
    return *views_[static_cast<size_t>(i) * 7919 % views_.size()];
  }
  static std::string SourceOf(const v1::View& view) {
    std::vector<std::string> octets = absl::StrSplit(view.networks(0), absl::ByAnyChar("./"));
    return absl::StrCat(octets[0], ".", octets[1], ".", octets[2], ".1");
  }

 private:
  const resolver::State state_;
  std::vector<std::shared_ptr<const v1::View>> views_;
  std::atomic<bool> stopping_{false};
  int fds_[2];
  uint16_t ports_[2];
  std::thread servers_[2];
};

struct Seen {
  std::vector<absl::Duration> changes, queries;
  absl::Duration cpu;
  uint64_t asked = 0;
  int unseen = 0;
};

class Run {
 public:
  Run(const Options& options, resolver::ResolverServer* server, resolver::StreamChanges* changes,
      resolver::StateFileWriter* writer, const net::Endpoint& listener)
      : options_(options),
        server_(server),
        changes_(changes),
        writer_(writer),
        listener_(listener) {}

  template <typename Make>
  Seen Kind(const Changer& changer, const Make& make) {
    Seen seen;
    std::atomic<bool> stop{false};
    std::thread asker([&] {
      const Change quiet = changer.Record(1234567);
      seen.queries = LargeClient(listener_, quiet.source)
                         .AskAtRate(quiet.owner, options_.rate, stop, &seen.asked);
    });
    for (int i = 0; i < options_.changes; ++i) {
      One(make(i), &seen);
      absl::SleepFor(absl::Milliseconds(options_.pause_ms));
    }
    stop.store(true);
    asker.join();
    return seen;
  }

 private:
  void One(const Change& change, Seen* seen) {
    absl::Time shown = absl::InfiniteFuture();
    const absl::Time begin = absl::Now();
    std::thread asker([&] {
      LargeClient client(listener_, change.source);
      while (absl::Now() < begin + kUnseenAfter) {
        if (client.Ask(change.owner, absl::Milliseconds(100)) != change.want) continue;
        shown = absl::Now();
        return;
      }
    });
    const absl::Duration cpu = CpuOf(RUSAGE_THREAD);
    if (!changes_->Apply(change.message).ok()) std::abort();
    const resolver::State& state = changes_->Complete(++revision_);
    if (!server_->Serve(state).ok()) std::abort();
    writer_->Write(std::make_shared<const resolver::State>(state));
    seen->cpu += CpuOf(RUSAGE_THREAD) - cpu;
    asker.join();
    if (shown == absl::InfiniteFuture()) {
      ++seen->unseen;
    } else {
      seen->changes.push_back(shown - begin);
    }
  }

  const Options& options_;
  resolver::ResolverServer* const server_;
  resolver::StreamChanges* const changes_;
  resolver::StateFileWriter* const writer_;
  const net::Endpoint listener_;
  int64_t revision_ = 1000;
};

void Print(const char* kind, const Options& options, Seen seen) {
  std::printf(
      "%-12s unseen %d, change p50 %.1f ms, p99 %.1f ms, CPU %.2f ms; queries p50 %.2f ms, p99 "
      "%.2f ms, max %.2f ms, lost %lld\n",
      kind, seen.unseen, MillisAt(&seen.changes, 0.5), MillisAt(&seen.changes, 0.99),
      absl::ToDoubleMilliseconds(seen.cpu) / options.changes, MillisAt(&seen.queries, 0.5),
      MillisAt(&seen.queries, 0.99), MillisAt(&seen.queries, 1.0),
      static_cast<long long>(seen.asked) - static_cast<long long>(seen.queries.size()));
  std::fflush(stdout);
}

void Measure(const Options& options) {
  const absl::Time begin = absl::Now();
  resolver::StateFile file(options.dir);
  auto loaded = Must(file.Load());
  if (!loaded.has_value()) Must(absl::StatusOr<int>(absl::NotFoundError("no state there")));
  const absl::Time read = absl::Now();
  const double read_mib = RssMib();
  resolver::WorkerOptions worker_options;
  worker_options.upstream_factory = resolver::NewForwarder;
  auto server =
      Must(resolver::ResolverServer::Start(&SteadyClock(), options.workers, worker_options));
  const absl::Status served = server->Serve(*loaded);
  if (!served.ok()) Must(absl::StatusOr<int>(served));
  std::printf("read in %.2f s, served after %.2f s; %.0f MiB read, %.0f MiB served\n",
              absl::ToDoubleSeconds(read - begin), absl::ToDoubleSeconds(absl::Now() - begin),
              read_mib, RssMib());
  net::Endpoint shared;
  for (const auto& [name, listener] : loaded->listeners) {
    if (listener->views_size() > 1) shared = Must(net::Endpoint::Parse(name));
  }
  const Changer changer(&*loaded);
  resolver::StateFile copy(options.dir + "/changed");
  resolver::StateFileWriter writer(&copy, &SteadyClock(), nullptr);
  resolver::StreamChanges changes(*std::move(loaded));
  Run run(options, server.get(), &changes, &writer, shared);
  Print("record", options, run.Kind(changer, [&](int i) { return changer.Record(i); }));
  Print("association", options, run.Kind(changer, [&](int i) { return changer.Association(i); }));
  Print("rule", options, run.Kind(changer, [&](int i) { return changer.Rule(i); }));
  std::printf("%.0f MiB at the end\n", RssMib());
}

}  // namespace
}  // namespace nave::bench

int main(int argc, char** argv) {
  nave::bench::Options options;
  CLI::App app("Changes a large state while queries run.");
  app.add_option("dir", options.dir, "The state directory")->required();
  app.add_option("--changes", options.changes, "Of each kind")->check(CLI::Range(2, 100000));
  app.add_option("--queries", options.rate, "A second")->check(CLI::Range(1, 100000));
  app.add_option("--workers", options.workers)->check(CLI::Range(1, 256));
  app.add_option("--pause-ms", options.pause_ms, "Between changes")->check(CLI::Range(0, 10000));
  CLI11_PARSE(app, argc, argv);
  nave::log::Configure(nave::log::Level::kWarning, nave::log::Form::kText);
  nave::bench::Measure(options);
  return 0;
}
