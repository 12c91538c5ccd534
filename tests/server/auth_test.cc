// Who may do what, asked over the wire.
#include "server/auth.h"

#include <gmock/gmock.h>
#include <google/protobuf/dynamic_message.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include "nave/api/v1/annotations.pb.h"
#include "nave/governance/v1/admin.grpc.pb.h"
#include "nave/governance/v1/token.grpc.pb.h"
#include "nave/governance/v1/vpc.grpc.pb.h"
#include "server/method_rules.h"
#include "tests/server/harness.h"

namespace nave::server {
namespace {

using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using governance::v1::Token;

// Calls a method by its descriptor with the bytes of a request, as a stream of one message where it
// is a stream.
grpc::Status CallMethod(const Harness& harness, const std::string& secret,
                        const MethodDescriptor& method, const Message* request) {
  grpc::GenericStub stub(harness.channel());
  const std::unique_ptr<grpc::ClientContext> context = harness.Context(secret);
  const std::string path = "/" + method.service()->full_name() + "/" + method.name();
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareCall(context.get(), path, &queue);
  const auto done = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  call->StartCall(nullptr);
  done();
  const grpc::Slice slice(request == nullptr ? "" : request->SerializeAsString());
  const grpc::ByteBuffer bytes(&slice, 1);
  call->WriteLast(bytes, grpc::WriteOptions(), nullptr);
  done();
  grpc::Status status;
  call->Finish(&status, nullptr);
  done();
  queue.Shutdown();
  return status;
}

std::unique_ptr<Message> RequestFor(const MethodDescriptor& method,
                                    const std::string& scope_value) {
  std::unique_ptr<Message> request(google::protobuf::MessageFactory::generated_factory()
                                       ->GetPrototype(method.input_type())
                                       ->New());
  Message* message = request.get();
  std::string path = RuleOf(method).scope();
  while (!path.empty()) {
    const size_t dot = path.find('.');
    const auto* field = message->GetDescriptor()->FindFieldByName(path.substr(0, dot));
    path = dot == std::string::npos ? "" : path.substr(dot + 1);
    if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_STRING) {
      message->GetReflection()->SetString(message, field, scope_value);
    } else {
      message = message->GetReflection()->MutableMessage(message, field);
    }
  }
  return request;
}

class AuthTest : public ::testing::Test {
 protected:
  Harness harness_;
};

TEST_F(AuthTest, EveryMethodIsServedAndNoneWithoutACredential) {
  for (const MethodDescriptor* method : ServedMethods()) {
    for (const char* secret : {"", "wrong"}) {
      const grpc::Status status = CallMethod(harness_, secret, *method, nullptr);
      EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED) << method->full_name();
      EXPECT_EQ(ReasonOf(status), "UNAUTHENTICATED") << method->full_name();
    }
  }
}

