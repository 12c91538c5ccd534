#include "server/certificate.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/base/random.h"
#include "lib/base/status_macros.h"
#include "lib/net/address.h"

namespace nave::server {
namespace {

// Clocks differ: a certificate is good a little before it is made.
constexpr absl::Duration kBackdate = absl::Hours(1);
constexpr size_t kSerialBytes = 16;
constexpr int kMaxChain = 16;

template <auto F>
struct Free {
  template <typename T>
  void operator()(T* pointer) const {
    F(pointer);
  }
};
using BioPtr = std::unique_ptr<BIO, Free<BIO_free_all>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, Free<X509_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;
using NumberPtr = std::unique_ptr<BIGNUM, Free<BN_free>>;
using NamesPtr = std::unique_ptr<GENERAL_NAMES, Free<GENERAL_NAMES_free>>;
using StorePtr = std::unique_ptr<X509_STORE, Free<X509_STORE_free>>;
using StoreContextPtr = std::unique_ptr<X509_STORE_CTX, Free<X509_STORE_CTX_free>>;

absl::Status Failed(absl::string_view what) {
  char text[256] = "no reason given";
  if (const unsigned long code = ERR_get_error()) ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return absl::InternalError(absl::StrCat("cannot ", what, ": ", text));
}

BioPtr Source(const std::string& pem) { return BioPtr(BIO_new_mem_buf(pem.data(), pem.size())); }

std::string TextOf(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, size);
}

// A key of our own has no passphrase; never ask the terminal for one.
int NoPassphrase(char*, int, int, void*) { return -1; }

absl::StatusOr<KeyPtr> ReadKey(const std::string& pem) {
  KeyPtr key(PEM_read_bio_PrivateKey(Source(pem).get(), nullptr, NoPassphrase, nullptr));
  if (key == nullptr) return Failed("read the private key (PEM without passphrase is expected)");
  return key;
}

absl::StatusOr<std::vector<CertificatePtr>> ReadCertificates(const std::string& pem) {
  BioPtr bio = Source(pem);
  std::vector<CertificatePtr> certificates;
  while (certificates.size() < kMaxChain) {
    X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, NoPassphrase, nullptr);
    if (certificate == nullptr) break;
    certificates.emplace_back(certificate);
  }
  if (certificates.empty()) return Failed("read the certificate (PEM is expected)");
  ERR_clear_error();  // The end of the text counts as an error there.
  return certificates;
}

absl::Status SetSerial(X509* certificate) {
  std::string bytes = RandomBytes(kSerialBytes);
  bytes[0] &= 0x7f;  // RFC 5280 section 4.1.2.2: positive
  bytes[0] |= 0x40;
  NumberPtr number(
      BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), nullptr));
  if (number == nullptr ||
      BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) == nullptr) {
    return Failed("number the certificate");
  }
  return absl::OkStatus();
}

absl::Status AddExtension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  if (extension == nullptr || X509_add_ext(certificate, extension.get(), -1) != 1) {
    return Failed(absl::StrCat("add '", value, "' to the certificate"));
  }
  return absl::OkStatus();
}

// A certificate with everything but extensions and signature.
absl::StatusOr<CertificatePtr> Begin(const char* common_name, EVP_PKEY* key, absl::Time now,
                                     absl::Time end) {
  CertificatePtr certificate(X509_new());
  if (certificate == nullptr || X509_set_version(certificate.get(), X509_VERSION_3) != 1) {
    return Failed("make a certificate");
  }
  NAVE_RETURN_IF_ERROR(SetSerial(certificate.get()));
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), absl::ToTimeT(now - kBackdate));
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), absl::ToTimeT(end));
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("Nave"), -1, -1, 0);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0);
  if (X509_set_pubkey(certificate.get(), key) != 1) return Failed("make a certificate");
  return certificate;
}

absl::StatusOr<KeyPair> Write(X509* certificate, EVP_PKEY* key) {
  BioPtr certificate_text(BIO_new(BIO_s_mem())), key_text(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(certificate_text.get(), certificate) != 1 ||
      PEM_write_bio_PKCS8PrivateKey(key_text.get(), key, nullptr, nullptr, 0, nullptr, nullptr) !=
          1) {
    return Failed("write the certificate");
  }
  return KeyPair{TextOf(certificate_text.get()), TextOf(key_text.get())};
}

std::string AlternativeName(const std::string& name) {
  return absl::StrCat(net::IpAddress::Parse(name).ok() ? "IP:" : "DNS:", name);
}

absl::StatusOr<absl::Time> EndOf(const X509* certificate) {
  std::tm time = {};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) != 1)
    return Failed("read the certificate's end");
  return absl::FromTM(time, absl::UTCTimeZone());
}

}  // namespace

