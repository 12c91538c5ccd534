#include "terraform/protocol/certificate.h"

#include <gtest/gtest.h>
#include <openssl/x509v3.h>

#include <memory>

#include "lib/base/clock.h"

namespace nave::terraform {
namespace {

// What Go's verification asks of it, by the form that is told in the handshake.
TEST(CertificateTest, IsOneThatTheLaunchingProcessTakes) {
  const absl::Time now = RealClock().Now();
  const auto made = MakeCertificate(now);
  ASSERT_TRUE(made.ok()) << made.status();
  const auto* bytes = reinterpret_cast<const unsigned char*>(made->der.data());
  const std::unique_ptr<X509, void (*)(X509*)> certificate(
      d2i_X509(nullptr, &bytes, static_cast<long>(made->der.size())), X509_free);
  ASSERT_NE(certificate, nullptr);
  EXPECT_EQ(X509_check_host(certificate.get(), "localhost", 0, 0, nullptr), 1);
  EXPECT_NE(X509_get_extended_key_usage(certificate.get()) & XKU_SSL_SERVER, 0u);
  EXPECT_EQ(X509_verify(certificate.get(), X509_get0_pubkey(certificate.get())), 1);
  const std::time_t before = absl::ToTimeT(now - absl::Seconds(30));
  const std::time_t later = absl::ToTimeT(now + absl::Hours(24));
  EXPECT_LT(X509_cmp_time(X509_get0_notBefore(certificate.get()), const_cast<time_t*>(&before)), 0);
  EXPECT_GT(X509_cmp_time(X509_get0_notAfter(certificate.get()), const_cast<time_t*>(&later)), 0);
  // The handshake's reader wants more than this in base64.
  EXPECT_GT(made->der.size(), 50u);
}

TEST(CertificateTest, EveryRunHasAKeyOfItsOwn) {
  const auto first = MakeCertificate(RealClock().Now()),
             second = MakeCertificate(RealClock().Now());
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_NE(first->key_pem, second->key_pem);
  EXPECT_NE(first->pem, second->pem);
}

}  // namespace
}  // namespace nave::terraform
