// Reading resources as typed messages. Functions over a reader; any thread.
#ifndef NAVE_CATALOG_GOVERNANCE_READ_H_
#define NAVE_CATALOG_GOVERNANCE_READ_H_

#include <google/protobuf/message.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/status_macros.h"
#include "nave/api/v1/common.pb.h"
#include "store/store.h"

namespace nave::catalog {

// More children than this are read in several scans.
inline constexpr size_t kMaxScan = 100000;

// Fills a message from an entry: its fields, `metadata.revision` and `metadata.etag`. DATA_LOSS
// when it is malformed.
absl::Status FillFromEntry(const store::Entry& entry, google::protobuf::Message* message);
std::string EtagOf(store::Revision revision);

// The metadata of any resource.
api::v1::Metadata* MutableMetadata(google::protobuf::Message* resource);
const api::v1::Metadata& MetadataOf(const google::protobuf::Message& resource);
std::string NameOf(const google::protobuf::Message& resource);

// Whether a resource of that name exists.
absl::StatusOr<bool> Exists(store::Reader& reader, const std::string& name);
// Fills `resource` from the store; false when there is none.
absl::StatusOr<bool> ReadInto(store::Reader& reader, const std::string& name,
                              google::protobuf::Message* resource);

// The resource, or nullopt.
template <typename T>
absl::StatusOr<std::optional<T>> Find(store::Reader& reader, const std::string& name) {
  T resource;
  NAVE_ASSIGN_OR_RETURN(bool found, ReadInto(reader, name, &resource));
  if (!found) return std::optional<T>();
  return std::optional<T>(std::move(resource));
}

// The resource, or NOT_FOUND.
absl::Status ReadOrNotFound(store::Reader& reader, const std::string& name,
                            google::protobuf::Message* resource);
template <typename T>
absl::StatusOr<T> ReadResource(store::Reader& reader, const std::string& name) {
  T resource;
  NAVE_RETURN_IF_ERROR(ReadOrNotFound(reader, name, &resource));
  return resource;
}

// Every resource of a kind whose names begin with `prefix`, such as `accounts/a/rules/`. Names of
// deeper kinds below the same prefix are left out. LIMIT_REACHED beyond kMaxScan.
template <typename T>
absl::StatusOr<std::vector<T>> ReadAll(store::Reader& reader, const std::string& prefix);

// Who points at a resource by a field: the names of the sources of one kind, in order.
absl::StatusOr<std::vector<std::string>> ReferrersOf(store::Reader& reader,
                                                     const std::string& target,
                                                     const std::string& source_type);

// How ReadAll finds its kind.
absl::StatusOr<std::vector<store::Entry>> ScanKind(store::Reader& reader,
                                                   const google::protobuf::Descriptor* descriptor,
                                                   const std::string& prefix);

template <typename T>
absl::StatusOr<std::vector<T>> ReadAll(store::Reader& reader, const std::string& prefix) {
  NAVE_ASSIGN_OR_RETURN(std::vector<store::Entry> entries,
                        ScanKind(reader, T::descriptor(), prefix));
  std::vector<T> resources(entries.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    NAVE_RETURN_IF_ERROR(FillFromEntry(entries[i], &resources[i]));
  }
  return resources;
}

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_GOVERNANCE_READ_H_
