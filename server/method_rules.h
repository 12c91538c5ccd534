// What each RPC demands, read from the annotations of the contracts: the right, and whose account
// it must cover. Pure; the table is made once; any thread.
#ifndef NAVE_SERVER_METHOD_RULES_H_
#define NAVE_SERVER_METHOD_RULES_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "nave/api/v1/annotations.pb.h"

namespace nave::server {

// Every method that this server serves, in the order of the contracts.
const std::vector<const google::protobuf::MethodDescriptor*>& ServedMethods();

// The method's rule. REQUIRES: CheckMethod is OK.
const api::v1::MethodRule& RuleOf(const google::protobuf::MethodDescriptor& method);

// OK when the method declares a right, and a scope that is a text field of its request.
// FAILED_PRECONDITION otherwise.
absl::Status CheckMethod(const google::protobuf::MethodDescriptor& method);

// The resource name that the request's scope field holds; empty without a scope or when a message
// on the way is absent.
std::string ScopeOf(const api::v1::MethodRule& rule, const google::protobuf::Message& request);

}  // namespace nave::server

#endif  // NAVE_SERVER_METHOD_RULES_H_
