// One request of every RPC that is right in every field, and the world in which it is: what the
// matrix of bad input spoils, field by field.
#ifndef NAVE_TESTS_SERVER_GOOD_REQUESTS_H_
#define NAVE_TESTS_SERVER_GOOD_REQUESTS_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "tests/server/harness.h"

namespace nave::server {

using MessagePtr = std::unique_ptr<google::protobuf::Message>;

// Calls a method by its descriptor as the administrator. `response` may be null.
grpc::Status CallByName(const Harness& harness, const google::protobuf::MethodDescriptor& method,
                        const google::protobuf::Message& request,
                        google::protobuf::Message* response);

// Makes the organization, an account with everything in it, and of each kind one that can be
// deleted. Fails the test when something is refused.
void MakeWorld(const Harness& harness);

// The good request of a method; null when nobody wrote one. Mutations are dry runs.
MessagePtr GoodRequest(const google::protobuf::MethodDescriptor& method);
// The reason with which even the good one ends, for want of a resolver or of trouble; else empty.
std::string ReasonOfGood(const google::protobuf::MethodDescriptor& method);

}  // namespace nave::server

#endif  // NAVE_TESTS_SERVER_GOOD_REQUESTS_H_
