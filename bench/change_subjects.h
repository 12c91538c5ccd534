// What is changed and asked at the same time: a name whose answer says which change it has seen. A
// subject knows which answers can be right. Thread-safe.
#ifndef NAVE_BENCH_CHANGE_SUBJECTS_H_
#define NAVE_BENCH_CHANGE_SUBJECTS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "lib/dns/message.h"

namespace nave::bench {

class Subject {
 public:
  enum class Kind {
    kRecord,       // A record; the version is its address.
    kAssociation,  // A zone that the VPC sees at even versions and not at odd ones.
    kRule,         // A rule whose target is the first server at even versions, else the second.
  };

  Subject(Kind kind, int number);

  Kind kind() const { return kind_; }
  int number() const { return number_; }
  const dns::Name& qname() const { return qname_; }

  // A writer is about to make this version, the next one.
  void Begin(uint64_t version, absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);
  // The highest version that was in an answer. Any thread.
  uint64_t seen() const ABSL_LOCKS_EXCLUDED(mutex_);
  // The version that `answer` shows; nothing if it is wrong: no answer of any version from `low`,
  // which the one that asked had seen before it asked, to the newest that was begun.
  std::optional<uint64_t> Check(const dns::Message& answer, uint64_t low, absl::Time now)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // From the beginning of a change to the first answer with it.
  std::vector<absl::Duration> delays() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  std::optional<uint64_t> VersionOf(const dns::Message& answer, uint64_t low) const;

  const Kind kind_;
  const int number_;
  const dns::Name qname_;
  mutable absl::Mutex mutex_;
  uint64_t seen_ ABSL_GUARDED_BY(mutex_) = 0;
  // When each version was begun.
  std::vector<absl::Time> begun_ ABSL_GUARDED_BY(mutex_) = {absl::InfinitePast()};
  std::vector<absl::Duration> delays_ ABSL_GUARDED_BY(mutex_);
};

using Subjects = std::vector<std::unique_ptr<Subject>>;

// The address of a record at a version, and what the first and the second server answer.
std::string RecordAddress(uint64_t version);
std::string ServerAddress(int server);
// What every toggled zone answers.
inline constexpr char kZoneAddress[] = "192.0.2.1";
// Zones that the records are spread over.
inline constexpr int kRecordZones = 8;

}  // namespace nave::bench

#endif  // NAVE_BENCH_CHANGE_SUBJECTS_H_
