#include "cli/channel.h"

#include <google/protobuf/any.pb.h>
#include <google/protobuf/unknown_field_set.h>
#include <grpc/support/log.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/errors.h"
#include "lib/base/clock.h"
#include "lib/base/status_macros.h"

namespace nave::cli {
namespace {

using google::protobuf::Message;
using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;

// The fields of google.rpc.Status and google.rpc.ErrorInfo (github.com/googleapis/googleapis,
// google/rpc), which are read by number.
constexpr int kStatusDetails = 3;
constexpr int kInfoReason = 1, kInfoMetadata = 3;
constexpr int kEntryKey = 1, kEntryValue = 2;

// Calls `use(field, bytes)` for every length-delimited field; what is malformed has none.
template <typename Use>
void ForEachField(const std::string& bytes, Use use) {
  UnknownFieldSet fields;
  if (!fields.ParseFromString(bytes)) return;
  for (int i = 0; i < fields.field_count(); ++i) {
    const UnknownField& field = fields.field(i);
    if (field.type() == UnknownField::TYPE_LENGTH_DELIMITED) {
      use(field.number(), field.length_delimited());
    }
  }
}

void ReadInfo(const std::string& bytes, std::string* reason,
              std::map<std::string, std::string>* metadata) {
  ForEachField(bytes, [&](int field, const std::string& value) {
    if (field == kInfoReason) *reason = value;
    if (field != kInfoMetadata) return;
    std::string key, text;
    ForEachField(value, [&](int part, const std::string& content) {
      if (part == kEntryKey) key = content;
      if (part == kEntryValue) text = content;
    });
    (*metadata)[key] = text;
  });
}

absl::Status FromGrpc(const grpc::Status& status, const std::string& server) {
  if (status.ok()) return absl::OkStatus();
  std::string reason;
  std::map<std::string, std::string> metadata;
  ForEachField(status.error_details(), [&](int field, const std::string& value) {
    google::protobuf::Any any;
    if (field == kStatusDetails && any.ParseFromString(value) &&
        absl::EndsWith(any.type_url(), "google.rpc.ErrorInfo")) {
      ReadInfo(any.value(), &reason, &metadata);
    }
  });
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  std::string message = status.error_message();
  if (reason.empty() && code == absl::StatusCode::kUnavailable) {
    message = absl::StrCat("cannot reach ", server, ": ", message,
                           "; is naved serving there, and is this its CA? choose with --server, "
                           "--ca or --context");
  } else if (reason.empty() && code == absl::StatusCode::kDeadlineExceeded) {
    message = absl::StrCat(server, " did not answer in time");
  } else if (code == absl::StatusCode::kUnauthenticated) {
    absl::StrAppend(&message, "; choose a token with --token, NAVE_TOKEN or --context");
  }
  absl::Status result(code, message);
  return reason.empty() ? result : WithReason(result, reason, metadata);
}

class Channel final : public ControlPlane {
 public:
  Channel(std::shared_ptr<grpc::Channel> channel, const Target& target)
      : stub_(std::move(channel)), target_(target) {}

  absl::Status Call(const std::string& method, const Message& request, Message* response,
                    absl::Duration timeout) override {
    grpc::ClientContext context;
    Prepare(context);
    context.set_deadline(absl::ToChronoTime(RealClock().Now() + timeout));
    grpc::CompletionQueue queue;
    const auto call = stub_.PrepareUnaryCall(&context, "/" + method, Bytes(request), &queue);
    call->StartCall();
    grpc::ByteBuffer buffer;
    grpc::Status status;
    call->Finish(&buffer, &status, nullptr);
    Next(queue);
    queue.Shutdown();
    NAVE_RETURN_IF_ERROR(FromGrpc(status, target_.server));
    return Parse(buffer, response);
  }

  absl::Status Stream(const std::string& method, const Message& request, Message* response,
                      absl::FunctionRef<bool()> each) override {
    grpc::ClientContext context;
    Prepare(context);
    grpc::CompletionQueue queue;
    const auto call = stub_.PrepareCall(&context, "/" + method, &queue);
    call->StartCall(nullptr);
    bool going = Next(queue);
    if (going) {
      call->WriteLast(Bytes(request), grpc::WriteOptions(), nullptr);
      going = Next(queue);
    }
    bool stopped = false;
    absl::Status parsed;
    // Ends with the stream.
    while (going && !stopped) {
      grpc::ByteBuffer buffer;
      call->Read(&buffer, nullptr);
      going = Next(queue);
      if (!going) break;
      parsed = Parse(buffer, response);
      stopped = !parsed.ok() || !each();
    }
    if (stopped) context.TryCancel();
    grpc::Status status;
    call->Finish(&status, nullptr);
    Next(queue);
    queue.Shutdown();
    return stopped ? parsed : FromGrpc(status, target_.server);
  }

 private:
  void Prepare(grpc::ClientContext& context) const {
    if (!target_.token.empty()) context.AddMetadata("authorization", "Bearer " + target_.token);
  }
  static grpc::ByteBuffer Bytes(const Message& message) {
    const grpc::Slice slice(message.SerializeAsString());
    return grpc::ByteBuffer(&slice, 1);
  }
  // The one operation under way is over; whether it went well.
  static bool Next(grpc::CompletionQueue& queue) {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  }
  absl::Status Parse(const grpc::ByteBuffer& buffer, Message* response) const {
    grpc::Slice slice;
    if (buffer.DumpToSingleSlice(&slice).ok() &&
        response->ParseFromArray(slice.begin(), static_cast<int>(slice.size()))) {
      return absl::OkStatus();
    }
    return absl::InternalError(absl::StrCat(target_.server, " answered with what is no ",
                                            response->GetTypeName(),
                                            "; is it a naved of this version?"));
  }

  grpc::GenericStub stub_;
  const Target target_;
};

absl::StatusOr<std::string> ReadCa(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (file.good() || file.eof()) {
    if (absl::StrContains(text, "BEGIN CERTIFICATE")) return text;
  }
  return UsageError(absl::StrCat("'", path,
                                 "' is no file with a certificate (PEM); give the one of "
                                 "the server's CA by --ca"));
}

// Failed connections are said once, by the error of the call.
void Silent(gpr_log_func_args*) {}

}  // namespace

absl::StatusOr<std::unique_ptr<ControlPlane>> OpenChannel(const Target& target) {
  if (target.server.empty()) {
    return UsageError("no server is known; give --server HOST:PORT, or a context by --config");
  }
  if (target.ca_path.empty()) {
    return UsageError("no CA is known; give --ca FILE, or a context by --config");
  }
  NAVE_ASSIGN_OR_RETURN(std::string ca, ReadCa(target.ca_path));
  gpr_set_log_function(Silent);
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = std::move(ca);
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxResponseBytes);
  auto channel = grpc::CreateCustomChannel(target.server, grpc::SslCredentials(options), arguments);
  return std::unique_ptr<ControlPlane>(std::make_unique<Channel>(std::move(channel), target));
}

}  // namespace nave::cli
