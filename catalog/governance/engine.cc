#include "catalog/governance/engine.h"

#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "catalog/governance/access.h"
#include "catalog/governance/fields.h"
#include "catalog/governance/idempotency.h"
#include "catalog/governance/names.h"
#include "catalog/resource_name.h"
#include "lib/base/check.h"
#include "nave/catalog/v1/product.pb.h"
#include "nave/catalog/v1/product_version.pb.h"

namespace nave::catalog {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The right that the contract declares on a method of a kind, such as `DeleteVpc`.
api::v1::Right RightOf(const ResourceType& type, const std::string& verb) {
  const auto* file = type.descriptor->file();
  const std::string method_name = verb + type.type;
  for (int i = 0; i < file->service_count(); ++i) {
    const auto* method = file->service(i)->FindMethodByName(method_name);
    if (method != nullptr) return method->options().GetExtension(api::v1::method).right();
  }
  return api::v1::RIGHT_UNSPECIFIED;
}

absl::Status RequireRight(store::Reader& reader, const Caller& caller, const ResourceType& type,
                          const std::string& verb, const std::string& name) {
  const api::v1::Right right = RightOf(type, verb);
  // Consents decide instead, where the change is made.
  if (right == api::v1::AUTHENTICATED) return absl::OkStatus();
  // Where an account stands, and in which state, is not for the account to say.
  const bool of_organization = type.type == "Account" && right == api::v1::ADMINISTER;
  return Require(reader, caller, right, of_organization ? std::string(kOrganization) : name);
}

// The resource within a request, and the other parts that every mutation has.
struct Parts {
  const ResourceType* type = nullptr;
  const FieldDescriptor* resource = nullptr;
  const FieldDescriptor* mutation = nullptr;
  const FieldDescriptor* mask = nullptr;
};

Parts PartsOf(const Descriptor* request) {
  Parts parts;
  for (int i = 0; i < request->field_count(); ++i) {
    const FieldDescriptor* field = request->field(i);
    const Descriptor* message = field->message_type();
    if (message == nullptr || field->is_repeated()) continue;
    if (message == api::v1::Mutation::descriptor()) parts.mutation = field;
    if (message == google::protobuf::FieldMask::descriptor()) parts.mask = field;
    if (const ResourceType* type = TypeOf(message)) {
      parts.type = type;
      parts.resource = field;
    }
  }
  NAVE_CHECK(parts.resource != nullptr && parts.mutation != nullptr);
  return parts;
}

template <typename T>
const T& Part(const Message& request, const FieldDescriptor* field) {
  return static_cast<const T&>(request.GetReflection()->GetMessage(request, field));
}

absl::Status RequirePart(const Message& request, const FieldDescriptor* field) {
  if (request.GetReflection()->HasField(request, field)) return absl::OkStatus();
  return FieldError(field->name(), "is required");
}

void ClearSecrets(Message* message) {
  const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName("secret");
  if (field != nullptr) message->GetReflection()->ClearField(message, field);
}

}  // namespace

Actor Engine::ActorOf(const Caller& caller) const {
  Actor actor;
  actor.caller = caller;
  actor.now = clock_.Now();
  return actor;
}

absl::Status Engine::Mutate(const Caller& caller, const Message& request,
                            const api::v1::Mutation& mutation, Message* response, Work work) {
  if (mutation.validate_only()) {
    NAVE_ASSIGN_OR_RETURN(auto snapshot, store_.Read());
    store::Transaction transaction(std::move(snapshot));
    NAVE_RETURN_IF_ERROR(work(transaction, response));
    ClearSecrets(response);
    return absl::OkStatus();
  }
  bool replayed = false;
  auto once = [&](store::Transaction& transaction) -> absl::Status {
    response->Clear();
    NAVE_ASSIGN_OR_RETURN(replayed,
                          FindRequest(transaction, caller.principal, request, mutation, response));
    if (replayed) return absl::OkStatus();
    NAVE_RETURN_IF_ERROR(work(transaction, response));
    RecordRequest(transaction, caller.principal, request, mutation, *response, clock_.Now());
    return absl::OkStatus();
  };
  NAVE_ASSIGN_OR_RETURN(store::Revision revision, store::RunTransaction(store_, once));
  if (!replayed) StampRevision(revision, response);
  return absl::OkStatus();
}

