// A resolver by hand, at a real server.
#ifndef NAVE_TESTS_SERVER_FAKE_NODE_H_
#define NAVE_TESTS_SERVER_FAKE_NODE_H_

#include <grpcpp/client_context.h>

#include <memory>
#include <string>

#include "nave/resolver/v1/stream.grpc.pb.h"
#include "tests/server/harness.h"

namespace nave::server {

class FakeNode {
 public:
  FakeNode(const Harness& harness, const std::string& secret, const std::string& id)
      : context_(harness.Context(secret)),
        stub_(resolver::v1::ResolverService::NewStub(harness.channel())),
        stream_(stub_->Connect(context_.get())) {
    resolver::v1::NodeMessage hello;
    hello.mutable_hello()->set_node(id);
    hello.mutable_hello()->set_version("test");
    stream_->Write(hello);
  }
  ~FakeNode() {
    context_->TryCancel();
    Finish();
  }

  // The next message of this kind; one without any when the stream ended.
  resolver::v1::ControlMessage Await(resolver::v1::ControlMessage::MessageCase kind) {
    resolver::v1::ControlMessage message;
    while (stream_->Read(&message)) {
      if (message.message_case() == kind) return message;
    }
    return {};
  }
  void Acknowledge(int64_t revision) {
    resolver::v1::NodeMessage message;
    message.mutable_acknowledge()->set_revision(revision);
    stream_->Write(message);
  }
  void Send(const resolver::v1::NodeMessage& message) { stream_->Write(message); }
  grpc::Status Finish() {
    if (!finished_) status_ = stream_->Finish();
    finished_ = true;
    return status_;
  }

 private:
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<resolver::v1::ResolverService::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<resolver::v1::NodeMessage, resolver::v1::ControlMessage>>
      stream_;
  bool finished_ = false;
  grpc::Status status_;
};

}  // namespace nave::server

#endif  // NAVE_TESTS_SERVER_FAKE_NODE_H_
