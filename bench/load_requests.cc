#include "bench/load_requests.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/wire_format_lite.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "nave/api/v1/common.pb.h"
#include "nave/dns/v1/record_set.pb.h"
#include "nave/governance/v1/vpc.pb.h"

namespace nave::bench {
namespace {

using google::protobuf::internal::WireFormatLite;

constexpr char kAccount[] = "accounts/bench";
constexpr char kZone[] = "accounts/bench/zones/zone";
constexpr char kApex[] = "zone.example.com.";
// What is written, beside the turn's number: as long for every server.
constexpr size_t kTextSize = 64;
constexpr int kTtlSeconds = 60;
// etcd's etcdserverpb.PutRequest and RangeRequest.
constexpr int kEtcdKey = 1, kEtcdValue = 2;

std::string VpcName(uint64_t caller) { return absl::StrCat(kAccount, "/vpcs/v", caller); }

std::string Text(uint64_t turn) {
  std::string text = absl::StrCat("turn ", turn, " ");
  text.resize(kTextSize, '.');
  return text;
}

std::string CreateVpc(uint64_t caller, uint64_t turn) {
  governance::v1::CreateVpcRequest request;
  request.mutable_vpc()->set_name(VpcName(caller));
  request.mutable_vpc()->set_display_name(Text(turn));
  return request.SerializeAsString();
}

std::string UpdateVpc(uint64_t caller, uint64_t turn) {
  governance::v1::UpdateVpcRequest request;
  request.mutable_vpc()->set_name(VpcName(caller));
  request.mutable_vpc()->set_display_name(Text(turn));
  request.mutable_update_mask()->add_paths("display_name");
  return request.SerializeAsString();
}

std::string GetVpc(uint64_t caller, uint64_t) {
  api::v1::GetRequest request;
  request.set_name(VpcName(caller));
  return request.SerializeAsString();
}

dns::v1::RecordSet Record(uint64_t caller, uint64_t turn) {
  dns::v1::RecordSet record_set;
  record_set.set_name(absl::StrCat(kZone, "/recordSets/h", caller, ".", kApex, "/A"));
  record_set.set_ttl_seconds(kTtlSeconds);
  record_set.add_rdata(absl::StrCat("198.51.100.", 1 + turn % 250));
  return record_set;
}

std::string CreateRecord(uint64_t caller, uint64_t turn) {
  dns::v1::CreateRecordSetRequest request;
  *request.mutable_record_set() = Record(caller, turn);
  return request.SerializeAsString();
}

std::string UpdateRecord(uint64_t caller, uint64_t turn) {
  dns::v1::UpdateRecordSetRequest request;
  *request.mutable_record_set() = Record(caller, turn);
  request.mutable_update_mask()->add_paths("rdata");
  return request.SerializeAsString();
}

void AddBytes(int field, const std::string& bytes, std::string* message) {
  google::protobuf::io::StringOutputStream stream(message);
  google::protobuf::io::CodedOutputStream out(&stream);
  WireFormatLite::WriteTag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED, &out);
  out.WriteVarint32(static_cast<uint32_t>(bytes.size()));
  out.WriteString(bytes);
}

std::string EtcdPut(uint64_t caller, uint64_t turn) {
  std::string request;
  AddBytes(kEtcdKey, VpcName(caller), &request);
  AddBytes(kEtcdValue, Text(turn), &request);
  return request;
}

std::string EtcdRange(uint64_t caller, uint64_t) {
  std::string request;
  AddBytes(kEtcdKey, VpcName(caller), &request);
  return request;
}

std::string Nothing(uint64_t, uint64_t) { return ""; }

const std::vector<LoadKind>& LoadKinds() {
  static const auto* const kinds = new std::vector<LoadKind>{
      {"create-vpc", "/nave.governance.v1.VpcService/CreateVpc", CreateVpc},
      {"update-vpc", "/nave.governance.v1.VpcService/UpdateVpc", UpdateVpc},
      {"get-vpc", "/nave.governance.v1.VpcService/GetVpc", GetVpc},
      {"create-record-one-zone", "/nave.dns.v1.RecordSetService/CreateRecordSet", CreateRecord},
      {"update-record-one-zone", "/nave.dns.v1.RecordSetService/UpdateRecordSet", UpdateRecord},
      {"health-check", "/grpc.health.v1.Health/Check", Nothing},
      {"etcd-put", "/etcdserverpb.KV/Put", EtcdPut},
      {"etcd-range", "/etcdserverpb.KV/Range", EtcdRange},
  };
  return *kinds;
}

}  // namespace

absl::StatusOr<LoadKind> FindLoadKind(const std::string& name) {
  std::string known;
  for (const LoadKind& kind : LoadKinds()) {
    if (kind.name == name) return kind;
    absl::StrAppend(&known, known.empty() ? "" : ", ", kind.name);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("'", name, "' is no kind of call; there are ", known));
}

}  // namespace nave::bench
