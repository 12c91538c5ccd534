#include "terraform/protocol/diagnostics.h"

#include <algorithm>

namespace nave::terraform {

bool Diagnostics::has_error() const {
  return std::any_of(items_.begin(), items_.end(), [](const Diagnostic& d) { return d.is_error; });
}

void Diagnostics::AppendTo(google::protobuf::RepeatedPtrField<tfplugin6::Diagnostic>* out) const {
  for (const Diagnostic& item : items_) {
    tfplugin6::Diagnostic* diagnostic = out->Add();
    diagnostic->set_severity(item.is_error ? tfplugin6::Diagnostic::ERROR
                                           : tfplugin6::Diagnostic::WARNING);
    diagnostic->set_summary(item.summary);
    diagnostic->set_detail(item.detail);
    if (!item.attribute.empty()) {
      diagnostic->mutable_attribute()->add_steps()->set_attribute_name(item.attribute);
    }
  }
}

}  // namespace nave::terraform
