#include "resolver/siphash.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <utility>

#include "lib/base/check.h"

namespace nave::resolver {

struct SipHash::Context {
  Context() {
    EVP_MAC* mac = EVP_MAC_fetch(nullptr, "SIPHASH", nullptr);
    NAVE_CHECK(mac != nullptr);
    context = EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac);
    NAVE_CHECK(context != nullptr);
    size_t size = kHashSize;
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
                                 OSSL_PARAM_construct_end()};
    NAVE_CHECK(EVP_MAC_CTX_set_params(context, params) == 1);
  }
  ~Context() { EVP_MAC_CTX_free(context); }

  EVP_MAC_CTX* context;
};

SipHash::SipHash(std::string key) : key_(std::move(key)), context_(std::make_unique<Context>()) {
  NAVE_CHECK(key_.size() == kKeySize);
}

SipHash::~SipHash() = default;
SipHash::SipHash(SipHash&&) noexcept = default;
SipHash& SipHash::operator=(SipHash&&) noexcept = default;

std::array<uint8_t, SipHash::kHashSize> SipHash::Of(absl::Span<const uint8_t> data) {
  std::array<uint8_t, kHashSize> hash{};
  size_t size = 0;
  // The key begins the computation anew.
  NAVE_CHECK(EVP_MAC_init(context_->context, reinterpret_cast<const uint8_t*>(key_.data()),
                          key_.size(), nullptr) == 1);
  NAVE_CHECK(EVP_MAC_update(context_->context, data.data(), data.size()) == 1);
  NAVE_CHECK(EVP_MAC_final(context_->context, hash.data(), &size, hash.size()) == 1);
  NAVE_CHECK(size == kHashSize);
  return hash;
}

}  // namespace nave::resolver
