#include "resolver/state_file_format.h"

#include <openssl/evp.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/check.h"
#include "lib/base/status_macros.h"
#include "resolver/state_file.h"

namespace nave::resolver {
namespace {

constexpr absl::string_view kMagic = "NAVESTAT";
constexpr size_t kDigestSize = 32;
// Octets that are collected before they are hashed and written.
constexpr size_t kFlushSize = 256 * 1024;

// Written to disk: never renumber.
enum class Kind : uint8_t { kEnd = 0, kListener = 1, kView = 2, kZone = 3, kRule = 4 };

void AppendU32(uint32_t value, std::string* out) {
  for (int shift = 24; shift >= 0; shift -= 8) out->push_back(static_cast<char>(value >> shift));
}

void AppendU64(uint64_t value, std::string* out) {
  AppendU32(static_cast<uint32_t>(value >> 32), out);
  AppendU32(static_cast<uint32_t>(value), out);
}

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    NAVE_CHECK(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
  }
  void Add(absl::string_view octets) {
    NAVE_CHECK(EVP_DigestUpdate(context_.get(), octets.data(), octets.size()) == 1);
  }
  std::string Finish() {
    std::string digest(kDigestSize, '\0');
    unsigned int size = 0;
    NAVE_CHECK(EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()),
                                  &size) == 1);
    return digest;
  }

 private:
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
};

class Decoder {
 public:
  explicit Decoder(absl::string_view rest) : rest_(rest) {}

  uint64_t Number(size_t size) {
    uint64_t value = 0;
    for (const char c : Octets(size)) value = value << 8 | static_cast<uint8_t>(c);
    return value;
  }
  absl::string_view Octets(size_t size) {
    if (rest_.size() < size) ok_ = false;
    if (!ok_) return "";
    const absl::string_view octets = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return octets;
  }
  template <typename T, typename Objects>
  absl::Status Object(std::string (*name_of)(const T&), Objects* objects) {
    auto object = std::make_shared<T>();
    NAVE_RETURN_IF_ERROR(Read(object.get()).status());
    const std::string name = name_of(*object);
    return Put(name, std::move(object), objects);
  }
  absl::Status Zone(State* state) {
    v1::Zone zone;
    NAVE_ASSIGN_OR_RETURN(const absl::string_view octets, Read(&zone));
    return Put(zone.name(), std::make_shared<StoredZone>(std::string(octets)), &state->zones);
  }
  bool ok() const { return ok_; }
  bool done() const { return rest_.empty(); }

 private:
  // The octets of the message that was read.
  absl::StatusOr<absl::string_view> Read(google::protobuf::MessageLite* message) {
    const absl::string_view octets = Octets(Number(4));
    if (!ok_ || octets.size() > StateFile::kMaxObjectSize ||
        !message->ParseFromArray(octets.data(), static_cast<int>(octets.size()))) {
      return absl::DataLossError("an object cannot be read");
    }
    return octets;
  }
  template <typename Object, typename Objects>
  static absl::Status Put(const std::string& name, Object object, Objects* objects) {
    if (objects->emplace(name, std::move(object))) return absl::OkStatus();
    return absl::DataLossError(absl::StrCat("'", name, "' is there twice"));
  }

  absl::string_view rest_;
  bool ok_ = true;
};

template <typename T>
std::string NameOf(const T& object) {
  return object.name();
}
std::string AddressOf(const v1::Listener& listener) { return listener.address(); }

absl::Status DecodeObject(Kind kind, Decoder* decoder, State* state) {
  switch (kind) {
    case Kind::kListener:
      return decoder->Object<v1::Listener>(AddressOf, &state->listeners);
    case Kind::kView:
      return decoder->Object<v1::View>(NameOf<v1::View>, &state->views);
    case Kind::kZone:
      return decoder->Zone(state);
    case Kind::kRule:
      return decoder->Object<v1::Rule>(NameOf<v1::Rule>, &state->rules);
    case Kind::kEnd:
      break;
  }
  return absl::DataLossError("it holds an object of an unknown kind");
}

}  // namespace

class StateEncoder::Impl {
 public:
  Impl(int64_t revision, absl::FunctionRef<absl::Status(absl::string_view)> write)
      : write_(write), buffer_(kMagic) {
    AppendU32(StateFile::kFormat, &buffer_);
    AppendU64(static_cast<uint64_t>(revision), &buffer_);
  }