TEST_F(AuthTest, MalformedCredentialsAreRefused) {
  const auto stub = governance::v1::AdminService::NewStub(harness_.channel());
  const auto with = [&](std::vector<std::string> values) {
    const auto context = harness_.Context("");
    for (const std::string& value : values) context->AddMetadata("authorization", value);
    governance::v1::WhoAmIResponse response;
    return stub->WhoAmI(context.get(), {}, &response).error_code();
  };
  const std::string good = "Bearer " + harness_.admin();
  EXPECT_EQ(with({good}), grpc::StatusCode::OK);
  EXPECT_EQ(with({"bearer " + harness_.admin()}), grpc::StatusCode::OK);
  EXPECT_EQ(with({harness_.admin()}), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(with({"Basic " + harness_.admin()}), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(with({"Bearer "}), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(with({good, good}), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(with({"Bearer " + std::string(kMaxCredentialBytes, 'x')}),
            grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(AuthTest, IdentityIsThatOfTheCredential) {
  const std::string secret = harness_.MakeToken("ana", Token::VIEWER, "organization");
  governance::v1::WhoAmIResponse me;
  const auto stub = governance::v1::AdminService::NewStub(harness_.channel());
  ASSERT_TRUE(stub->WhoAmI(harness_.Context(secret).get(), {}, &me).ok());
  EXPECT_EQ(me.principal(), "users/ana");
  EXPECT_EQ(me.role(), Token::VIEWER);
  EXPECT_EQ(me.scope(), "organization");
  EXPECT_TRUE(me.has_expire_time());
  EXPECT_EQ(me.server_version(), Version());
}

TEST_F(AuthTest, ARevokedTokenEndsAtOnce) {
  const std::string secret = harness_.MakeToken("ana", Token::ADMIN, "organization");
  const auto admin = governance::v1::AdminService::NewStub(harness_.channel());
  governance::v1::WhoAmIResponse me;
  ASSERT_TRUE(admin->WhoAmI(harness_.Context(secret).get(), {}, &me).ok());
  api::v1::DeleteRequest revoke;
  revoke.set_name("tokens/ana");
  api::v1::DeleteResponse revoked;
  const auto tokens = governance::v1::TokenService::NewStub(harness_.channel());
  ASSERT_TRUE(tokens->DeleteToken(harness_.Context(harness_.admin()).get(), revoke, &revoked).ok());
  EXPECT_EQ(admin->WhoAmI(harness_.Context(secret).get(), {}, &me).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
}

// Which rights each role holds (docs/reference/roles.md), at the account that its token names and
// at another one.
bool Holds(Token::Role role, api::v1::Right right) {
  switch (right) {
    case api::v1::AUTHENTICATED:
      return true;
    case api::v1::WRITE_NETWORK:
      return role == Token::ADMIN || role == Token::NETWORK_ADMIN;
    case api::v1::LAUNCH:
      return role == Token::ADMIN || role == Token::LAUNCHER;
    case api::v1::ADMINISTER:
      return role == Token::ADMIN;
    case api::v1::SERVE:
      return role == Token::NODE;
    default:
      return role == Token::ADMIN || role == Token::NETWORK_ADMIN || role == Token::VIEWER;
  }
}

TEST_F(AuthTest, EveryMethodRefusesEveryRoleThatLacksItsRight) {
  harness_.MakeAccount("a");
  for (int number = Token::ADMIN; number <= Token::NODE; ++number) {
    const auto role = static_cast<Token::Role>(number);
    const std::string name = "role" + std::to_string(number);
    const std::string secret =
        harness_.MakeToken(name, role, "organization", role == Token::NODE ? "nodes/" + name : "");
    for (const MethodDescriptor* method : ServedMethods()) {
      const api::v1::Right right = RuleOf(*method).right();
      if (Holds(role, right)) continue;
      const grpc::Status status =
          CallMethod(harness_, secret, *method, RequestFor(*method, "accounts/a/x/y").get());
      const bool hidden = right == api::v1::READ && !RuleOf(*method).scope().empty();
      EXPECT_EQ(ReasonOf(status), hidden ? "NOT_FOUND" : "PERMISSION_DENIED")
          << method->full_name() << " as " << Token::Role_Name(role) << ": "
          << status.error_message();
    }
  }
}

TEST_F(AuthTest, AScopeEndsAtItsAccount) {
  harness_.MakeAccount("a");
  harness_.MakeAccount("b");
  const std::string secret = harness_.MakeToken("net", Token::NETWORK_ADMIN, "accounts/a");
  const auto stub = governance::v1::VpcService::NewStub(harness_.channel());
  governance::v1::CreateVpcRequest request;
  request.mutable_vpc()->add_cidrs("10.1.0.0/16");
  governance::v1::Vpc made;
  request.mutable_vpc()->set_name("accounts/a/vpcs/second");
  EXPECT_TRUE(stub->CreateVpc(harness_.Context(secret).get(), request, &made).ok());
  request.mutable_vpc()->set_name("accounts/b/vpcs/second");
  EXPECT_EQ(ReasonOf(stub->CreateVpc(harness_.Context(secret).get(), request, &made)),
            "PERMISSION_DENIED");
  api::v1::GetRequest get;
  get.set_name("accounts/b/vpcs/main");
  EXPECT_EQ(ReasonOf(stub->GetVpc(harness_.Context(secret).get(), get, &made)), "NOT_FOUND");
  get.set_name("accounts/b/vpcs/none");
  EXPECT_EQ(ReasonOf(stub->GetVpc(harness_.Context(secret).get(), get, &made)), "NOT_FOUND");
}

}  // namespace
}  // namespace nave::server
