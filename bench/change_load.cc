// Changes the control plane's state while it asks a resolver, checks every answer, and prints what
// it saw as one line of JSON. README.md says how the run uses it.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "bench/change_queries.h"
#include "bench/change_subjects.h"
#include "bench/change_writers.h"

namespace nave::bench {
namespace {

struct Options {
  WriterOptions writers;
  std::string resolver;
  uint64_t rate = 20000;
  double seconds = 60;
  int records = 48, associations = 8, rules = 8;
};

// How long the resolver may take to serve what was prepared.
constexpr absl::Duration kReadyMax = absl::Seconds(30);

void Declare(CLI::App* app, Options* options) {
  app->add_option("--server", options->writers.server, "HOST:PORT of naved")->required();
  app->add_option("--ca", options->writers.ca_path, "The CA of its certificate, PEM")->required();
  app->add_option("--token", options->writers.token, "Bearer token")->required();
  app->add_option("--resolver", options->resolver, "ADDRESS:PORT that is asked")->required();
  app->add_option("--changes", options->writers.rate, "Changes a second")
      ->check(CLI::Range(1.0, 10000.0));
  app->add_option("--queries", options->rate, "Queries a second")->check(CLI::Range(1, 1000000));
  app->add_option("--seconds", options->seconds)->check(CLI::Range(0.1, 3600.0));
  app->add_option("--records", options->records)->check(CLI::Range(1, 500));
  app->add_option("--associations", options->associations)->check(CLI::Range(0, 100));
  app->add_option("--rules", options->rules)->check(CLI::Range(0, 100));
}

Subjects Make(const Options& options) {
  Subjects subjects;
  const auto add = [&](Subject::Kind kind, int count) {
    for (int i = 0; i < count; ++i) subjects.push_back(std::make_unique<Subject>(kind, i));
  };
  add(Subject::Kind::kRecord, options.records);
  add(Subject::Kind::kAssociation, options.associations);
  add(Subject::Kind::kRule, options.rules);
  return subjects;
}

// Until a round of questions brings the right answers alone.
bool WaitUntilServed(const net::Endpoint& resolver, const Subjects& subjects) {
  const absl::Time end = absl::Now() + kReadyMax;
  while (absl::Now() < end) {
    std::atomic<bool> stop{false};
    std::thread timer([&] {
      absl::SleepFor(absl::Milliseconds(500));
      stop.store(true);
    });
    const QueryResult seen = RunQueries(resolver, 5000, subjects, &stop);
    timer.join();
    if (seen.answers > 0 && seen.wrong == 0 && seen.lost == 0) return true;
  }
  return false;
}

double MillisAt(std::vector<absl::Duration>* delays, double share) {
  if (delays->empty()) return 0;
  std::sort(delays->begin(), delays->end());
  const auto at = static_cast<size_t>(share * static_cast<double>(delays->size()));
  return absl::ToDoubleMilliseconds((*delays)[std::min(at, delays->size() - 1)]);
}

void Print(const Options& options, const Subjects& subjects, const WriteResult& written,
           QueryResult asked) {
  std::vector<absl::Duration> shown;
  for (const auto& subject : subjects) {
    const std::vector<absl::Duration> delays = subject->delays();
    shown.insert(shown.end(), delays.begin(), delays.end());
  }
  const auto number = [](uint64_t value) { return static_cast<unsigned long long>(value); };
  std::printf(
      "{\"seconds\": %.3f, \"changes\": %llu, \"errors\": %llu, \"unseen\": %llu, \"shown\": %llu, "
      "\"queries\": %llu, \"lost\": %llu, \"wrong\": %llu, \"servfail\": %llu, "
      "\"change_p50_ms\": %.3f, \"change_p99_ms\": %.3f, \"query_p50_ms\": %.3f, "
      "\"query_p99_ms\": %.3f}\n",
      options.seconds, number(written.changes), number(written.errors), number(written.unseen),
      number(shown.size()), number(asked.queries), number(asked.lost), number(asked.wrong),
      number(asked.servfail), MillisAt(&shown, 0.5), MillisAt(&shown, 0.99),
      MillisAt(&asked.delays, 0.5), MillisAt(&asked.delays, 0.99));
  for (const std::string& text : {written.first_error, asked.first_wrong}) {
    if (!text.empty()) std::fprintf(stderr, "%s\n", text.c_str());
  }
}

int Fail(const std::string& text) {
  std::fprintf(stderr, "change_load: %s\n", text.c_str());
  return 1;
}

int Main(int argc, char** argv) {
  CLI::App app("Changes and questions at once", "change_load");
  Options options;
  Declare(&app, &options);
  CLI11_PARSE(app, argc, argv);
  const absl::StatusOr<net::Endpoint> resolver = net::Endpoint::Parse(options.resolver);
  if (!resolver.ok()) return Fail(std::string(resolver.status().message()));
  const Subjects subjects = Make(options);
  TwoServers servers;
  for (int server : {0, 1}) options.writers.ports[server] = servers.port(server);
  Writers writers(options.writers, subjects);
  const absl::Status prepared = writers.Prepare();
  if (!prepared.ok()) return Fail(prepared.ToString());
  if (!WaitUntilServed(*resolver, subjects)) return Fail("the resolver does not serve the state");
  std::atomic<bool> stop{false}, stop_asking{false};
  QueryResult asked;
  std::thread asker([&] { asked = RunQueries(*resolver, options.rate, subjects, &stop_asking); });
  std::thread timer([&] {
    absl::SleepFor(absl::Seconds(options.seconds));
    stop.store(true);
  });
  const WriteResult written = writers.Run(&stop);
  timer.join();
  stop_asking.store(true);
  asker.join();
  Print(options, subjects, written, std::move(asked));
  return 0;
}

}  // namespace
}  // namespace nave::bench

int main(int argc, char** argv) { return nave::bench::Main(argc, argv); }