absl::StatusOr<KeyPair> MakeCa(absl::Time now) {
  KeyPtr key(EVP_EC_gen("P-256"));
  if (key == nullptr) return Failed("make a key");
  NAVE_ASSIGN_OR_RETURN(CertificatePtr ca,
                        Begin("Nave certificate authority", key.get(), now, now + kCaLife));
  X509_set_issuer_name(ca.get(), X509_get_subject_name(ca.get()));
  NAVE_RETURN_IF_ERROR(
      AddExtension(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0"));
  NAVE_RETURN_IF_ERROR(
      AddExtension(ca.get(), ca.get(), NID_key_usage, "critical,keyCertSign,cRLSign"));
  NAVE_RETURN_IF_ERROR(AddExtension(ca.get(), ca.get(), NID_subject_key_identifier, "hash"));
  if (X509_sign(ca.get(), key.get(), EVP_sha256()) == 0) return Failed("sign the certificate");
  return Write(ca.get(), key.get());
}

absl::StatusOr<KeyPair> MakeServerCertificate(const KeyPair& ca,
                                              const std::vector<std::string>& names,
                                              absl::Time now) {
  NAVE_ASSIGN_OR_RETURN(std::vector<CertificatePtr> issuers, ReadCertificates(ca.certificate));
  X509* issuer = issuers[0].get();
  NAVE_ASSIGN_OR_RETURN(KeyPtr issuer_key, ReadKey(ca.key));
  NAVE_ASSIGN_OR_RETURN(const absl::Time ca_end, EndOf(issuer));
  KeyPtr key(EVP_EC_gen("P-256"));
  if (key == nullptr) return Failed("make a key");
  const absl::Time end = std::min(now + kServerCertificateLife, ca_end);
  NAVE_ASSIGN_OR_RETURN(CertificatePtr certificate, Begin("naved", key.get(), now, end));
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer));
  const std::string alternatives =
      absl::StrJoin(names, ",", [](std::string* out, const std::string& name) {
        absl::StrAppend(out, AlternativeName(name));
      });
  const std::pair<int, std::string> extensions[] = {{NID_basic_constraints, "critical,CA:FALSE"},
                                                    {NID_key_usage, "critical,digitalSignature"},
                                                    {NID_ext_key_usage, "serverAuth"},
                                                    {NID_subject_key_identifier, "hash"},
                                                    {NID_authority_key_identifier, "keyid"},
                                                    {NID_subject_alt_name, alternatives}};
  for (const auto& [kind, value] : extensions) {
    NAVE_RETURN_IF_ERROR(AddExtension(certificate.get(), issuer, kind, value));
  }
  if (X509_sign(certificate.get(), issuer_key.get(), EVP_sha256()) == 0)
    return Failed("sign the certificate");
  return Write(certificate.get(), key.get());
}

absl::StatusOr<absl::Time> EndOf(const std::string& certificate) {
  NAVE_ASSIGN_OR_RETURN(std::vector<CertificatePtr> certificates, ReadCertificates(certificate));
  return EndOf(certificates[0].get());
}

absl::StatusOr<std::vector<std::string>> NamesOf(const std::string& certificate) {
  NAVE_ASSIGN_OR_RETURN(std::vector<CertificatePtr> certificates, ReadCertificates(certificate));
  std::vector<std::string> names;
  NamesPtr alternatives(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificates[0].get(), NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; alternatives != nullptr && i < sk_GENERAL_NAME_num(alternatives.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(alternatives.get(), i);
    if (name->type != GEN_DNS && name->type != GEN_IPADD) continue;
    const ASN1_STRING* text = name->type == GEN_DNS ? name->d.dNSName : name->d.iPAddress;
    const unsigned char* data = ASN1_STRING_get0_data(text);
    const size_t size = ASN1_STRING_length(text);
    if (name->type == GEN_DNS) {
      names.emplace_back(reinterpret_cast<const char*>(data), size);
    } else if (size == 4 || size == 16) {
      names.push_back(net::IpAddress::FromBytes(absl::MakeConstSpan(data, size)).ToString());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

absl::Status CheckPair(const KeyPair& pair) {
  NAVE_ASSIGN_OR_RETURN(std::vector<CertificatePtr> certificates,
                        ReadCertificates(pair.certificate));
  NAVE_ASSIGN_OR_RETURN(KeyPtr key, ReadKey(pair.key));
  if (X509_check_private_key(certificates[0].get(), key.get()) == 1) return absl::OkStatus();
  ERR_clear_error();
  return absl::FailedPreconditionError("the private key does not belong to the certificate");
}

absl::Status CheckSignedBy(const std::string& certificate, const std::string& ca, absl::Time now) {
  NAVE_ASSIGN_OR_RETURN(std::vector<CertificatePtr> chain, ReadCertificates(certificate));
  NAVE_ASSIGN_OR_RETURN(std::vector<CertificatePtr> roots, ReadCertificates(ca));
  StorePtr store(X509_STORE_new());
  StoreContextPtr context(X509_STORE_CTX_new());
  STACK_OF(X509)* helpers = sk_X509_new_null();
  absl::Cleanup free_helpers = [helpers] { sk_X509_free(helpers); };
  if (store == nullptr || context == nullptr || helpers == nullptr)
    return Failed("verify the certificate");
  for (const CertificatePtr& root : roots) X509_STORE_add_cert(store.get(), root.get());
  for (size_t i = 1; i < chain.size(); ++i) sk_X509_push(helpers, chain[i].get());
  if (X509_STORE_CTX_init(context.get(), store.get(), chain[0].get(), helpers) != 1) {
    return Failed("verify the certificate");
  }
  X509_STORE_CTX_set_time(context.get(), 0, absl::ToTimeT(now));
  // The given roots are trusted as they are, intermediate ones too.
  X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_PARTIAL_CHAIN);
  if (X509_verify_cert(context.get()) == 1) return absl::OkStatus();
  ERR_clear_error();
  return absl::FailedPreconditionError(
      absl::StrCat("the certificate is not good by its CA: ",
                   X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()))));
}

}  // namespace nave::server
