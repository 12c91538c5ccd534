// The service of administration: who am I, backup, snapshot export.
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "catalog/governance/access.h"
#include "catalog/publish/compiler.h"
#include "catalog/publish/snapshot_export.h"
#include "lib/base/random.h"
#include "lib/base/status_macros.h"
#include "nave/governance/v1/admin.grpc.pb.h"
#include "server/flags.h"
#include "server/limits.h"
#include "server/server.h"
#include "server/services/long_call.h"
#include "server/services/resource_service.h"
#include "server/services/services.h"

namespace nave::server {
namespace {

using governance::v1::BackupChunk;
using grpc::ServerContext;

constexpr size_t kChunkBytes = 1u << 20;

void FillTime(absl::Time time, google::protobuf::Timestamp* timestamp) {
  timestamp->set_seconds(absl::ToUnixSeconds(time));
  timestamp->set_nanos(static_cast<int32_t>((time - absl::FromUnixSeconds(timestamp->seconds())) /
                                            absl::Nanoseconds(1)));
}

class AdminServiceImpl final : public ServiceBase<governance::v1::AdminService> {
 public:
  explicit AdminServiceImpl(const Parts& parts)
      : ServiceBase(parts.calls),
        parts_(parts),
        backups_("backups", kMaxBackups, parts.registry.gauge(kStreams, {{"kind", "backup"}})) {}

  grpc::Status WhoAmI(ServerContext* context, const governance::v1::WhoAmIRequest* request,
                      governance::v1::WhoAmIResponse* response) override {
    return Handle(__func__, context, *request, [&](const Caller& caller) {
      response->set_principal(caller.principal);
      response->set_role(caller.role);
      response->set_scope(caller.scope);
      if (caller.expire != absl::InfiniteFuture())
        FillTime(caller.expire, response->mutable_expire_time());
      response->set_server_version(Version());
      return absl::OkStatus();
    });
  }
  grpc::Status Backup(ServerContext* context, const governance::v1::BackupRequest* request,
                      grpc::ServerWriter<BackupChunk>* writer) override {
    return Handle(__func__, context, *request, [&](const Caller&) -> absl::Status {
      NAVE_ASSIGN_OR_RETURN(const std::unique_ptr<Slots::Hold> slot, backups_.Take());
      const std::string path = absl::StrCat(parts_.data_dir, "/", kBackupPrefix,
                                            NewId(absl::ToUnixMillis(parts_.clock.Now())));
      absl::Cleanup remove = [&path] { ::unlink(path.c_str()); };
      NAVE_ASSIGN_OR_RETURN(const store::Revision revision, parts_.store.Backup(path));
      return Send(*context, path, revision, *writer);
    });
  }
  grpc::Status ExportSnapshot(ServerContext* context,
                              const governance::v1::ExportSnapshotRequest* request,
                              resolver::v1::Snapshot* response) override {
    return Answer(__func__, context, *request, response,
                  [&](const Caller& caller) { return Export(caller, *request); });
  }

 private:
  // Without names: every VPC with a listener that the caller may read.
  absl::StatusOr<resolver::v1::Snapshot> Export(
      const Caller& caller, const governance::v1::ExportSnapshotRequest& request) const {
    NAVE_ASSIGN_OR_RETURN(const auto reader, parts_.store.Read());
    std::vector<std::string> asked(request.vpcs().begin(), request.vpcs().end());
    const bool all = asked.empty();
    if (all) {
      NAVE_ASSIGN_OR_RETURN(asked, catalog::VpcsWithListeners(*reader));
    }
    std::vector<std::string> vpcs;
    for (std::string& vpc : asked) {
      NAVE_ASSIGN_OR_RETURN(const bool may, catalog::CanRead(*reader, caller, vpc));
      if (!may && !all) return catalog::NotFoundError(vpc);
      if (may) vpcs.push_back(std::move(vpc));
    }
    return catalog::ExportSnapshot(*reader, vpcs);
  }
  absl::Status Send(const ServerContext& context, const std::string& path, store::Revision revision,
                    grpc::ServerWriter<BackupChunk>& writer) const {
    const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
    if (file == nullptr)
      return absl::InternalError(absl::StrCat("cannot read the backup '", path, "'"));
    LongCall call(parts_.auth, parts_.clock, parts_.stopping, context);
    BackupChunk chunk;
    chunk.set_revision(revision);
    std::string& data = *chunk.mutable_data();
    // Ends with the file.
    while (true) {
      NAVE_RETURN_IF_ERROR(call.Alive());
      data.resize(kChunkBytes);
      data.resize(std::fread(data.data(), 1, kChunkBytes, file.get()));
      if (std::ferror(file.get()))
        return absl::InternalError(absl::StrCat("cannot read the backup '", path, "'"));
      if (data.empty()) return absl::OkStatus();
      if (!writer.Write(chunk)) return absl::CancelledError("the caller went away");
      chunk.clear_revision();
    }
  }

  const Parts parts_;
  Slots backups_;
};

}  // namespace

void MakeAdminService(const Parts& parts, ServiceList& services) {
  services.push_back(std::make_unique<AdminServiceImpl>(parts));
}

}  // namespace nave::server
