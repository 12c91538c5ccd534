// The service of administration: who am I, backup, snapshot export.
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
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

 private:
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
