#include "catalog/governance/idempotency.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "catalog/governance/read.h"
#include "catalog/governance/times.h"
#include "nave/store/v1/record.pb.h"

namespace nave::catalog {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using store::Table;

std::string Key(const std::string& principal, const std::string& request_id) {
  std::string key = principal;
  key.push_back('\0');
  return key + request_id;
}

std::string DeterministicBytes(const Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return bytes;
}

// FNV-1a: the same on every machine and in every version.
uint64_t BodyHash(const Message& request) {
  uint64_t hash = 0xcbf29ce484222325;
  for (char c :
       absl::StrCat(request.GetDescriptor()->full_name(), "\n", DeterministicBytes(request))) {
    hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  }
  return hash;
}

void StampMetadata(store::Revision revision, Message* message) {
  const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName("metadata");
  if (field == nullptr || field->message_type() != api::v1::Metadata::descriptor()) return;
  api::v1::Metadata* metadata = MutableMetadata(message);
  if (metadata->revision() != 0) return;
  metadata->set_revision(revision);
  metadata->set_etag(EtagOf(revision));
}

void ClearSecrets(Message* message) {
  const auto* descriptor = message->GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    if (field->options().GetExtension(api::v1::field).secret()) {
      message->GetReflection()->ClearField(message, field);
    }
  }
}

}  // namespace

absl::StatusOr<bool> FindRequest(store::Reader& reader, const std::string& principal,
                                 const Message& request, const api::v1::Mutation& mutation,
                                 Message* response) {
  if (mutation.request_id().empty()) return false;
  NAVE_ASSIGN_OR_RETURN(auto entry,
                        reader.Get(Table::kRequests, Key(principal, mutation.request_id())));
  if (!entry.has_value()) return false;
  store::v1::RequestRecord record;
  if (!record.ParseFromString(entry->value))
    return absl::DataLossError("a request record is malformed");
  if (record.body_hash() != BodyHash(request)) {
    return Error(api::v1::REQUEST_ID_REUSED,
                 absl::StrCat("the request id '", mutation.request_id(),
                              "' was used with another body; choose a new one"),
                 {{"request_id", mutation.request_id()}});
  }
  if (!response->ParseFromString(record.response())) {
    return absl::DataLossError("a recorded response is malformed");
  }
  StampRevision(entry->modify_revision, response);
  return true;
}

void RecordRequest(store::Transaction& transaction, const std::string& principal,
                   const Message& request, const api::v1::Mutation& mutation,
                   const Message& response, absl::Time now) {
  if (mutation.request_id().empty()) return;
  std::unique_ptr<Message> kept(response.New());
  kept->CopyFrom(response);
  ClearSecrets(kept.get());
  store::v1::RequestRecord record;
  record.set_body_hash(BodyHash(request));
  record.set_response(DeterministicBytes(*kept));
  SetTime(now, record.mutable_time());
  transaction.Put(Table::kRequests, Key(principal, mutation.request_id()),
                  record.SerializeAsString());
}

void StampRevision(store::Revision revision, Message* response) {
  StampMetadata(revision, response);
  const auto* reflection = response->GetReflection();
  const FieldDescriptor* field = response->GetDescriptor()->FindFieldByName("revision");
  if (field != nullptr && field->cpp_type() == FieldDescriptor::CPPTYPE_INT64 &&
      reflection->GetInt64(*response, field) == 0) {
    reflection->SetInt64(response, field, revision);
  }
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(*response, &fields);
  for (const FieldDescriptor* part : fields) {
    if (part->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || part->is_map()) continue;
    if (!part->is_repeated()) {
      StampMetadata(revision, reflection->MutableMessage(response, part));
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(*response, part); ++i) {
      StampMetadata(revision, reflection->MutableRepeatedMessage(response, part, i));
    }
  }
}

}  // namespace nave::catalog
