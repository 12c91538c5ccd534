#include "terraform/resources/lifecycle.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "terraform/client/errors.h"

namespace nave::terraform {
namespace {

using Given = Attribute::Given;

bool IsPlain(const Value& value) { return !value.is_null() && value.WhollyKnown(); }

// The control plane does not tell what is not set from what is set to nothing.
bool IsEmpty(const Value& value) {
  return value.is_null() || (value.AsString() != nullptr && value.AsString()->empty()) ||
         (value.AsBool() != nullptr && !*value.AsBool()) ||
         (value.AsList() != nullptr && value.AsList()->empty()) ||
         (value.AsMap() != nullptr && value.AsMap()->empty());
}

// Whether `b` says the same as `a`, which belongs to `object`.
bool Same(const Attribute& attribute, const Object& object, const Value& a, const Value& b) {
  if (a == b || (IsEmpty(a) && IsEmpty(b))) return true;
  return IsPlain(a) && IsPlain(b) && attribute.same != nullptr && attribute.same(object, a, b);
}

// A null inside of a collection, which nothing in Nave stands for.
bool HoldsNull(const Value& value) {
  const auto is_null = [](const Value& item) { return item.is_null() || HoldsNull(item); };
  if (const Value::List* list = value.AsList()) {
    return std::any_of(list->begin(), list->end(), is_null);
  }
  const Value::Map* map = value.AsMap();
  return map != nullptr && std::any_of(map->begin(), map->end(),
                                       [&](const auto& entry) { return is_null(entry.second); });
}

// What the control plane says, in the spelling of `known` where that says the same.
Object Keep(const Schema& schema, const Object& known, const Object& remote) {
  Object state;
  for (const Attribute& attribute : schema.attributes) {
    const Value& before = At(known, attribute.name);
    const Value& now = At(remote, attribute.name);
    if (attribute.local) {
      state[attribute.name] = before.is_unknown() ? Value() : before;
    } else {
      state[attribute.name] = Same(attribute, known, before, now) ? before : now;
    }
  }
  return state;
}

// Whether the control plane has anything to do.
bool Differs(const Schema& schema, const Object& prior, const Object& planned) {
  for (const Attribute& attribute : schema.attributes) {
    const Value& after = At(planned, attribute.name);
    if (!attribute.local && !Same(attribute, prior, At(prior, attribute.name), after)) return true;
  }
  return false;
}

Value PlannedValue(const Attribute& attribute, const Object* prior, const Value& config) {
  if (attribute.given == Given::kComputed) {
    return prior == nullptr ? Value::Unknown() : At(*prior, attribute.name);
  }
  if (prior == nullptr) return config;
  const Value& before = At(*prior, attribute.name);
  // Terraform takes the old spelling for the new one, but not something for nothing.
  if (before.is_null() || config.is_null()) return config;
  return Same(attribute, *prior, before, config) ? before : config;
}

absl::Status CheckValue(const Attribute& attribute, const Value& value) {
  if (HoldsNull(value)) return absl::InvalidArgumentError("must not contain null");
  if (attribute.check == nullptr || !IsPlain(value)) return absl::OkStatus();
  return attribute.check(value);
}

std::string Cannot(const char* what, const Resource& resource, const Object& object) {
  const std::string name = resource.NameOf(object);
  return absl::StrCat("Cannot ", what, " ", resource.type(), name.empty() ? "" : " ", name);
}

void Tell(const std::string& summary, const absl::Status& status, Diagnostics* diagnostics) {
  if (!status.ok()) diagnostics->Error(summary, ErrorText(status));
}

void Tell(const std::string& summary, const Applied& applied, Diagnostics* diagnostics) {
  Tell(summary, applied.status, diagnostics);
  for (const std::string& warning : applied.warnings) {
    diagnostics->Warn("Done, with a condition", warning);
  }
}

Stored Create(const Resource& resource, Client& client, const Object& planned,
              Diagnostics* diagnostics) {
  Applied applied = resource.Create(client, planned);
  // Taking over what somebody else made is for the user to say.
  if (ReasonOf(applied.status) == api::v1::ALREADY_EXISTS) {
    diagnostics->Error(Cannot("create", resource, planned),
                       absl::StrCat(ErrorText(applied.status),
                                    "; if it is to be managed here, import it by that name"));
    return {};
  }
  Tell(Cannot("create", resource, planned), applied, diagnostics);
  if (!applied.remote.has_value()) return {};
  return {Keep(resource.schema(), planned, applied.remote->attributes), applied.remote->etag};
}

Stored Update(const Resource& resource, Client& client, const Object& prior, const Object& planned,
              const std::string& etag, Diagnostics* diagnostics) {
  // Local attributes are all that changes.
  if (!Differs(resource.schema(), prior, planned)) return {planned, etag};
  Applied applied = resource.Update(client, prior, planned, etag);
  Tell(Cannot("update", resource, prior), applied, diagnostics);
  if (applied.status.ok() && applied.remote.has_value()) {
    return {Keep(resource.schema(), planned, applied.remote->attributes), applied.remote->etag};
  }
  // A failed update is never recorded as done: the state is what is there.
  if (!applied.remote.has_value()) return {prior, etag};
  return {Keep(resource.schema(), prior, applied.remote->attributes), applied.remote->etag};
}

Stored Delete(const Resource& resource, Client& client, const Object& prior,
              const std::string& etag, Diagnostics* diagnostics) {
  const absl::Status status = resource.Delete(client, prior, etag);
  if (status.ok() || absl::IsNotFound(status)) return {};
  Tell(Cannot("delete", resource, prior), status, diagnostics);
  return {prior, etag};
}

}  // namespace

void CheckAttributes(const Schema& schema, const Object& config, Diagnostics* diagnostics) {
  for (const Attribute& attribute : schema.attributes) {
    const absl::Status status = CheckValue(attribute, At(config, attribute.name));
    if (status.ok()) continue;
    diagnostics->Error(absl::StrCat("Invalid ", attribute.name),
                       absl::StrCat("`", attribute.name, "` ", status.message(), "."),
                       attribute.name);
  }
}

void CheckConfig(const Resource& resource, const Object& config, Diagnostics* diagnostics) {
  CheckAttributes(resource.schema(), config, diagnostics);
  if (!diagnostics->has_error()) resource.Validate(config, diagnostics);
}

Plan PlanChange(const Resource& resource, Client* client, const std::optional<Object>& prior,
                const Object& config) {
  Plan plan;
  const Object* before = prior.has_value() ? &*prior : nullptr;
  for (const Attribute& attribute : resource.schema().attributes) {
    const Value planned = PlannedValue(attribute, before, At(config, attribute.name));
    if (before != nullptr && attribute.replaces &&
        !Same(attribute, *before, At(*before, attribute.name), planned)) {
      plan.replaces.push_back(attribute.name);
    }
    plan.planned[attribute.name] = planned;
  }
  if (before == nullptr) return plan;
  if (Differs(resource.schema(), *before, plan.planned)) {
    for (const Attribute& attribute : resource.schema().attributes) {
      if (attribute.changes) plan.planned[attribute.name] = Value::Unknown();
    }
  }
  resource.RefineUpdate(client, *before, &plan);
  return plan;
}

Stored ApplyChange(const Resource& resource, Client& client, const std::optional<Object>& prior,
                   const std::optional<Object>& planned, const std::string& etag,
                   Diagnostics* diagnostics) {
  if (prior.has_value() && planned.has_value()) {
    return Update(resource, client, *prior, *planned, etag, diagnostics);
  }
  if (planned.has_value()) return Create(resource, client, *planned, diagnostics);
  if (prior.has_value()) return Delete(resource, client, *prior, etag, diagnostics);
  return {};
}

Stored ReadAgain(const Resource& resource, Client& client, const Object& prior,
                 const std::string& etag, Diagnostics* diagnostics) {
  const absl::StatusOr<Remote> remote = resource.Read(client, resource.NameOf(prior));
  if (absl::IsNotFound(remote.status())) return {};
  if (!remote.ok()) {
    Tell(Cannot("read", resource, prior), remote.status(), diagnostics);
    return {prior, etag};
  }
  return {Keep(resource.schema(), prior, remote->attributes), remote->etag};
}

Object ImportStub(const Resource& resource, const std::string& name, Diagnostics* diagnostics) {
  Object stub;
  for (const Attribute& attribute : resource.schema().attributes) stub[attribute.name] = Value();
  stub["name"] = Value::String(name);
  CheckAttributes(resource.schema(), stub, diagnostics);
  return stub;
}

}  // namespace nave::terraform
