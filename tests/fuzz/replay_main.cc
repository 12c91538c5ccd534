// Runs a fuzz target over its corpus, as an ordinary test: every file as it is, every prefix of it,
// and every one with single octets changed. So a build without libFuzzer checks more than the files
// themselves.
//
//   dns_message_fuzz DIRECTORY
#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
// As in libFuzzer: a target may have it.
extern "C" __attribute__((weak)) int LLVMFuzzerInitialize(int* argc, char*** argv);

namespace {

// Larger inputs are replayed, but not varied: the time would grow with the square.
constexpr size_t kMaxVariedSize = 1024;
// What an octet is changed to, each in turn: the edges of lengths, label types, pointers and
// digits.
constexpr uint8_t kOctets[] = {0x00, 0x01, 0x3F, 0x40, 0x7F, 0x80,
                               0xC0, 0xFF, '"',  '\\', '(',  '\n'};

// What is run now, for the handler.
const std::string* current = nullptr;

// Says by which input the target was broken, as `xxd -r -p` takes it.
void OnAbort(int) {
  std::fprintf(stderr, "the input, in hexadecimal:\n");
  for (const char c : *current) std::fprintf(stderr, "%02x", static_cast<unsigned char>(c));
  std::fprintf(stderr, "\n");
}

void Run(const std::string& input) {
  current = &input;
  // A copy of exactly this size on the heap, so that a sanitizer sees one octet too far.
  const std::vector<uint8_t> octets(input.begin(), input.end());
  LLVMFuzzerTestOneInput(octets.data(), octets.size());
}

size_t RunVariants(const std::string& input) {
  size_t runs = 0;
  for (size_t size = 0; size < input.size(); ++size, ++runs) Run(input.substr(0, size));
  for (size_t at = 0; at < input.size(); ++at) {
    for (const uint8_t octet : kOctets) {
      std::string changed = input;
      changed[at] = static_cast<char>(octet);
      Run(changed);
      ++runs;
    }
  }
  return runs;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 2;
  }
  std::signal(SIGABRT, OnAbort);
  if (LLVMFuzzerInitialize != nullptr) LLVMFuzzerInitialize(&argc, &argv);
  std::vector<std::filesystem::path> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1], error)) {
    if (entry.is_regular_file()) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  size_t runs = 0;
  for (const std::filesystem::path& path : paths) {
    std::ifstream in(path, std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    Run(input);
    ++runs;
    if (input.size() <= kMaxVariedSize) runs += RunVariants(input);
  }
  std::printf("%zu files, %zu runs\n", paths.size(), runs);
  // An empty corpus would be a test that cannot fail.
  return paths.empty() ? 1 : 0;
}
