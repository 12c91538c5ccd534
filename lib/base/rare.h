// A T that most objects of a kind do not have: it takes a pointer's room until it is made. Copies
// with its object. As thread-safe as T.
#ifndef NAVE_LIB_BASE_RARE_H_
#define NAVE_LIB_BASE_RARE_H_

#include <memory>
#include <utility>

namespace nave {

template <typename T>
class Rare {
 public:
  Rare() = default;
  Rare(Rare&&) = default;
  Rare& operator=(Rare&&) = default;
  Rare(const Rare& other)
      : value_(other.value_ == nullptr ? nullptr : std::make_unique<T>(*other.value_)) {}
  Rare& operator=(const Rare& other) { return *this = Rare(other); }

  bool is_made() const { return value_ != nullptr; }
  // A default T unless it was made.
  const T& operator*() const {
    static const T none;
    return value_ == nullptr ? none : *value_;
  }
  const T* operator->() const { return &**this; }
  // Makes it, if need be.
  T& Make() {
    if (value_ == nullptr) value_ = std::make_unique<T>();
    return *value_;
  }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace nave

#endif  // NAVE_LIB_BASE_RARE_H_
