// The rdatas of one RRset, one behind the other in one piece of memory: zones and caches hold
// millions of RRsets, nearly all of one short rdata, which then needs no allocation. Values; any
// thread.
#ifndef NAVE_LIB_DNS_RDATA_LIST_H_
#define NAVE_LIB_DNS_RDATA_LIST_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <iterator>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"

namespace nave::dns {

class RdataList {
 public:
  // In the order given. Each is valid until the list changes.
  class const_iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = absl::string_view;
    using difference_type = std::ptrdiff_t;
    using pointer = const absl::string_view*;
    using reference = absl::string_view;

    const_iterator() = default;
    absl::string_view operator*() const { return absl::string_view(at_ + kSizeOctets, size()); }
    const_iterator& operator++() {
      at_ += kSizeOctets + size();
      return *this;
    }
    const_iterator operator++(int) {
      const const_iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const_iterator a, const_iterator b) { return a.at_ == b.at_; }
    friend bool operator!=(const_iterator a, const_iterator b) { return a.at_ != b.at_; }

   private:
    friend class RdataList;
    explicit const_iterator(const char* at) : at_(at) {}
    uint16_t size() const {
      uint16_t size;
      std::memcpy(&size, at_, sizeof(size));
      return size;
    }
    const char* at_ = nullptr;
  };

  RdataList() = default;
  RdataList(std::initializer_list<absl::string_view> rdatas) {
    for (const absl::string_view rdata : rdatas) push_back(rdata);
  }

  // REQUIRES: at most 65535 octets, and fewer than 65535 rdatas.
  void push_back(absl::string_view rdata) {
    const auto size = static_cast<uint16_t>(rdata.size());
    const char* const prefix = reinterpret_cast<const char*>(&size);
    octets_.insert(octets_.end(), prefix, prefix + sizeof(size));
    octets_.insert(octets_.end(), rdata.begin(), rdata.end());
    ++count_;
  }
  void clear() {
    octets_.clear();
    count_ = 0;
  }

  size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  const_iterator begin() const { return const_iterator(octets_.data()); }
  const_iterator end() const { return const_iterator(octets_.data() + octets_.size()); }
  // REQUIRES: not empty.
  absl::string_view front() const { return *begin(); }

  // Octets on the heap.
  size_t AllocatedSize() const { return octets_.capacity() > kInlineSize ? octets_.capacity() : 0; }

  friend bool operator==(const RdataList& a, const RdataList& b) { return a.octets_ == b.octets_; }
  friend bool operator!=(const RdataList& a, const RdataList& b) { return !(a == b); }

 private:
  static constexpr size_t kSizeOctets = sizeof(uint16_t);
  // Four IPv4 addresses, or one of IPv6.
  static constexpr size_t kInlineSize = 24;

  // Each: its size in this machine's order, and its octets.
  absl::InlinedVector<char, kInlineSize> octets_;
  uint16_t count_ = 0;
};

}  // namespace nave::dns

#endif  // NAVE_LIB_DNS_RDATA_LIST_H_
