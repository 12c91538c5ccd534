#include "catalog/governance/resources.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "catalog/governance/fields.h"
#include "catalog/governance/hooks.h"
#include "catalog/governance/names.h"
#include "catalog/governance/times.h"
#include "lib/base/check.h"

namespace nave::catalog {
namespace {

using google::protobuf::Message;
using store::Table;

constexpr size_t kMaxNamedReferrers = 5;

std::string ReferenceKey(const std::string& target, const std::string& source,
                         const std::string& type) {
  return absl::StrCat(target, std::string(1, '\0'), source, std::string(1, '\0'), type);
}

// The one resource that is there before anything is made, and that credentials may stand on.
bool IsImplicit(const std::string& target) { return target == kOrganization; }

absl::Status CheckReference(store::Reader& reader, const Reference& reference) {
  const ResourceType* type = TypeOfName(reference.target);
  if (type == nullptr || std::find(reference.types.begin(), reference.types.end(), type->type) ==
                             reference.types.end()) {
    return FieldError(reference.field, absl::StrCat("'", reference.target, "' is no name of ",
                                                    absl::StrJoin(reference.types, " or ")));
  }
  if (IsImplicit(reference.target)) return absl::OkStatus();
  NAVE_ASSIGN_OR_RETURN(bool exists, Exists(reader, reference.target));
  if (exists) return absl::OkStatus();
  return Error(
      api::v1::DANGLING_REFERENCE,
      absl::StrCat(reference.field, ": '", reference.target, "' does not exist; create it first"),
      {{"field", reference.field}, {"resource", reference.target}});
}

absl::Status WriteReferences(store::Transaction& transaction, const Message* before,
                             const Message& after, const ResourceType& type) {
  std::string source = NameOf(after);
  if (before != nullptr) {
    for (const Reference& old : ReferencesOf(*before)) {
      transaction.Delete(Table::kReferences, ReferenceKey(old.target, source, type.type));
    }
  }
  for (const Reference& reference : ReferencesOf(after)) {
    NAVE_RETURN_IF_ERROR(CheckReference(transaction, reference));
    // The first administrator's token must not keep the organization from being deleted.
    if (type.type == "Token" && IsImplicit(reference.target)) continue;
    transaction.Put(Table::kReferences, ReferenceKey(reference.target, source, type.type), "");
  }
  return absl::OkStatus();
}

absl::Status CheckEtag(const Message& stored, const std::string& etag) {
  if (etag.empty() || etag == MetadataOf(stored).etag()) return absl::OkStatus();
  return Error(api::v1::STALE_ETAG,
               absl::StrCat("'", NameOf(stored), "' has changed meanwhile; read it again"),
               {{"resource", NameOf(stored)}, {"etag", MetadataOf(stored).etag()}});
}

absl::Status CheckOwner(const Message& stored, const Actor& actor) {
  const std::string& owner = MetadataOf(stored).owner();
  const ResourceType* type = TypeOfName(owner);
  bool is_product = type != nullptr && type->type == "ProvisionedProduct";
  if (!is_product || owner == actor.product) return absl::OkStatus();
  return Error(api::v1::OWNED_BY_PRODUCT,
               absl::StrCat("'", NameOf(stored), "' belongs to '", owner,
                            "'; update or terminate that product"),
               {{"resource", NameOf(stored)}, {"owner", owner}});
}

absl::Status CheckParent(store::Reader& reader, const std::string& name) {
  std::string parent = ParentOf(name);
  if (parent.empty()) return absl::OkStatus();
  NAVE_ASSIGN_OR_RETURN(bool exists, Exists(reader, parent));
  return exists ? absl::OkStatus() : NotFoundError(parent);
}

absl::Status SetOwner(const Actor& actor, Message* resource) {
  api::v1::Metadata* metadata = MutableMetadata(resource);
  if (!actor.product.empty()) {
    metadata->set_owner(actor.product);
    return absl::OkStatus();
  }
  const ResourceType* type = TypeOfName(metadata->owner());
  if (type == nullptr || type->type != "ProvisionedProduct") return absl::OkStatus();
  return FieldError("metadata.owner", "only a product makes itself the owner");
}

// The record sets of an apex are made without an owner: the tool that changes one takes it over.
absl::Status TakeOver(const Actor& actor, const Message& given, Message* after) {
  const std::string& owner = MetadataOf(given).owner();
  const bool record_set = TypeOf(after->GetDescriptor())->type == "RecordSet";
  if (!record_set || owner.empty() || !MetadataOf(*after).owner().empty()) return absl::OkStatus();
  MutableMetadata(after)->set_owner(owner);
  return SetOwner(actor, after);
}

absl::Status Call(Hook hook, const Change& change) {
  return hook == nullptr ? absl::OkStatus() : hook(change);
}

absl::Status CheckUnused(store::Reader& reader, const std::string& name) {
  NAVE_ASSIGN_OR_RETURN(auto children, store::ScanPrefix(reader, Table::kResources, name + "/", 1));
  if (!children.empty()) {
    return Error(api::v1::NOT_EMPTY,
                 absl::StrCat("'", name, "' still has '", children[0].key, "'; delete that first"),
                 {{"resource", name}, {"child", children[0].key}});
  }
  std::string prefix = name + '\0';
  NAVE_ASSIGN_OR_RETURN(auto referrers,
                        store::ScanPrefix(reader, Table::kReferences, prefix, kMaxNamedReferrers));
  if (referrers.empty()) return absl::OkStatus();
  std::vector<std::string> sources;
  for (const store::Entry& entry : referrers) {
    sources.push_back(entry.key.substr(prefix.size(), entry.key.rfind('\0') - prefix.size()));
  }
  std::string users = absl::StrJoin(sources, ", ");
  return Error(api::v1::IN_USE, absl::StrCat("'", name, "' is used by ", users),
               {{"resource", name}, {"users", users}});
}

bool LabelsAreNamed(const google::protobuf::FieldMask& mask) {
  if (mask.paths().empty()) return true;
  return std::any_of(mask.paths().begin(), mask.paths().end(), [](const std::string& path) {
    return path == "metadata" || path == "metadata.labels";
  });
}

std::string Comparable(const Message& resource) {
  std::unique_ptr<Message> copy(resource.New());
  copy->CopyFrom(resource);
  MutableMetadata(copy.get())->clear_update_time();
  return StoredBytes(*copy);
}

}  // namespace

absl::Status CreateResource(store::Transaction& transaction, const Actor& actor,
                            Message* resource) {
  const ResourceType* type = TypeOf(resource->GetDescriptor());
  NAVE_CHECK(type != nullptr);
  NAVE_RETURN_IF_ERROR(NormalizeName(*type, resource));
  NAVE_RETURN_IF_ERROR(CheckFields(resource));
  const std::string name = NameOf(*resource);
  NAVE_RETURN_IF_ERROR(CheckParent(transaction, name));
  NAVE_ASSIGN_OR_RETURN(bool exists, Exists(transaction, name));
  if (exists) {
    return Error(api::v1::ALREADY_EXISTS, absl::StrCat("'", name, "' exists already"),
                 {{"resource", name}});
  }
  if (type->type != "Account") NAVE_RETURN_IF_ERROR(RequireActiveAccount(transaction, name));
  NAVE_RETURN_IF_ERROR(SetOwner(actor, resource));
  api::v1::Metadata* metadata = MutableMetadata(resource);
  SetTime(actor.now, metadata->mutable_create_time());
  SetTime(actor.now, metadata->mutable_update_time());
  metadata->clear_revision();
  metadata->clear_etag();
  const Hooks hooks = HooksOf(resource->GetDescriptor());
  const Change change{transaction, actor, nullptr, resource};
  NAVE_RETURN_IF_ERROR(WriteReferences(transaction, nullptr, *resource, *type));
  NAVE_RETURN_IF_ERROR(Call(hooks.before_write, change));
  PutResource(transaction, *resource);
  EmitResourceEvent(transaction, actor, "nave.resource.created", name);
  return Call(hooks.after_write, change);
}

absl::Status UpdateResource(store::Transaction& transaction, const Actor& actor, Message* resource,
                            const google::protobuf::FieldMask& mask) {
  const ResourceType* type = TypeOf(resource->GetDescriptor());
  NAVE_CHECK(type != nullptr);
  NAVE_RETURN_IF_ERROR(NormalizeName(*type, resource));
  std::unique_ptr<Message> before(resource->New());
  NAVE_RETURN_IF_ERROR(ReadOrNotFound(transaction, NameOf(*resource), before.get()));
  NAVE_RETURN_IF_ERROR(CheckEtag(*before, MetadataOf(*resource).etag()));
  NAVE_RETURN_IF_ERROR(CheckOwner(*before, actor));
  std::unique_ptr<Message> after(before->New());
  after->CopyFrom(*before);
  NAVE_RETURN_IF_ERROR(NormalizeFields(resource));
  NAVE_RETURN_IF_ERROR(ApplyUpdate(*resource, mask, after.get()));
  if (LabelsAreNamed(mask)) {
    *MutableMetadata(after.get())->mutable_labels() = MetadataOf(*resource).labels();
    NAVE_RETURN_IF_ERROR(TakeOver(actor, *resource, after.get()));
  }
  NAVE_RETURN_IF_ERROR(CheckFields(after.get()));
  const Hooks hooks = HooksOf(resource->GetDescriptor());
  const Change change{transaction, actor, before.get(), after.get()};
  NAVE_RETURN_IF_ERROR(Call(hooks.before_write, change));
  resource->CopyFrom(*after);
  // What changes nothing is no change: applying the same manifest twice leaves every revision
  // alone.
  if (Comparable(*before) == Comparable(*after)) return absl::OkStatus();
  NAVE_RETURN_IF_ERROR(WriteReferences(transaction, before.get(), *after, *type));
  api::v1::Metadata* metadata = MutableMetadata(after.get());
  SetTime(actor.now, metadata->mutable_update_time());
  metadata->clear_revision();
  metadata->clear_etag();
  PutResource(transaction, *after);
  EmitResourceEvent(transaction, actor, "nave.resource.updated", NameOf(*after));
  NAVE_RETURN_IF_ERROR(Call(hooks.after_write, change));
  resource->CopyFrom(*after);
  return absl::OkStatus();
}

absl::Status DeleteResource(store::Transaction& transaction, const Actor& actor,
                            const std::string& given_name, const std::string& etag) {
  NAVE_ASSIGN_OR_RETURN(std::string name, CanonicalName(given_name));
  const ResourceType* type = TypeOfName(name);
  std::unique_ptr<Message> before = NewMessage(type->descriptor);
  NAVE_RETURN_IF_ERROR(ReadOrNotFound(transaction, name, before.get()));
  NAVE_RETURN_IF_ERROR(CheckEtag(*before, etag));
  NAVE_RETURN_IF_ERROR(CheckOwner(*before, actor));
  const Hooks hooks = HooksOf(type->descriptor);
  const Change change{transaction, actor, before.get(), nullptr};
  NAVE_RETURN_IF_ERROR(Call(hooks.before_delete, change));
  NAVE_RETURN_IF_ERROR(CheckUnused(transaction, name));
  for (const Reference& reference : ReferencesOf(*before)) {
    transaction.Delete(Table::kReferences, ReferenceKey(reference.target, name, type->type));
  }
  transaction.Delete(Table::kResources, name);
  EmitResourceEvent(transaction, actor, "nave.resource.deleted", name);
  return Call(hooks.after_delete, change);
}

}  // namespace nave::catalog
