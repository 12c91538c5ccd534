#include "terraform/client/errors.h"

#include <map>

#include "absl/strings/str_cat.h"

namespace nave::terraform {

api::v1::Reason ReasonOf(const absl::Status& status) {
  api::v1::Reason reason = api::v1::REASON_UNSPECIFIED;
  api::v1::Reason_Parse(client::ReasonOf(status), &reason);
  return reason;
}

std::string ErrorMetadata(const absl::Status& status, const std::string& key) {
  const std::map<std::string, std::string> metadata = client::ErrorMetadataOf(status);
  const auto found = metadata.find(key);
  return found == metadata.end() ? "" : found->second;
}

std::string ErrorText(const absl::Status& status) {
  const std::string reason = client::ReasonOf(status);
  return reason.empty() ? std::string(status.message())
                        : absl::StrCat(status.message(), " (", reason, ")");
}

}  // namespace nave::terraform
