#include "terraform/protocol/certificate.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "lib/base/random.h"
#include "lib/base/status_macros.h"

namespace nave::terraform {
namespace {

// Clocks differ: it is good a little before it is made.
constexpr absl::Duration kBackdate = absl::Minutes(1);
constexpr absl::Duration kLife = absl::Hours(24 * 30);

template <auto F>
struct Free {
  template <typename T>
  void operator()(T* pointer) const {
    F(pointer);
  }
};
using BioPtr = std::unique_ptr<BIO, Free<BIO_free_all>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using X509Ptr = std::unique_ptr<X509, Free<X509_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;

absl::Status Failed(absl::string_view what) {
  char text[256] = "no reason given";
  if (const unsigned long code = ERR_get_error()) ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return absl::InternalError(absl::StrCat("cannot ", what, ": ", text));
}

absl::Status AddExtension(X509* certificate, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
  if (extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1) {
    return absl::OkStatus();
  }
  return Failed(absl::StrCat("add '", value, "' to the certificate"));
}

absl::Status Fill(X509* certificate, EVP_PKEY* key, absl::Time now) {
  // Positive, as RFC 5280 section 4.1.2.2 wants.
  const long serial = static_cast<long>(RandomUint64() >> 2) | 1;
  X509_NAME* subject = X509_get_subject_name(certificate);
  const bool filled =
      X509_set_version(certificate, X509_VERSION_3) == 1 &&
      ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial) == 1 &&
      ASN1_TIME_set(X509_getm_notBefore(certificate), absl::ToTimeT(now - kBackdate)) != nullptr &&
      ASN1_TIME_set(X509_getm_notAfter(certificate), absl::ToTimeT(now + kLife)) != nullptr &&
      X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                                 reinterpret_cast<const unsigned char*>("localhost"), -1, -1,
                                 0) == 1 &&
      X509_set_issuer_name(certificate, subject) == 1 && X509_set_pubkey(certificate, key) == 1;
  return filled ? absl::OkStatus() : Failed("make a certificate");
}

std::string TextOf(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, size);
}

absl::StatusOr<Certificate> Write(X509* certificate, EVP_PKEY* key) {
  const BioPtr pem(BIO_new(BIO_s_mem())), der(BIO_new(BIO_s_mem())), key_pem(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(pem.get(), certificate) != 1 ||
      i2d_X509_bio(der.get(), certificate) != 1 ||
      PEM_write_bio_PKCS8PrivateKey(key_pem.get(), key, nullptr, nullptr, 0, nullptr, nullptr) !=
          1) {
    return Failed("write the certificate");
  }
  return Certificate{TextOf(pem.get()), TextOf(der.get()), TextOf(key_pem.get())};
}

}  // namespace

absl::StatusOr<Certificate> MakeCertificate(absl::Time now) {
  const KeyPtr key(EVP_EC_gen("P-256"));
  const X509Ptr certificate(X509_new());
  if (key == nullptr || certificate == nullptr) return Failed("make a key");
  NAVE_RETURN_IF_ERROR(Fill(certificate.get(), key.get(), now));
  // It is its own authority: the other side trusts exactly this certificate.
  NAVE_RETURN_IF_ERROR(AddExtension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE"));
  NAVE_RETURN_IF_ERROR(
      AddExtension(certificate.get(), NID_key_usage, "critical,digitalSignature,keyCertSign"));
  NAVE_RETURN_IF_ERROR(AddExtension(certificate.get(), NID_ext_key_usage, "serverAuth,clientAuth"));
  NAVE_RETURN_IF_ERROR(AddExtension(certificate.get(), NID_subject_alt_name, "DNS:localhost"));
  if (X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0) {
    return Failed("sign the certificate");
  }
  return Write(certificate.get(), key.get());
}

}  // namespace nave::terraform
