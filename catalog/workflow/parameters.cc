#include "catalog/workflow/parameters.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "catalog/errors.h"

namespace nave::catalog {
namespace {

absl::Status ParameterError(const std::string& key, const std::string& message) {
  return Error(api::v1::INVALID_PARAMETER, absl::StrCat("parameter '", key, "' ", message),
               {{"parameter", key}});
}

const ParameterSpec* FindSpec(const std::vector<ParameterSpec>& specs, const std::string& key) {
  auto found = std::find_if(specs.begin(), specs.end(),
                            [&](const ParameterSpec& spec) { return spec.key == key; });
  return found == specs.end() ? nullptr : &*found;
}

std::string KeysOf(const std::vector<ParameterSpec>& specs) {
  return absl::StrJoin(specs, ", ", [](std::string* out, const ParameterSpec& spec) {
    absl::StrAppend(out, spec.key);
  });
}

absl::Status CheckKnown(const std::vector<ParameterSpec>& specs, const Values& values,
                        const std::string& what) {
  for (const auto& [key, list] : values) {
    const ParameterSpec* spec = FindSpec(specs, key);
    if (spec == nullptr) {
      std::string known = specs.empty() ? absl::StrCat("it has no ", what, "s")
                                        : absl::StrCat("its ", what, "s are: ", KeysOf(specs));
      return ParameterError(key, absl::StrCat("is no ", what, " of the product; ", known));
    }
    if (!spec->list && list.size() > 1) {
      return ParameterError(key, absl::StrCat("takes one value, not ", list.size()));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Values> ValuesOf(const ParameterList& parameters) {
  Values values;
  for (const api::v1::Parameter& parameter : parameters) {
    if (parameter.key().empty()) return ParameterError("", "has no key");
    if (values.count(parameter.key()) > 0)
      return ParameterError(parameter.key(), "stands there twice");
    if (static_cast<size_t>(parameter.values_size()) > kMaxParameterValues) {
      return ParameterError(parameter.key(),
                            absl::StrCat("has more than ", kMaxParameterValues, " values"));
    }
    std::vector<std::string>& list = values[parameter.key()];
    for (const std::string& value : parameter.values()) {
      if (value.empty())
        return ParameterError(parameter.key(), "has an empty value; leave it out instead");
      if (value.size() > kMaxParameterValueBytes) {
        return ParameterError(parameter.key(), absl::StrCat("has a value longer than ",
                                                            kMaxParameterValueBytes, " bytes"));
      }
      list.push_back(value);
    }
    // A key without values is as if it were not given.
    if (list.empty()) values.erase(parameter.key());
  }
  return values;
}

ParameterList ParametersOf(const std::vector<Output>& outputs) {
  ParameterList list;
  for (const Output& output : outputs) {
    api::v1::Parameter* parameter = list.Add();
    parameter->set_key(output.key);
    for (const std::string& value : output.values) parameter->add_values(value);
  }
  return list;
}

absl::Status CheckParameters(const ParameterSchema& schema, const Values& settings,
                             const Values& parameters) {
  if (absl::Status known = CheckKnown(schema.parameters, parameters, "parameter"); !known.ok()) {
    return known;
  }
  for (const ParameterSpec& spec : schema.parameters) {
    const bool given = parameters.count(spec.key) > 0;
    const bool set = settings.count(spec.key) > 0;
    if (given && set) {
      return ParameterError(spec.key, "is a setting of this product version; leave it out");
    }
    if (spec.required && !given && !set) {
      return ParameterError(spec.key, absl::StrCat("is required: ", spec.description));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckSettings(const ParameterSchema& schema, const Values& settings) {
  if (absl::Status known = CheckKnown(schema.settings, settings, "setting"); !known.ok())
    return known;
  for (const ParameterSpec& spec : schema.settings) {
    if (spec.required && settings.count(spec.key) == 0) {
      return ParameterError(spec.key, absl::StrCat("is a required setting: ", spec.description));
    }
  }
  return absl::OkStatus();
}

absl::Status FromPlugin(const std::string& plugin, const absl::Status& status) {
  if (status.ok() || ReasonOf(status) != api::v1::REASON_UNSPECIFIED) return status;
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return Error(api::v1::INVALID_PARAMETER, std::string(status.message()), {{"plugin", plugin}});
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kDataLoss:
      return status;
    default:
      return Error(api::v1::PLUGIN_FAILED,
                   absl::StrCat("the plugin '", plugin, "' failed: ", status.message()),
                   {{"plugin", plugin}});
  }
}

}  // namespace nave::catalog
