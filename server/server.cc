#include "server/server.h"

#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "catalog/governance/engine.h"
#include "catalog/governance/request_pruner.h"
#include "catalog/governance/tokens.h"
#include "catalog/product.h"
#include "catalog/publish/node_relay.h"
#include "catalog/publish/nodes.h"
#include "catalog/workflow/dead_letters.h"
#include "catalog/workflow/operations.h"
#include "catalog/workflow/plugin_settings.h"
#include "catalog/workflow/provisioner.h"
#include "catalog/workflow/reconciler.h"
#include "lib/base/log.h"
#include "lib/base/metrics.h"
#include "lib/base/status_macros.h"
#include "plugins/plugins.h"
#include "server/auth.h"
#include "server/call.h"
#include "server/context_file.h"
#include "server/event_log.h"
#include "server/files.h"
#include "server/grpc_server.h"
#include "server/services/services.h"
#include "server/status_page.h"
#include "server/stopping.h"
#include "server/tls.h"
#include "store/lmdb/lmdb_store.h"

namespace nave::server {
namespace {

std::string StoreDirectory(const Flags& flags) { return flags.data_dir + "/store"; }

// The address by which a client on this machine reaches a listener.
std::string Reachable(const std::string& address) {
  absl::StatusOr<net::Endpoint> endpoint = net::Endpoint::Parse(address);
  if (!endpoint.ok() || !endpoint->address.IsUnspecified()) return address;
  const char* loopback = endpoint->address.is_v4() ? "127.0.0.1" : "::1";
  return net::Endpoint{*net::IpAddress::Parse(loopback), endpoint->port}.ToString();
}

// A crash in the middle of a backup leaves its file.
void RemoveOldBackups(const std::string& data_dir) {
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(data_dir, error)) {
    if (absl::StartsWith(file.path().filename().string(), kBackupPrefix)) {
      ::unlink(file.path().c_str());
    }
  }
}

ServiceList MakeServices(const Parts& parts) {
  ServiceList services;
  MakeGovernanceServices(parts, services);
  MakeDnsServices(parts, services);
  MakeCatalogServices(parts, services);
  MakeWorkflowServices(parts, services);
  MakeNodeServices(parts, services);
  MakeRelayServices(parts, services);
  MakeEventService(parts, services);
  MakeAdminService(parts, services);
  return services;
}

}  // namespace

// Members stand in the order in which they start; each uses those above it.
class Server::Impl {
 public:
  Impl(Flags flags, const Clock& clock, std::unique_ptr<store::Store> store)
      : flags_(std::move(flags)),
        clock_(clock),
        store_(std::move(store)),
        products_(plugins::AllProducts()),
        plugins_(products_),
        engine_(*store_, clock_, plugins_),
        provisioner_(*store_, clock_, products_),
        operations_(*store_, clock_),
        dead_letters_(*store_, clock_),
        events_(*store_, clock_),
        nodes_(*store_, clock_),
        relay_(clock_),
        reconciler_(*store_, clock_, nodes_),
        pruner_(*store_, clock_),
        auth_(*store_, clock_),
        calls_(auth_, clock_, registry_) {}

  absl::Status Start() {
    RemoveOldBackups(flags_.data_dir);
    NAVE_ASSIGN_OR_RETURN(const Tls tls, PrepareTls(flags_, clock_.Now()));
    NAVE_RETURN_IF_ERROR(WriteAdminContext(tls));
    NAVE_RETURN_IF_ERROR(nodes_.Load());
    NAVE_ASSIGN_OR_RETURN(grpc_, GrpcServer::Start(flags_.listen, tls, MakeServices(MakeParts())));
    NAVE_RETURN_IF_ERROR(reconciler_.Start());
    pruner_.Start();
    NAVE_RETURN_IF_ERROR(RefreshContext(ContextPath(), Reachable(addresses()[0]), AbsoluteCa(tls)));
    if (flags_.metrics.has_value()) {
      NAVE_ASSIGN_OR_RETURN(page_, StatusPage::Start(*flags_.metrics, clock_, registry_,
                                                     [this] { return !stopping_.IsSet(); }));
      log::Info("metrics", {{"address", page_->local().ToString()}});
    }
    log::Info("serving", {{"addresses", absl::StrJoin(addresses(), " ")},
                          {"revision", absl::StrCat(store_->current_revision())},
                          {"version", Version()}});
    return absl::OkStatus();
  }

