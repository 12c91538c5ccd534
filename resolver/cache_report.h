// How the cache is used, by rule, for people.
#ifndef NAVE_RESOLVER_CACHE_REPORT_H_
#define NAVE_RESOLVER_CACHE_REPORT_H_

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "nave/resolver/v1/cache.pb.h"
#include "resolver/cache.h"
#include "resolver/snapshot.h"

namespace nave::resolver {

// By the rule's name. Of one worker, or of several added up.
using CacheReport = std::map<std::string, v1::CacheUse>;

// Rules that one node tells of: the ones that are asked most.
inline constexpr size_t kMaxReportedRules = 1000;

// Adds what `cache` was used for in `view`; null: in all of the snapshot's.
void AddToReport(const Cache& cache, const Snapshot& snapshot, const View* view,
                 CacheReport* report);

// The most asked first, at most kMaxReportedRules.
std::vector<v1::CacheUse> MostAsked(const CacheReport& report);

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_CACHE_REPORT_H_
