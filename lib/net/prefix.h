// A network in CIDR form, and a table that finds the longest one that holds an address
// (product.md section 6). Values; any thread may read.
#ifndef NAVE_LIB_NET_PREFIX_H_
#define NAVE_LIB_NET_PREFIX_H_

#include <algorithm>
#include <cstddef>
#include <functional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/net/address.h"

namespace nave::net {

class Prefix {
 public:
  // 0.0.0.0/0
  Prefix() = default;
  // Host bits are cleared. REQUIRES: 0 <= length <= address.bits().
  Prefix(const IpAddress& address, int length)
      : address_(address.Masked(length)), length_(length) {}

  // "10.0.0.0/8". INVALID_ARGUMENT without a length, for a length out of range, and for host bits
  // that are set: a typing error there would put a network into the wrong view.
  static absl::StatusOr<Prefix> Parse(absl::string_view text);

  std::string ToString() const;
  const IpAddress& address() const { return address_; }
  int length() const { return length_; }
  bool Contains(const IpAddress& address) const {
    return address.is_v4() == address_.is_v4() && address.Masked(length_) == address_;
  }

  friend bool operator==(const Prefix& a, const Prefix& b) {
    return a.length_ == b.length_ && a.address_ == b.address_;
  }
  friend bool operator<(const Prefix& a, const Prefix& b) {
    return a.address_ != b.address_ ? a.address_ < b.address_ : a.length_ < b.length_;
  }
  template <typename H>
  friend H AbslHashValue(H h, const Prefix& p) {
    return H::combine(std::move(h), p.address_, p.length_);
  }
  friend std::ostream& operator<<(std::ostream& os, const Prefix& p) { return os << p.ToString(); }

 private:
  IpAddress address_;
  int length_ = 0;
};

// Longest match by one probe for each length that occurs: at most 33 for IPv4, 129 for IPv6, in
// practice a handful.
template <typename T>
class PrefixTable {
 public:
  // False, and nothing changes, if the prefix is there already.
  bool Insert(const Prefix& prefix, T value) {
    if (!values_.emplace(prefix, std::move(value)).second) return false;
    std::vector<int>& lengths = prefix.address().is_v4() ? lengths_v4_ : lengths_v6_;
    auto at = std::lower_bound(lengths.begin(), lengths.end(), prefix.length(), std::greater<>());
    if (at == lengths.end() || *at != prefix.length()) lengths.insert(at, prefix.length());
    return true;
  }
  // The value of the longest prefix that holds `address`, or null. Valid until the next Insert.
  const T* Find(const IpAddress& address) const {
    for (int length : address.is_v4() ? lengths_v4_ : lengths_v6_) {
      auto found = values_.find(Prefix(address, length));
      if (found != values_.end()) return &found->second;
    }
    return nullptr;
  }
  // The value of exactly this prefix, or null.
  const T* FindExact(const Prefix& prefix) const {
    auto found = values_.find(prefix);
    return found == values_.end() ? nullptr : &found->second;
  }
  size_t size() const { return values_.size(); }
  bool empty() const { return values_.empty(); }

 private:
  absl::flat_hash_map<Prefix, T> values_;
  std::vector<int> lengths_v4_;  // Longest first.
  std::vector<int> lengths_v6_;
};

}  // namespace nave::net

#endif  // NAVE_LIB_NET_PREFIX_H_
