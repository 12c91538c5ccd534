#include "store/lmdb/recent_changes.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace nave::store {
namespace {

std::string Printable(std::string_view key) {
  std::string text(key);
  std::replace(text.begin(), text.end(), '\0', '|');
  return text;
}

absl::Status Changed(Table table, std::string_view key) {
  return absl::AbortedError(absl::StrCat("'", Printable(key), "' in table ",
                                         static_cast<int>(table), " changed meanwhile"));
}

}  // namespace

absl::Status RecentChanges::Check(const CommitRequest& request) const {
  for (const EntryPrecondition& entry : request.entries) {
    if (entry.revision < floor_) return Changed(entry.table, entry.key);
    auto found = last_.find(Key(entry.table, entry.key));
    if (found != last_.end() && found->second > entry.revision) {
      return Changed(entry.table, entry.key);
    }
  }
  for (const RangePrecondition& range : request.ranges) NAVE_RETURN_IF_ERROR(CheckRange(range));
  return absl::OkStatus();
}

absl::Status RecentChanges::CheckRange(const RangePrecondition& range) const {
  if (range.revision < floor_) return Changed(range.table, range.start);
  for (auto it = last_.lower_bound(Key(range.table, range.start));
       it != last_.end() && it->first.first == range.table &&
       (range.end.empty() || it->first.second < range.end);
       ++it) {
    if (it->second > range.revision) return Changed(range.table, it->first.second);
  }
  return absl::OkStatus();
}

void RecentChanges::Add(const Change& change) {
  Commit commit{change.revision, {}};
  for (const ChangedKey& changed : change.keys) {
    commit.keys.emplace_back(changed.table, changed.key);
    last_[commit.keys.back()] = change.revision;
  }
  commits_.push_back(std::move(commit));
  while (commits_.size() > kMaxRecentCommits) {
    for (const Key& key : commits_.front().keys) {
      auto found = last_.find(key);
      if (found != last_.end() && found->second == commits_.front().revision) last_.erase(found);
    }
    floor_ = commits_.front().revision;
    commits_.pop_front();
  }
}

void RecentChanges::RollBackTo(Revision revision) {
  // A key of a lost commit may have an earlier change in the window; raising the floor makes that
  // question moot: whoever read before the failure reads again.
  commits_.clear();
  last_.clear();
  floor_ = revision;
}

}  // namespace nave::store
