// Writes the seeds of the fuzz targets, a directory for each target; or says whether they are there
// as it would write them. Other files of a corpus, such as inputs that once broke something, are
// left alone.
//
//   make_seeds DIRECTORY
//   make_seeds --check DIRECTORY
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/string_view.h"
#include "tests/fuzz/seeds.h"

namespace nave::fuzzing {
namespace {

bool IsThere(const std::filesystem::path& path, const Seed& seed) {
  std::ifstream in(path, std::ios::binary);
  const std::string octets{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  return in.is_open() && octets == seed.octets;
}

bool Write(const std::filesystem::path& path, const Seed& seed) {
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  std::ofstream out(path, std::ios::binary);
  out << seed.octets;
  out.close();
  return out.good();
}

int Run(bool check, const std::filesystem::path& directory) {
  std::vector<Seed> seeds = DnsSeeds();
  for (Seed& seed : ResolverSeeds()) seeds.push_back(std::move(seed));
  int wrong = 0;
  for (const Seed& seed : seeds) {
    const std::filesystem::path path = directory / seed.corpus / seed.name;
    if (check ? IsThere(path, seed) : Write(path, seed)) continue;
    ++wrong;
    std::fprintf(stderr, "%s: %s\n", path.c_str(),
                 check ? "is not as it would be made; run make_seeds" : "cannot be written");
  }
  std::printf("%zu seeds, %d wrong\n", seeds.size(), wrong);
  return wrong == 0 ? 0 : 1;
}

}  // namespace
}  // namespace nave::fuzzing

int main(int argc, char** argv) {
  const bool check = argc == 3 && absl::string_view(argv[1]) == "--check";
  if (argc != 2 && !check) {
    std::fprintf(stderr, "usage: %s [--check] DIRECTORY\n", argv[0]);
    return 2;
  }
  return nave::fuzzing::Run(check, argv[argc - 1]);
}
