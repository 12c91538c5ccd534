#include "server/tls.h"

#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "server/certificate.h"
#include "server/files.h"

namespace nave::server {
namespace {

constexpr size_t kMaxHostNameBytes = 253;

struct Paths {
  explicit Paths(const std::string& data_dir) : directory(data_dir + "/tls") {}
  std::string directory;
  std::string ca = directory + "/ca.crt", ca_key = directory + "/ca.key";
  std::string server = directory + "/server.crt", server_key = directory + "/server.key";
};

// Letters, digits, hyphens and dots, with a wildcard in front at most: what a certificate can hold.
bool IsHostName(absl::string_view name) {
  absl::ConsumePrefix(&name, "*.");
  if (name.empty() || name.size() > kMaxHostNameBytes) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_';
  });
}

std::string HostName() {
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) != 0) return "";
  return name;
}

absl::StatusOr<KeyPair> ReadPair(const std::string& certificate, const std::string& key) {
  NAVE_RETURN_IF_ERROR(CheckPrivate(key));
  KeyPair pair;
  NAVE_ASSIGN_OR_RETURN(pair.certificate, ReadSmallFile(certificate));
  NAVE_ASSIGN_OR_RETURN(pair.key, ReadSmallFile(key));
  absl::Status status = CheckPair(pair);
  if (!status.ok()) {
    return absl::Status(status.code(),
                        absl::StrCat("'", certificate, "' and '", key, "': ", status.message()));
  }
  return pair;
}

// The key first: a certificate is there only with its key.
absl::Status WritePair(const KeyPair& pair, const std::string& certificate,
                       const std::string& key) {
  NAVE_RETURN_IF_ERROR(WriteSmallFile(key, pair.key, kPrivateMode));
  return WriteSmallFile(certificate, pair.certificate, kPublicMode);
}

absl::StatusOr<KeyPair> ReadOrMakeCa(const Paths& paths, absl::Time now) {
  if (FileExists(paths.ca)) {
    NAVE_ASSIGN_OR_RETURN(KeyPair ca, ReadPair(paths.ca, paths.ca_key));
    NAVE_ASSIGN_OR_RETURN(const absl::Time end, EndOf(ca.certificate));
    if (end > now) return ca;
    return absl::FailedPreconditionError(absl::StrCat(
        "'", paths.ca, "' ended on ", absl::FormatTime(absl::RFC3339_sec, end, absl::UTCTimeZone()),
        "; move it and ca.key away for a new one, and give the new one to all clients"));
  }
  NAVE_ASSIGN_OR_RETURN(KeyPair ca, MakeCa(now));
  NAVE_RETURN_IF_ERROR(WritePair(ca, paths.ca, paths.ca_key));
  log::Info("made a certificate authority", {{"path", paths.ca}});
  return ca;
}

// Tells whether the certificate that is there can go on being used.
absl::StatusOr<bool> StillGood(const KeyPair& pair, const KeyPair& ca,
                               const std::vector<std::string>& names, absl::Time now) {
  NAVE_ASSIGN_OR_RETURN(const absl::Time end, EndOf(pair.certificate));
  NAVE_ASSIGN_OR_RETURN(const absl::Time ca_end, EndOf(ca.certificate));
  // Near the end of the CA a new certificate would not last longer.
  if (end - now < kRenewBefore && end < ca_end) return false;
  NAVE_ASSIGN_OR_RETURN(std::vector<std::string> present, NamesOf(pair.certificate));
  if (!std::includes(present.begin(), present.end(), names.begin(), names.end())) return false;
  return CheckSignedBy(pair.certificate, ca.certificate, now).ok();
}

absl::StatusOr<Tls> PrepareOwn(const Flags& flags, absl::Time now) {
  const Paths paths(flags.data_dir);
  NAVE_RETURN_IF_ERROR(MakeDirectory(paths.directory));
  NAVE_ASSIGN_OR_RETURN(const std::vector<std::string> names, CertificateNames(flags));
  NAVE_ASSIGN_OR_RETURN(const KeyPair ca, ReadOrMakeCa(paths, now));
  if (FileExists(paths.server) && FileExists(paths.server_key)) {
    NAVE_RETURN_IF_ERROR(CheckPrivate(paths.server_key));
    absl::StatusOr<KeyPair> pair = ReadPair(paths.server, paths.server_key);
    // A pair that does not fit is what a crash between the two files leaves: it is made again.
    if (pair.ok()) {
      NAVE_ASSIGN_OR_RETURN(const bool good, StillGood(*pair, ca, names, now));
      if (good) return Tls{pair->certificate, pair->key, paths.ca};
    }
  }
  NAVE_ASSIGN_OR_RETURN(const KeyPair made, MakeServerCertificate(ca, names, now));
  NAVE_RETURN_IF_ERROR(WritePair(made, paths.server, paths.server_key));
  log::Info("made a server certificate", {{"path", paths.server}});
  return Tls{made.certificate, made.key, paths.ca};
}

absl::StatusOr<Tls> ReadGiven(const Flags& flags, absl::Time now) {
  NAVE_ASSIGN_OR_RETURN(KeyPair pair, ReadPair(flags.tls_certificate, flags.tls_key));
  NAVE_ASSIGN_OR_RETURN(const std::string ca, ReadSmallFile(flags.tls_ca));
  absl::Status status = CheckSignedBy(pair.certificate, ca, now);
  if (!status.ok()) {
    return absl::Status(status.code(), absl::StrCat("'", flags.tls_certificate, "' and '",
                                                    flags.tls_ca, "': ", status.message()));
  }
  return Tls{pair.certificate, pair.key, flags.tls_ca};
}

}  // namespace

absl::StatusOr<std::vector<std::string>> CertificateNames(const Flags& flags) {
  std::vector<std::string> names = {"localhost", "127.0.0.1", "::1"};
  const std::string host = absl::AsciiStrToLower(HostName());
  if (IsHostName(host)) names.push_back(host);
  for (const net::Endpoint& endpoint : flags.listen) {
    if (!endpoint.address.IsUnspecified()) names.push_back(endpoint.address.ToString());
  }
  for (const std::string& name : flags.tls_names) {
    absl::StatusOr<net::IpAddress> address = net::IpAddress::Parse(name);
    if (!address.ok() && !IsHostName(name)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--tls-name: '", name, "' is neither a host name nor an address"));
    }
    names.push_back(address.ok() ? address->ToString() : absl::AsciiStrToLower(name));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

absl::StatusOr<Tls> PrepareTls(const Flags& flags, absl::Time now) {
  return flags.tls_certificate.empty() ? PrepareOwn(flags, now) : ReadGiven(flags, now);
}

absl::Status CheckTlsFiles(const Flags& flags, absl::Time now) {
  if (!flags.tls_certificate.empty()) return ReadGiven(flags, now).status();
  NAVE_RETURN_IF_ERROR(CertificateNames(flags).status());
  const Paths paths(flags.data_dir);
  if (FileExists(paths.ca)) NAVE_RETURN_IF_ERROR(ReadPair(paths.ca, paths.ca_key).status());
  if (FileExists(paths.server_key)) NAVE_RETURN_IF_ERROR(CheckPrivate(paths.server_key));
  return absl::OkStatus();
}

}  // namespace nave::server
