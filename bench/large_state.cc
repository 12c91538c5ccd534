// Writes a large state as a resolver keeps it on disk: `nave-resolver --state-dir DIR` starts from
// it. View `i` of a shared listener has the sources 127.x.y.0/24, with x = 1 + i / 256 and
// y = i % 256, so that one machine can ask in all of them. Object by object, in bounded memory.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"
#include "resolver/file_source.h"
#include "resolver/state_file_format.h"

namespace nave::bench {
namespace {

namespace v1 = resolver::v1;

struct Options {
  std::string dir;
  std::string listen = "127.0.0.1";
  int port = 5300;
  // Listeners with one view behind each.
  int own_listeners = 100;
  int views = 10000;
  int zones = 100000;
  // Of zones with views, the same number in each.
  int64_t associations = 1000000;
  // A and TXT in turn, each an RRset.
  int records = 10;
  // In every tenth view, the same number in each.
  int rules = 10000;
  uint64_t seed = 1;
  // A snapshot file whose objects are there as well.
  std::string with;
};

constexpr int kViewsPerRuledView = 10;
constexpr int kViewsMax = 200 * 256;

void Declare(CLI::App* app, Options* options) {
  app->add_option("dir", options->dir, "The state directory; the file is DIR/state")->required();
  app->add_option("--listen", options->listen, "Address of the shared listener");
  app->add_option("--port", options->port)->check(CLI::Range(1, 65535));
  app->add_option("--own-listeners", options->own_listeners, "Listeners of one view each")
      ->check(CLI::Range(0, kViewsMax));
  app->add_option("--views", options->views)->check(CLI::Range(1, kViewsMax));
  app->add_option("--zones", options->zones)->check(CLI::Range(1, 4000000));
  app->add_option("--associations", options->associations)->check(CLI::Range(0, 100000000));
  app->add_option("--records", options->records, "Records of each zone")
      ->check(CLI::Range(1, 1000000));
  app->add_option("--rules", options->rules)->check(CLI::Range(0, 4000000));
  app->add_option("--with", options->with, "A snapshot file whose objects are there as well");
  app->add_option("--seed", options->seed, "Other addresses in the records");
}

std::string ViewName(int i) { return absl::StrFormat("accounts/large/vpcs/v%05d", i); }
std::string ZoneName(int i) { return absl::StrFormat("accounts/large/zones/z%07d", i); }
std::string RuleName(int i) { return absl::StrFormat("accounts/large/rules/r%07d", i); }

uint64_t Mix(uint64_t value) {
  value = (value ^ value >> 31) * 0x9e3779b97f4a7c15u;
  return value ^ value >> 29;
}

class Generator {
 public:
  Generator(const Options& options, resolver::State more)
      : options_(options), more_(std::move(more)) {}

  absl::Status Write(resolver::StateEncoder* encoder) const {
    NAVE_RETURN_IF_ERROR(encoder->Add(SharedListener()));
    for (int i = 0; i < std::min(options_.own_listeners, options_.views); ++i) {
      NAVE_RETURN_IF_ERROR(encoder->Add(OwnListener(i)));
    }
    for (int i = 0; i < options_.views; ++i) NAVE_RETURN_IF_ERROR(encoder->Add(View(i)));
    for (int i = 0; i < options_.zones; ++i) NAVE_RETURN_IF_ERROR(encoder->Add(Zone(i)));
    for (int i = 0; i < options_.rules; ++i) NAVE_RETURN_IF_ERROR(encoder->Add(Rule(i)));
    NAVE_RETURN_IF_ERROR(encoder->AddAll(more_));
    return encoder->End();
  }

 private:
  v1::Listener SharedListener() const {
    v1::Listener listener;
    listener.set_address(absl::StrCat(options_.listen, ":", options_.port));
    for (int i = 0; i < options_.views; ++i) listener.add_views(ViewName(i));
    return listener;
  }

  v1::Listener OwnListener(int i) const {
    v1::Listener listener;
    listener.set_address(absl::StrCat("127.", 201 + i / 65536, ".", i / 256 % 256, ".", i % 256,
                                      ":", options_.port));
    listener.add_views(ViewName(i));
    return listener;
  }