absl::Status Engine::CheckPlugins(store::Reader& reader, const Message& resource) {
  if (resource.GetDescriptor() == v1::Product::descriptor()) {
    return plugins_.CheckPlugin(static_cast<const v1::Product&>(resource).plugin());
  }
  if (resource.GetDescriptor() != v1::ProductVersion::descriptor()) return absl::OkStatus();
  const auto& version = static_cast<const v1::ProductVersion&>(resource);
  NAVE_ASSIGN_OR_RETURN(auto product, ReadResource<v1::Product>(reader, ParentOf(version.name())));
  return plugins_.CheckSettings(product.plugin(),
                                {version.settings().begin(), version.settings().end()});
}

absl::Status Engine::Create(const Caller& caller, const Message& request, Message* response) {
  const Parts parts = PartsOf(request.GetDescriptor());
  NAVE_RETURN_IF_ERROR(RequirePart(request, parts.resource));
  const Message& given = request.GetReflection()->GetMessage(request, parts.resource);
  NAVE_RETURN_IF_ERROR(CheckName(*parts.type, NameOf(given)));
  auto work = [&](store::Transaction& transaction, Message* made) -> absl::Status {
    NAVE_RETURN_IF_ERROR(RequireRight(transaction, caller, *parts.type, "Create", NameOf(given)));
    made->CopyFrom(given);
    ClearOutputFields(made);
    NAVE_RETURN_IF_ERROR(CreateResource(transaction, ActorOf(caller), made));
    return CheckPlugins(transaction, *made);
  };
  return Mutate(caller, request, Part<api::v1::Mutation>(request, parts.mutation), response, work);
}

absl::Status Engine::Update(const Caller& caller, const Message& request, Message* response) {
  const Parts parts = PartsOf(request.GetDescriptor());
  NAVE_CHECK(parts.mask != nullptr);
  NAVE_RETURN_IF_ERROR(RequirePart(request, parts.resource));
  const Message& given = request.GetReflection()->GetMessage(request, parts.resource);
  NAVE_RETURN_IF_ERROR(CheckName(*parts.type, NameOf(given)));
  const auto& mask = Part<google::protobuf::FieldMask>(request, parts.mask);
  auto work = [&](store::Transaction& transaction, Message* changed) -> absl::Status {
    NAVE_RETURN_IF_ERROR(RequireRight(transaction, caller, *parts.type, "Update", NameOf(given)));
    changed->CopyFrom(given);
    NAVE_RETURN_IF_ERROR(UpdateResource(transaction, ActorOf(caller), changed, mask));
    return CheckPlugins(transaction, *changed);
  };
  return Mutate(caller, request, Part<api::v1::Mutation>(request, parts.mutation), response, work);
}

absl::Status Engine::Delete(const Caller& caller, const std::string& type_name,
                            const api::v1::DeleteRequest& request,
                            api::v1::DeleteResponse* response) {
  const ResourceType* type = TypeNamed(type_name);
  NAVE_CHECK(type != nullptr);
  NAVE_RETURN_IF_ERROR(CheckName(*type, request.name()));
  auto work = [&](store::Transaction& transaction, Message*) -> absl::Status {
    NAVE_RETURN_IF_ERROR(RequireRight(transaction, caller, *type, "Delete", request.name()));
    return DeleteResource(transaction, ActorOf(caller), request.name(), request.etag());
  };
  return Mutate(caller, request, request.mutation(), response, work);
}

absl::Status Engine::AcceptZoneAssociation(const Caller& caller,
                                           const dns::v1::AcceptZoneAssociationRequest& request,
                                           dns::v1::ZoneAssociation* response) {
  auto work = [&](store::Transaction& transaction, Message* accepted) -> absl::Status {
    NAVE_ASSIGN_OR_RETURN(auto association,
                          catalog::AcceptZoneAssociation(transaction, ActorOf(caller),
                                                         request.name(), request.etag()));
    accepted->CopyFrom(association);
    return absl::OkStatus();
  };
  return Mutate(caller, request, request.mutation(), response, work);
}

}  // namespace nave::catalog
