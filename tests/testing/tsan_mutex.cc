// Tells the thread sanitizer what Abseil's mutexes order. Debian's Abseil is built without the
// sanitizer, which then sees neither its atomics nor who waits for whom, and takes every guarded
// field for a race. Part of every program of the preset `tsan`, and of no other.
//
// These definitions stand before the library's own for all that calls them, gRPC included; each
// calls the library's and says before and after it what is released and acquired.
#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"

namespace {

// The library's function of this name, with the method's object as its first argument.
template <typename Function>
Function Next(const char* symbol) {
  void* const found = dlsym(RTLD_NEXT, symbol);
  if (found == nullptr) std::abort();
  return reinterpret_cast<Function>(found);
}

// A condition, and the mutex that is held while it is evaluated: within the library, by the thread
// that waits or by the one that unlocks.
struct Guarded {
  absl::Mutex* mutex;
  const absl::Condition& condition;
};

bool Evaluate(const Guarded* guarded) {
  __tsan_acquire(guarded->mutex);
  const bool is_true = guarded->condition.Eval();
  __tsan_release(guarded->mutex);
  return is_true;
}

}  // namespace

#define NAVE_NEXT(result, symbol, ...) \
  static const auto next = Next<result (*)(__VA_ARGS__)>(symbol)

namespace absl {
ABSL_NAMESPACE_BEGIN

void Mutex::Lock() {
  NAVE_NEXT(void, "_ZN4absl7debian35Mutex4LockEv", Mutex*);
  next(this);
  __tsan_acquire(this);
}

bool Mutex::TryLock() {
  NAVE_NEXT(bool, "_ZN4absl7debian35Mutex7TryLockEv", Mutex*);
  const bool locked = next(this);
  if (locked) __tsan_acquire(this);
  return locked;
}

void Mutex::Unlock() {
  NAVE_NEXT(void, "_ZN4absl7debian35Mutex6UnlockEv", Mutex*);
  __tsan_release(this);
  next(this);
}

void Mutex::ReaderLock() {
  NAVE_NEXT(void, "_ZN4absl7debian35Mutex10ReaderLockEv", Mutex*);
  next(this);
  __tsan_acquire(this);
}

void Mutex::ReaderUnlock() {
  NAVE_NEXT(void, "_ZN4absl7debian35Mutex12ReaderUnlockEv", Mutex*);
  __tsan_release(this);
  next(this);
}

void Mutex::Await(const Condition& condition) {
  const Guarded guarded = {this, condition};
  NAVE_NEXT(void, "_ZN4absl7debian35Mutex5AwaitERKNS0_9ConditionE", Mutex*, const Condition&);
  __tsan_release(this);
  next(this, Condition(&Evaluate, &guarded));
  __tsan_acquire(this);
}

bool Mutex::AwaitWithTimeout(const Condition& condition, Duration timeout) {
  const Guarded guarded = {this, condition};
  NAVE_NEXT(bool, "_ZN4absl7debian35Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE",
            Mutex*, const Condition&, Duration);
  __tsan_release(this);
  const bool is_true = next(this, Condition(&Evaluate, &guarded), timeout);
  __tsan_acquire(this);
  return is_true;
}

void Mutex::LockWhen(const Condition& condition) {
  const Guarded guarded = {this, condition};
  NAVE_NEXT(void, "_ZN4absl7debian35Mutex8LockWhenERKNS0_9ConditionE", Mutex*, const Condition&);
  next(this, Condition(&Evaluate, &guarded));
  __tsan_acquire(this);
}

void CondVar::Wait(Mutex* mutex) {
  NAVE_NEXT(void, "_ZN4absl7debian37CondVar4WaitEPNS0_5MutexE", CondVar*, Mutex*);
  __tsan_release(mutex);
  next(this, mutex);
  __tsan_acquire(mutex);
}

bool CondVar::WaitWithTimeout(Mutex* mutex, Duration timeout) {
  NAVE_NEXT(bool, "_ZN4absl7debian37CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE", CondVar*,
            Mutex*, Duration);
  __tsan_release(mutex);
  const bool expired = next(this, mutex, timeout);
  __tsan_acquire(mutex);
  return expired;
}

bool CondVar::WaitWithDeadline(Mutex* mutex, Time deadline) {
  NAVE_NEXT(bool, "_ZN4absl7debian37CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE", CondVar*,
            Mutex*, Time);
  __tsan_release(mutex);
  const bool expired = next(this, mutex, deadline);
  __tsan_acquire(mutex);
  return expired;
}

void Notification::Notify() {
  NAVE_NEXT(void, "_ZN4absl7debian312Notification6NotifyEv", Notification*);
  __tsan_release(this);
  next(this);
}

void Notification::WaitForNotification() const {
  NAVE_NEXT(void, "_ZNK4absl7debian312Notification19WaitForNotificationEv", const Notification*);
  next(this);
  __tsan_acquire(const_cast<Notification*>(this));
}

ABSL_NAMESPACE_END
}  // namespace absl
