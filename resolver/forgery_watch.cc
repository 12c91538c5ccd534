#include "resolver/forgery_watch.h"

#include "absl/hash/hash.h"
#include "lib/dns/header.h"
#include "lib/dns/name.h"
#include "lib/dns/wire_reader.h"

namespace nave::resolver {

uint64_t ForgeryWatch::HashOf(absl::Span<const uint8_t> message) {
  dns::WireReader reader(message);
  const dns::Header header = dns::ReadHeader(&reader);
  reader.ReadUncompressedName();
  reader.ReadU32();
  if (!reader.ok()) return 0;
  const auto question = message.subspan(dns::kHeaderSize, reader.offset() - dns::kHeaderSize);
  return absl::HashOf(header.id, dns::ToStringView(question));
}

void ForgeryWatch::OnGivenUp(absl::string_view query) {
  if (given_up_.size() >= kMaxLate) given_up_.clear();
  given_up_.insert(HashOf(dns::ToOctets(query)));
}

bool ForgeryWatch::OnMismatch(Mismatch what, absl::Span<const uint8_t> message, absl::Time now) {
  // A forger who gets this far has guessed all that there is to guess of a query that is over.
  if (!given_up_.empty() && given_up_.erase(HashOf(message)) > 0) {
    ++stats_->late;
    return false;
  }
  ++stats_->mismatches[static_cast<size_t>(what)];
  if (now >= window_end_) {
    window_end_ = now + kWindow;
    in_window_ = 0;
  }
  if (++in_window_ != kBurst) return false;
  ++stats_->bursts;
  return true;
}

}  // namespace nave::resolver