  absl::Status Add(Kind kind, const std::string& name, absl::string_view octets) {
    if (octets.size() > StateFile::kMaxObjectSize) {
      return absl::ResourceExhaustedError(absl::StrCat("'", name, "' is too large to be kept"));
    }
    buffer_.push_back(static_cast<char>(kind));
    AppendU32(static_cast<uint32_t>(octets.size()), &buffer_);
    buffer_.append(octets.data(), octets.size());
    ++count_;
    return buffer_.size() >= kFlushSize ? Flush() : absl::OkStatus();
  }

  absl::Status End() {
    buffer_.push_back(static_cast<char>(Kind::kEnd));
    AppendU64(count_, &buffer_);
    NAVE_RETURN_IF_ERROR(Flush());
    return write_(hash_.Finish());
  }

 private:
  absl::Status Flush() {
    hash_.Add(buffer_);
    const absl::Status status = write_(buffer_);
    buffer_.clear();
    return status;
  }

  const absl::FunctionRef<absl::Status(absl::string_view)> write_;
  std::string buffer_;
  Sha256 hash_;
  uint64_t count_ = 0;
};

StateEncoder::StateEncoder(int64_t revision,
                           absl::FunctionRef<absl::Status(absl::string_view)> write)
    : impl_(std::make_unique<Impl>(revision, write)) {}
StateEncoder::~StateEncoder() = default;

absl::Status StateEncoder::Add(const v1::Listener& listener) {
  return impl_->Add(Kind::kListener, listener.address(), listener.SerializeAsString());
}
absl::Status StateEncoder::Add(const v1::View& view) {
  return impl_->Add(Kind::kView, view.name(), view.SerializeAsString());
}
absl::Status StateEncoder::Add(const v1::Zone& zone) {
  return impl_->Add(Kind::kZone, zone.name(), zone.SerializeAsString());
}
absl::Status StateEncoder::Add(const std::string& name, const StoredZone& zone) {
  return impl_->Add(Kind::kZone, name, zone.octets());
}
absl::Status StateEncoder::Add(const v1::Rule& rule) {
  return impl_->Add(Kind::kRule, rule.name(), rule.SerializeAsString());
}
absl::Status StateEncoder::End() { return impl_->End(); }

absl::Status StateEncoder::AddAll(const State& state) {
  const auto add = [this](const auto& objects) -> absl::Status {
    for (const auto& [name, object] : objects) NAVE_RETURN_IF_ERROR(Add(*object));
    return absl::OkStatus();
  };
  NAVE_RETURN_IF_ERROR(add(state.listeners));
  NAVE_RETURN_IF_ERROR(add(state.views));
  for (const auto& [name, zone] : state.zones) NAVE_RETURN_IF_ERROR(Add(name, *zone));
  return add(state.rules);
}

absl::Status EncodeState(const State& state,
                         absl::FunctionRef<absl::Status(absl::string_view)> write) {
  StateEncoder encoder(state.revision, write);
  NAVE_RETURN_IF_ERROR(encoder.AddAll(state));
  return encoder.End();
}

absl::StatusOr<State> DecodeState(absl::string_view octets) {
  Decoder header(octets);
  if (header.Octets(kMagic.size()) != kMagic) {
    return absl::DataLossError("it does not begin as a state file does");
  }
  const uint64_t format = header.Number(4);
  if (header.ok() && format != StateFile::kFormat) {
    return absl::FailedPreconditionError(
        absl::StrCat("its format is ", format, ", this program reads ", StateFile::kFormat));
  }
  if (octets.size() < kDigestSize) return absl::DataLossError("it ends too early");
  // Nothing of it is believed before all of it is known to be whole.
  Sha256 hash;
  hash.Add(octets.substr(0, octets.size() - kDigestSize));
  if (hash.Finish() != octets.substr(octets.size() - kDigestSize)) {
    return absl::DataLossError("its checksum is wrong");
  }
  Decoder decoder(octets.substr(0, octets.size() - kDigestSize));
  decoder.Octets(kMagic.size() + 4);
  State state;
  state.revision = static_cast<int64_t>(decoder.Number(8));
  uint64_t count = 0;
  for (auto kind = static_cast<Kind>(decoder.Number(1)); decoder.ok() && kind != Kind::kEnd;
       kind = static_cast<Kind>(decoder.Number(1))) {
    NAVE_RETURN_IF_ERROR(DecodeObject(kind, &decoder, &state));
    ++count;
  }
  if (decoder.Number(8) != count || !decoder.ok() || !decoder.done()) {
    return absl::DataLossError("it does not hold what it says");
  }
  return state;
}

}  // namespace nave::resolver
