#include "server/flags.h"

#include <CLI/CLI.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace nave::server {
namespace {

constexpr uint16_t kDefaultPort = 7443;
constexpr char kFooter[] =
    "Example:\n  naved --data-dir /var/lib/nave --listen 192.0.2.10:7443 --tls-name "
    "nave.example.com\n\n"
    "The first start makes the store, a certificate authority and the file admin.context.yaml, "
    "which\n"
    "`nave --config` takes, in the data directory.";

// The texts as they stand on the command line.
struct Texts {
  std::vector<std::string> listen;
  std::string metrics, log_level = "info", log_form = "text";
  bool version = false;
};

void Declare(CLI::App& app, Flags& flags, Texts& texts) {
  app.add_option("--data-dir", flags.data_dir, "Where everything is kept; made when it is missing");
  app.add_option("--listen", texts.listen,
                 "Address to serve the API at; may be repeated (default 127.0.0.1:7443)");
  app.add_option("--metrics-address", texts.metrics,
                 "Address to serve /metrics and /healthz at, over plain HTTP (default: none)");
  app.add_option("--tls-cert", flags.tls_certificate, "Certificate chain to use, PEM");
  app.add_option("--tls-key", flags.tls_key, "Its private key, PEM, mode 0600");
  app.add_option("--tls-ca", flags.tls_ca, "The CA that clients verify it by, PEM");
  app.add_option("--tls-name", flags.tls_names,
                 "One more name or address for the certificate that naved makes; may be repeated");
  app.add_option("--log-level", texts.log_level, "debug, info, warning or error");
  app.add_option("--log-format", texts.log_form, "text or json");
  app.add_flag("--check", flags.check,
               "Check flags, certificate files and data directory, and end");
  app.add_flag("--version", texts.version, "Print the version, and end");
  app.footer(kFooter);
}

absl::Status Invalid(absl::string_view flag, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(flag, ": ", why));
}

absl::StatusOr<net::Endpoint> ParseAddress(absl::string_view flag, const std::string& text) {
  absl::StatusOr<net::Endpoint> endpoint = net::Endpoint::Parse(text, kDefaultPort);
  if (!endpoint.ok()) return Invalid(flag, endpoint.status().message());
  return endpoint;
}

absl::Status CheckTls(const Flags& flags) {
  const int given = !flags.tls_certificate.empty() + !flags.tls_key.empty() + !flags.tls_ca.empty();
  if (given != 0 && given != 3) {
    return Invalid("--tls-cert",
                   "--tls-cert, --tls-key and --tls-ca are given together or not at all");
  }
  if (given == 3 && !flags.tls_names.empty()) {
    return Invalid("--tls-name", "has no effect on a certificate of your own; leave it out");
  }
  if (flags.tls_names.size() > kMaxTlsNames) {
    return Invalid("--tls-name", absl::StrCat("at most ", kMaxTlsNames, " names"));
  }
  return absl::OkStatus();
}

absl::Status Fill(const Texts& texts, Flags& flags) {
  if (flags.data_dir.empty()) {
    return Invalid("--data-dir", "is missing; name a directory, such as /var/lib/nave");
  }
  std::vector<std::string> listen = texts.listen;
  if (listen.empty()) listen.push_back(kDefaultListen);
  if (listen.size() > kMaxListeners) {
    return Invalid("--listen", absl::StrCat("at most ", kMaxListeners, " addresses"));
  }
  for (const std::string& text : listen) {
    NAVE_ASSIGN_OR_RETURN(net::Endpoint endpoint, ParseAddress("--listen", text));
    flags.listen.push_back(endpoint);
  }
  if (!texts.metrics.empty()) {
    NAVE_ASSIGN_OR_RETURN(flags.metrics, ParseAddress("--metrics-address", texts.metrics));
  }
  absl::Status status = log::ParseLevel(texts.log_level, &flags.log_level);
  if (!status.ok()) return Invalid("--log-level", status.message());
  status = log::ParseForm(texts.log_form, &flags.log_form);
  if (!status.ok()) return Invalid("--log-format", status.message());
  return CheckTls(flags);
}

}  // namespace

std::string Version() { return NAVE_VERSION; }

absl::StatusOr<ParsedFlags> ParseFlags(int argc, const char* const* argv) {
  ParsedFlags parsed;
  Texts texts;
  CLI::App app("naved: the control plane of Nave", "naved");
  Declare(app, parsed.flags, texts);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    parsed.text = app.help();
    return parsed;
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(absl::StrCat(error.what(), "; see `naved --help`"));
  }
  if (texts.version) {
    parsed.text = absl::StrCat("naved ", Version(), "\n");
    return parsed;
  }
  NAVE_RETURN_IF_ERROR(Fill(texts, parsed.flags));
  return parsed;
}

}  // namespace nave::server
