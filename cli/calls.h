// What the commands' calls have in common: request ids, timeouts, all pages of a list. Functions;
// for the thread of the session.
#ifndef NAVE_CLI_CALLS_H_
#define NAVE_CLI_CALLS_H_

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <map>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "cli/control_plane.h"
#include "lib/base/status_macros.h"
#include "lib/dns/name.h"
#include "nave/api/v1/common.pb.h"

namespace nave::cli {

// Of one list; a server that gives more pages than this is caught in a circle.
inline constexpr int kMaxPages = 100'000;
inline constexpr int kPageSize = 1000;

// A fresh request id, so that a call that is sent twice changes things once.
api::v1::Mutation NewMutation(bool validate_only = false);

// `30s`, `2m`, `1h30m` or a number of seconds; a usage error that names `flag` for anything else.
absl::StatusOr<absl::Duration> ParseTimeout(const std::string& flag, const std::string& text);
google::protobuf::Duration ToProto(absl::Duration duration);
// `2026-11-24T09:30:00Z`; empty for no time.
std::string TimeText(const google::protobuf::Timestamp& time);

// ExpandName for what the user typed: its error is a usage error.
absl::StatusOr<std::string> NameArgument(const std::string& pattern, const std::string& id,
                                         const std::map<std::string, std::string>& parents = {});
// The same for each of several.
absl::StatusOr<std::vector<std::string>> NameArguments(
    const std::string& pattern, const std::vector<std::string>& ids,
    const std::map<std::string, std::string>& parents = {});
// A domain name, in any script; a usage error that begins with `what` for anything else.
absl::StatusOr<dns::Name> DomainNameArgument(const std::string& what, const std::string& text);
// `parents` with the variable `account` when the flag was given.
std::map<std::string, std::string> AccountParent(const std::string& account);

// The end of a list that has more than kMaxPages.
absl::Status TooManyPages(const std::string& method);

// Calls `method` until the last page, and `each` with every page; its error ends it.
template <typename Response, typename Request>
absl::Status ForEachPage(ControlPlane& control_plane, const std::string& method, Request request,
                         absl::FunctionRef<absl::Status(const Response&)> each) {
  if (request.page_size() == 0) request.set_page_size(kPageSize);
  for (int page = 0; page < kMaxPages; ++page) {
    Response response;
    NAVE_RETURN_IF_ERROR(control_plane.Call(method, request, &response));
    NAVE_RETURN_IF_ERROR(each(response));
    if (response.next_page_token().empty()) return absl::OkStatus();
    request.set_page_token(response.next_page_token());
  }
  return TooManyPages(method);
}

// All items of a list: `items` is the accessor of the response, such as
// `&ListZonesResponse::zones`.
template <typename Response, typename Request, typename Item>
absl::StatusOr<std::vector<Item>> ListAll(
    ControlPlane& control_plane, const std::string& method, const Request& request,
    const google::protobuf::RepeatedPtrField<Item>& (Response::*items)() const) {
  std::vector<Item> all;
  NAVE_RETURN_IF_ERROR(
      ForEachPage<Response>(control_plane, method, request, [&](const Response& response) {
        all.insert(all.end(), (response.*items)().begin(), (response.*items)().end());
        return absl::OkStatus();
      }));
  return all;
}

// Pointers to the items, as Output::PrintAll takes them; valid while `items` is.
template <typename Item>
std::vector<const google::protobuf::Message*> PointersTo(const std::vector<Item>& items) {
  std::vector<const google::protobuf::Message*> pointers;
  for (const Item& item : items) pointers.push_back(&item);
  return pointers;
}

}  // namespace nave::cli

#endif  // NAVE_CLI_CALLS_H_
