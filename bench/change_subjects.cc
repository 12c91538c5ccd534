#include "bench/change_subjects.h"

#include "absl/strings/str_cat.h"

namespace nave::bench {
namespace {

dns::Name QnameOf(Subject::Kind kind, int number) {
  switch (kind) {
    case Subject::Kind::kRecord:
      return *dns::Name::FromText(
          absl::StrCat("h", number, ".r", number % kRecordZones, ".example.com."));
    case Subject::Kind::kAssociation:
      return *dns::Name::FromText(absl::StrCat("www.a", number, ".example.com."));
    case Subject::Kind::kRule:
      return *dns::Name::FromText(absl::StrCat("www.f", number, ".example.net."));
  }
  return dns::Name();
}

std::string AddressOf(const dns::Message& answer) {
  if (answer.answers.size() != 1 || answer.answers[0].type != dns::RRType::kA) return "";
  const std::string& octets = answer.answers[0].rdata;
  if (octets.size() != 4) return "";
  const auto octet = [&](int i) { return static_cast<int>(static_cast<uint8_t>(octets[i])); };
  return absl::StrCat(octet(0), ".", octet(1), ".", octet(2), ".", octet(3));
}

uint64_t FirstWithParity(uint64_t low, uint64_t parity) { return low + ((low ^ parity) & 1); }

}  // namespace

std::string RecordAddress(uint64_t version) {
  return absl::StrCat("10.", version >> 16 & 0xff, ".", version >> 8 & 0xff, ".", version & 0xff);
}

std::string ServerAddress(int server) { return absl::StrCat("198.51.100.", 1 + server); }

Subject::Subject(Kind kind, int number)
    : kind_(kind), number_(number), qname_(QnameOf(kind, number)) {}

void Subject::Begin(uint64_t version, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  // A call that failed is made again.
  if (version == begun_.size()) begun_.push_back(now);
}

uint64_t Subject::seen() const {
  absl::MutexLock lock(&mutex_);
  return seen_;
}

std::optional<uint64_t> Subject::VersionOf(const dns::Message& answer, uint64_t low) const {
  const dns::Rcode rcode = answer.FullRcode();
  if (kind_ == Kind::kAssociation && rcode == dns::Rcode::kRefused) return FirstWithParity(low, 1);
  const std::string address = rcode == dns::Rcode::kNoError ? AddressOf(answer) : "";
  if (address.empty()) return std::nullopt;
  switch (kind_) {
    case Kind::kRecord: {
      const std::string& octets = answer.answers[0].rdata;
      uint64_t version = 0;
      for (int i = 1; i < 4; ++i) version = version << 8 | static_cast<uint8_t>(octets[i]);
      if (octets[0] != 10 || version < low) return std::nullopt;
      return version;
    }
    case Kind::kAssociation:
      if (address != kZoneAddress) return std::nullopt;
      return FirstWithParity(low, 0);
    case Kind::kRule:
      for (uint64_t server : {0, 1}) {
        if (address == ServerAddress(static_cast<int>(server))) return FirstWithParity(low, server);
      }
  }
  return std::nullopt;
}

std::optional<uint64_t> Subject::Check(const dns::Message& answer, uint64_t low, absl::Time now) {
  const std::optional<uint64_t> version = VersionOf(answer, low);
  absl::MutexLock lock(&mutex_);
  if (!version.has_value() || *version >= begun_.size()) return std::nullopt;
  if (*version > seen_) {
    seen_ = *version;
    delays_.push_back(now - begun_[seen_]);
  }
  return version;
}

std::vector<absl::Duration> Subject::delays() const {
  absl::MutexLock lock(&mutex_);
  return delays_;
}

}  // namespace nave::bench
