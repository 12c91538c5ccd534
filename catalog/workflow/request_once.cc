#include "catalog/workflow/request_once.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "catalog/governance/times.h"
#include "lib/base/check.h"
#include "lib/base/status_macros.h"
#include "nave/store/v1/record.pb.h"

namespace nave::catalog {
namespace {

using google::protobuf::Message;
using store::Table;

std::string KeyOf(const std::string& principal, const api::v1::Mutation& mutation) {
  return absl::StrCat(principal, std::string(1, '\0'), mutation.request_id());
}

// The same request has the same bytes, whatever the order in a map.
std::string BytesOf(const Message& request) {
  std::unique_ptr<Message> copy(request.New());
  copy->CopyFrom(request);
  const auto* field = copy->GetDescriptor()->FindFieldByName("mutation");
  NAVE_CHECK(field != nullptr);
  copy->GetReflection()->ClearField(copy.get(), field);
  std::string bytes = copy->GetDescriptor()->full_name();
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream output(&stream);
  output.SetSerializationDeterministic(true);
  copy->SerializeToCodedStream(&output);
  output.Trim();
  return bytes;
}

// FNV-1a: it tells a mistake of the client's from a repetition, and must be the same for ever.
uint64_t HashOf(const Message& request) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (unsigned char byte : BytesOf(request)) hash = (hash ^ byte) * 0x100000001b3u;
  return hash;
}

}  // namespace

absl::StatusOr<bool> WasDone(store::Reader& reader, const std::string& principal,
                             const Message& request, const api::v1::Mutation& mutation,
                             Message* response) {
  if (mutation.request_id().empty()) return false;
  NAVE_ASSIGN_OR_RETURN(auto entry, reader.Get(Table::kRequests, KeyOf(principal, mutation)));
  if (!entry.has_value()) return false;
  store::v1::RequestRecord record;
  if (!record.ParseFromString(entry->value)) {
    return absl::DataLossError(
        absl::StrCat("the record of request '", mutation.request_id(), "' is malformed"));
  }
  if (record.body_hash() != HashOf(request)) {
    return Error(api::v1::REQUEST_ID_REUSED,
                 absl::StrCat("request id '", mutation.request_id(),
                              "' was used for another request; take a new one"),
                 {{"request_id", mutation.request_id()}});
  }
  if (!response->ParseFromString(record.response())) {
    return absl::DataLossError(
        absl::StrCat("the response to request '", mutation.request_id(), "' is malformed"));
  }
  return true;
}

void RecordDone(store::Transaction& transaction, absl::Time now, const std::string& principal,
                const Message& request, const api::v1::Mutation& mutation,
                const Message& response) {
  if (mutation.request_id().empty()) return;
  store::v1::RequestRecord record;
  record.set_body_hash(HashOf(request));
  record.set_response(response.SerializeAsString());
  SetTime(now, record.mutable_time());
  transaction.Put(Table::kRequests, KeyOf(principal, mutation), record.SerializeAsString());
}

}  // namespace nave::catalog