  void Stop() {
    stopping_.Set();
    reconciler_.Stop();
    pruner_.Stop();
    if (grpc_ != nullptr) grpc_->Stop(kDrain);
  }

  const std::vector<std::string>& addresses() const { return grpc_->addresses(); }
  std::string metrics_address() const { return page_ == nullptr ? "" : page_->local().ToString(); }

 private:
  std::string ContextPath() const { return absl::StrCat(flags_.data_dir, "/", kContextFileName); }
  static std::string AbsoluteCa(const Tls& tls) {
    std::error_code error;
    return std::filesystem::absolute(tls.ca_path, error).string();
  }

  // The secret is known at this moment alone: it goes into the file before anything else happens.
  absl::Status WriteAdminContext(const Tls& tls) {
    NAVE_ASSIGN_OR_RETURN(const std::string secret, catalog::EnsureAdminToken(*store_, clock_));
    if (secret.empty()) return absl::OkStatus();
    log::Info("made the administrator's context", {{"path", ContextPath()}});
    return WriteContext(ContextPath(),
                        {Reachable(flags_.listen[0].ToString()), AbsoluteCa(tls), secret});
  }

  Parts MakeParts() {
    return Parts{calls_,        auth_,           clock_,  registry_,    stopping_,
                 *store_,       flags_.data_dir, engine_, provisioner_, operations_,
                 dead_letters_, events_,         nodes_,  relay_};
  }

  const Flags flags_;
  const Clock& clock_;
  metrics::Registry registry_;
  Stopping stopping_;
  const std::unique_ptr<store::Store> store_;
  const catalog::ProductList products_;
  const catalog::PluginSettings plugins_;
  catalog::Engine engine_;
  catalog::Provisioner provisioner_;
  catalog::Operations operations_;
  catalog::DeadLetters dead_letters_;
  EventLog events_;
  catalog::Nodes nodes_;
  catalog::NodeRelay relay_;
  catalog::Reconciler reconciler_;
  catalog::RequestPruner pruner_;
  Auth auth_;
  Calls calls_;
  std::unique_ptr<GrpcServer> grpc_;
  std::unique_ptr<StatusPage> page_;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() { Stop(); }

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const Flags& flags, const Clock& clock) {
  // Nothing is made before the user's own files are good.
  NAVE_RETURN_IF_ERROR(CheckTlsFiles(flags, clock.Now()));
  NAVE_RETURN_IF_ERROR(MakeDirectory(flags.data_dir));
  store::LmdbOptions options;
  options.directory = StoreDirectory(flags);
  options.clock = &clock;
  NAVE_ASSIGN_OR_RETURN(std::unique_ptr<store::Store> store,
                        store::OpenLmdbStore(std::move(options)));
  auto impl = std::make_unique<Impl>(flags, clock, std::move(store));
  NAVE_RETURN_IF_ERROR(impl->Start());
  return absl::WrapUnique(new Server(std::move(impl)));
}

const std::vector<std::string>& Server::addresses() const { return impl_->addresses(); }
std::string Server::metrics_address() const { return impl_->metrics_address(); }
void Server::Stop() { impl_->Stop(); }

absl::Status Check(const Flags& flags, const Clock& clock) {
  NAVE_RETURN_IF_ERROR(CheckTlsFiles(flags, clock.Now()));
  std::filesystem::path path = std::filesystem::absolute(flags.data_dir);
  std::error_code error;
  // What is missing will be made below the nearest directory that is there.
  while (!std::filesystem::exists(path, error) && path.has_relative_path())
    path = path.parent_path();
  if (std::filesystem::is_directory(path, error) && ::access(path.c_str(), W_OK | X_OK) == 0) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "--data-dir: '", path.string(), "' is no directory that this user may write to"));
}

}  // namespace nave::server
