#include "cli/calls.h"

#include "absl/strings/numbers.h"
#include "cli/errors.h"
#include "cli/names.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/dns/idna.h"

namespace nave::cli {

api::v1::Mutation NewMutation(bool validate_only) {
  api::v1::Mutation mutation;
  mutation.set_request_id(NewId(absl::ToUnixMillis(RealClock().Now())));
  mutation.set_validate_only(validate_only);
  return mutation;
}

absl::StatusOr<absl::Duration> ParseTimeout(const std::string& flag, const std::string& text) {
  absl::Duration duration;
  int64_t seconds;
  if (absl::SimpleAtoi(text, &seconds)) {
    duration = absl::Seconds(seconds);
  } else if (!absl::ParseDuration(text, &duration)) {
    return UsageError(absl::StrCat(flag, " '", text, "' is no time; write 30s, 2m or 1h"));
  }
  if (duration < absl::ZeroDuration() || duration == absl::InfiniteDuration()) {
    return UsageError(absl::StrCat(flag, " '", text, "' must be a time from now on, such as 30s"));
  }
  return duration;
}

google::protobuf::Duration ToProto(absl::Duration duration) {
  google::protobuf::Duration proto;
  proto.set_seconds(absl::ToInt64Seconds(duration));
  proto.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(duration - absl::Seconds(proto.seconds()))));
  return proto;
}

std::string TimeText(const google::protobuf::Timestamp& time) {
  if (time.seconds() == 0 && time.nanos() == 0) return "";
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixSeconds(time.seconds()),
                          absl::UTCTimeZone());
}

absl::StatusOr<std::string> NameArgument(const std::string& pattern, const std::string& id,
                                         const std::map<std::string, std::string>& parents) {
  absl::StatusOr<std::string> name = ExpandName(pattern, id, parents);
  if (name.ok()) return name;
  return UsageError(std::string(name.status().message()));
}

absl::StatusOr<dns::Name> DomainNameArgument(const std::string& what, const std::string& text) {
  absl::StatusOr<dns::Name> name = dns::NameFromUnicode(text);
  if (name.ok()) return name;
  return UsageError(absl::StrCat(what, " '", text, "': ", std::string(name.status().message())));
}

absl::StatusOr<std::vector<std::string>> NameArguments(
    const std::string& pattern, const std::vector<std::string>& ids,
    const std::map<std::string, std::string>& parents) {
  std::vector<std::string> names;
  for (const std::string& id : ids) {
    NAVE_ASSIGN_OR_RETURN(std::string name, NameArgument(pattern, id, parents));
    names.push_back(std::move(name));
  }
  return names;
}

absl::Status TooManyPages(const std::string& method) {
  return absl::ResourceExhaustedError(
      absl::StrCat(method, " gave more than ", kMaxPages, " pages; narrow the list"));
}

std::map<std::string, std::string> AccountParent(const std::string& account) {
  if (account.empty()) return {};
  return {{"account", account}};
}

}  // namespace nave::cli