  v1::View View(int i) const {
    v1::View view;
    view.set_name(ViewName(i));
    view.add_networks(absl::StrCat("127.", 1 + i / 256, ".", i % 256, ".0/24"));
    const auto per_view =
        static_cast<int>(std::min<int64_t>(options_.associations / options_.views, options_.zones));
    for (int j = 0; j < per_view; ++j) {
      view.add_zones(
          ZoneName(static_cast<int>((static_cast<int64_t>(i) * per_view + j) % options_.zones)));
    }
    if (i % kViewsPerRuledView != 0) return view;
    const int ruled_views = (options_.views + kViewsPerRuledView - 1) / kViewsPerRuledView;
    for (int j = i / kViewsPerRuledView; j < options_.rules; j += ruled_views) {
      view.add_rules(RuleName(j));
    }
    return view;
  }

  v1::Zone Zone(int i) const {
    v1::Zone zone;
    zone.set_name(ZoneName(i));
    zone.set_apex(absl::StrCat("z", i, ".large.example."));
    for (int j = 0; j < options_.records; ++j) {
      const uint64_t value =
          Mix(Mix(options_.seed) + static_cast<uint64_t>(i) * 1000000 + static_cast<uint64_t>(j));
      v1::RRset* const rrset = zone.add_rrsets();
      rrset->set_owner(absl::StrCat("h", j, ".", zone.apex()));
      rrset->set_ttl(300);
      rrset->set_type(j % 2 == 0 ? "A" : "TXT");
      rrset->add_rdata(j % 2 == 0 ? absl::StrCat("10.", value >> 16 & 255, ".", value >> 8 & 255,
                                                 ".", value & 255)
                                  : absl::StrFormat("\"id=%08x\"", value & 0xffffffff));
    }
    return zone;
  }

  // To a port of this machine at which nobody listens.
  v1::Rule Rule(int i) const {
    v1::Rule rule;
    rule.set_name(RuleName(i));
    rule.set_domain_name(absl::StrCat("r", i, ".forward.example."));
    rule.set_kind(v1::Rule::FORWARD);
    v1::Target* const target = rule.add_targets();
    target->set_address(absl::StrCat("127.255.", i / 256 % 256, ".", i % 256));
    target->set_port(9);
    return rule;
  }

  const Options& options_;
  const resolver::State more_;
};

absl::Status Write(const Options& options, const std::string& path, uint64_t* size) {
  resolver::State more;
  if (!options.with.empty()) {
    NAVE_ASSIGN_OR_RETURN(more, resolver::ReadSnapshotFile(options.with));
  }
  std::filesystem::create_directories(options.dir);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  const auto write = [&](absl::string_view octets) -> absl::Status {
    file.write(octets.data(), static_cast<std::streamsize>(octets.size()));
    *size += octets.size();
    return file ? absl::OkStatus() : absl::UnavailableError(absl::StrCat("cannot write ", path));
  };
  resolver::StateEncoder encoder(1, write);
  NAVE_RETURN_IF_ERROR(Generator(options, std::move(more)).Write(&encoder));
  file.close();
  return file ? absl::OkStatus() : absl::UnavailableError(absl::StrCat("cannot close ", path));
}

}  // namespace
}  // namespace nave::bench

int main(int argc, char** argv) {
  nave::bench::Options options;
  CLI::App app("Writes a large state for nave-resolver.");
  nave::bench::Declare(&app, &options);
  CLI11_PARSE(app, argc, argv);
  const std::string path = options.dir + "/state";
  uint64_t size = 0;
  const absl::Status status = nave::bench::Write(options, path, &size);
  if (!status.ok()) {
    std::fprintf(stderr, "large_state: %s\n", std::string(status.message()).c_str());
    return 1;
  }
  std::printf("%s: %d views, %d zones, %lld records, %lld associations, %d rules, %llu octets\n",
              path.c_str(), options.views, options.zones,
              static_cast<long long>(options.zones) * options.records,
              static_cast<long long>(options.associations / options.views) * options.views,
              options.rules, static_cast<unsigned long long>(size));
  return 0;
}
