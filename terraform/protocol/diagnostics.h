// What the user is told: errors and warnings, each perhaps about one attribute. Values; any thread.
#ifndef NAVE_TERRAFORM_PROTOCOL_DIAGNOSTICS_H_
#define NAVE_TERRAFORM_PROTOCOL_DIAGNOSTICS_H_

#include <google/protobuf/repeated_field.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "nave/terraform/v6/provider.pb.h"

namespace nave::terraform {

struct Diagnostic {
  bool is_error = true;
  std::string summary;
  std::string detail;
  // The attribute concerned; empty: none.
  std::string attribute;
};

class Diagnostics {
 public:
  void Error(std::string summary, std::string detail, std::string attribute = "") {
    items_.push_back({true, std::move(summary), std::move(detail), std::move(attribute)});
  }
  // The status under a summary; nothing for OK.
  void Error(std::string summary, const absl::Status& status, std::string attribute = "") {
    if (!status.ok()) Error(std::move(summary), std::string(status.message()), attribute);
  }
  void Warn(std::string summary, std::string detail) {
    items_.push_back({false, std::move(summary), std::move(detail), ""});
  }
  bool has_error() const;
  const std::vector<Diagnostic>& items() const { return items_; }

  void AppendTo(google::protobuf::RepeatedPtrField<tfplugin6::Diagnostic>* out) const;

 private:
  std::vector<Diagnostic> items_;
};

}  // namespace nave::terraform

#endif  // NAVE_TERRAFORM_PROTOCOL_DIAGNOSTICS_H_
