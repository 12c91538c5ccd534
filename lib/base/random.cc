#include "lib/base/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/escaping.h"
#include "lib/base/check.h"

namespace nave {
namespace {

constexpr size_t kPoolBytes = 4096;

void Fill(char* out, size_t count) {
  while (count > 0) {
    // Above 256 bytes a signal may interrupt it, or make it return fewer.
    ssize_t got = getrandom(out, count, 0);
    if (got < 0) {
      NAVE_CHECK(errno == EINTR);
      continue;
    }
    out += got;
    count -= static_cast<size_t>(got);
  }
}

// One system call serves many numbers: a resolver draws several for each forwarded query.
struct Pool {
  char bytes[kPoolBytes];
  size_t used = kPoolBytes;
};

}  // namespace

std::string RandomBytes(size_t count) {
  std::string bytes(count, '\0');
  Fill(bytes.data(), count);
  return bytes;
}

uint64_t RandomUint64() {
  thread_local Pool pool;
  if (pool.used + sizeof(uint64_t) > kPoolBytes) {
    Fill(pool.bytes, kPoolBytes);
    pool.used = 0;
  }
  uint64_t value;
  std::memcpy(&value, pool.bytes + pool.used, sizeof(value));
  std::memset(pool.bytes + pool.used, 0, sizeof(value));
  pool.used += sizeof(value);
  return value;
}

std::string NewId(int64_t unix_ms) {
  static constexpr char kDigits[] = "0123456789abcdefghjkmnpqrstvwxyz";
  std::string id(26, '0');
  uint64_t time = static_cast<uint64_t>(unix_ms);
  for (int i = 9; i >= 0; --i, time >>= 5) id[i] = kDigits[time & 31];
  std::string random = RandomBytes(16);
  for (int i = 0; i < 16; ++i) id[10 + i] = kDigits[random[i] & 31];
  return id;
}

std::string NewSecret() {
  std::string text;
  absl::WebSafeBase64Escape(RandomBytes(32), &text);
  return text;
}

}  // namespace nave
