// What the tests of resources share: configurations, and a life of a resource against a fake
// control plane.
#ifndef NAVE_TESTS_TERRAFORM_RESOURCES_RESOURCE_TESTING_H_
#define NAVE_TESTS_TERRAFORM_RESOURCES_RESOURCE_TESTING_H_

#include <optional>
#include <string>

#include "terraform/resources/lifecycle.h"
#include "tests/terraform/fake_control_plane.h"

namespace nave::terraform {

// Every attribute of the schema: what is given, null for the others.
inline Object Config(const Resource& resource, const Object& given) {
  Object config;
  for (const Attribute& attribute : resource.schema().attributes) {
    config[attribute.name] = At(given, attribute.name);
  }
  return config;
}

// The summary and detail of every error.
inline std::string ErrorsOf(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& item : diagnostics.items()) {
    if (item.is_error) text += item.attribute + ": " + item.summary + ": " + item.detail + "\n";
  }
  return text;
}

inline std::string CheckErrors(const Resource& resource, const Object& given) {
  Diagnostics diagnostics;
  CheckConfig(resource, Config(resource, given), &diagnostics);
  return ErrorsOf(diagnostics);
}

// One resource, planned and applied as Terraform does it.
class Life {
 public:
  Life(const Resource& resource, FakeWorld& world) : resource_(resource), world_(world) {}

  Plan PlanFor(const Object& given) {
    return PlanChange(resource_, &world_.client, stored_.state, Config(resource_, given));
  }
  // The errors; empty when all went well.
  std::string Apply(const Object& given) {
    Diagnostics diagnostics;
    stored_ = ApplyChange(resource_, world_.client, stored_.state, PlanFor(given).planned,
                          stored_.etag, &diagnostics);
    return ErrorsOf(diagnostics);
  }
  std::string Destroy() {
    Diagnostics diagnostics;
    stored_ = ApplyChange(resource_, world_.client, stored_.state, std::nullopt, stored_.etag,
                          &diagnostics);
    return ErrorsOf(diagnostics);
  }
  std::string Refresh() {
    Diagnostics diagnostics;
    stored_ = ReadAgain(resource_, world_.client, *stored_.state, stored_.etag, &diagnostics);
    return ErrorsOf(diagnostics);
  }
  std::string Import(const std::string& name) {
    Diagnostics diagnostics;
    stored_ = {ImportStub(resource_, name, &diagnostics), ""};
    return diagnostics.has_error() ? ErrorsOf(diagnostics) : Refresh();
  }
  bool HasNoChanges(const Object& given) { return PlanFor(given).planned == *stored_.state; }
  const std::optional<Object>& state() const { return stored_.state; }
  Value Get(const std::string& name) const { return At(*stored_.state, name); }
  const std::string& etag() const { return stored_.etag; }
  bool WhollyKnown() const { return Value::OfMap(*stored_.state).WhollyKnown(); }

 private:
  const Resource& resource_;
  FakeWorld& world_;
  Stored stored_;
};

}  // namespace nave::terraform

#endif  // NAVE_TESTS_TERRAFORM_RESOURCES_RESOURCE_TESTING_H_
