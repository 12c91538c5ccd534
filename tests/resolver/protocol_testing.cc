#include "tests/resolver/protocol_testing.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <utility>

#include "lib/base/clock.h"
#include "tests/resolver/fake_upstream.h"
#include "tests/resolver/resolver_testing.h"

namespace nave::resolver {
namespace {

constexpr int kWaitMs = 5000;
constexpr uint16_t kProbeId = 0x5052;

std::string StateJson() {
  std::string texts;
  for (int i = 0; i < 20; ++i) {
    texts += (i > 0 ? ", '" : "'") + std::string("\\\"") + std::string(90, 'x') +
             std::to_string(i) + "\\\"'";
  }
  return "{'revision': '1', 'listeners': [{'address': '127.0.0.1:0', 'views': ['v']}],"
         " 'views': [{'name': 'v', 'networks': ['127.0.0.0/24'], 'zones': ['z'], 'rules': ['r']}],"
         " 'zones': [{'name': 'z', 'apex': 'one.test.', 'rrsets': ["
         "{'owner': 'www.one.test.', 'type': 'A', 'ttl': 60, 'rdata': ['192.0.2.1']},"
         "{'owner': 'big.one.test.', 'type': 'TXT', 'ttl': 60, 'rdata': [" +
         texts +
         "]}]}], 'rules': [{'name': 'r', 'domainName': 'corp.test.', 'kind': 'FORWARD',"
         " 'targets': [{'address': '192.0.2.100'}]}]}";
}

// Fails each question on the worker's next turn.
class FailingUpstream : public Upstream {
 public:
  explicit FailingUpstream(net::EventLoop* loop) : loop_(loop) {}
  void Forward(const dns::Question&, std::shared_ptr<const TargetGroup>, const ForwardOptions&,
               ForwardCallback callback) override {
    loop_->RunAfter(absl::ZeroDuration(), [callback] {
      ForwardResult result;
      result.status = absl::DeadlineExceededError("no target answered");
      callback(std::move(result));
    });
  }
  size_t outstanding() const override { return 0; }

 private:
  net::EventLoop* const loop_;
};

int Connect(const net::Endpoint& server, int type) {
  const int fd = socket(AF_INET, type, 0);
  sockaddr_storage storage;
  const socklen_t length = server.ToSockaddr(&storage);
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&storage), length), 0);
  return fd;
}

bool WaitReadable(int fd) {
  pollfd poll_fd = {fd, POLLIN, 0};
  return poll(&poll_fd, 1, kWaitMs) == 1;
}

std::string ReceiveDatagram(int fd) {
  char buffer[65536];
  if (!WaitReadable(fd)) return "";
  const ssize_t size = recv(fd, buffer, sizeof(buffer), 0);
  return size > 0 ? std::string(buffer, static_cast<size_t>(size)) : "";
}

std::string ReceiveExactly(int fd, size_t size) {
  std::string got;
  while (got.size() < size && WaitReadable(fd)) {
    char buffer[65536];
    const ssize_t count = recv(fd, buffer, size - got.size(), 0);
    if (count <= 0) break;
    got.append(buffer, static_cast<size_t>(count));
  }
  return got;
}

std::string ReceiveFramed(int fd) {
  const std::string length = ReceiveExactly(fd, 2);
  if (length.size() < 2) return "";
  return ReceiveExactly(fd, static_cast<uint8_t>(length[0]) << 8 | static_cast<uint8_t>(length[1]));
}

// Each asks the targets for another name: so its answer, a failure, comes behind that of any query
// before it, those that ask the targets included.
std::string Probe() {
  static std::atomic<int> number = 0;
  const std::string name = "p" + std::to_string(++number) + ".corp.test.";
  return U16(kProbeId) + Header(kRd, {1, 0, 0, 0}).substr(2) + QuestionWire(name.c_str(), 1);
}

bool IsProbe(const std::string& reply) { return reply.substr(0, 2) == U16(kProbeId); }

}  // namespace

std::string U16(int value) {
  return {static_cast<char>(value >> 8 & 0xff), static_cast<char>(value & 0xff)};
}

std::string Header(uint16_t flags, std::initializer_list<int> counts) {
  std::string wire = U16(kTestId) + U16(flags);
  for (int count : counts) wire += U16(count);
  return wire;
}

std::string QuestionWire(const char* name, int type, int rrclass) {
  return std::string(N(name).wire_view()) + U16(type) + U16(rrclass);
}

std::string OptionWire(int code, const std::string& data) {
  return U16(code) + U16(static_cast<int>(data.size())) + data;
}

std::string OptWire(const std::string& options, int version, uint16_t flags, int size,
                    const std::string& owner) {
  return owner + U16(41) + U16(size) + U16(version) + U16(flags) +
         U16(static_cast<int>(options.size())) + options;
}

std::string RecordWire(const char* owner, int type, int rrclass, const std::string& rdata) {
  return QuestionWire(owner, type, rrclass) + std::string(4, '\0') +
         U16(static_cast<int>(rdata.size())) + rdata;
}

std::string QueryWire(const char* name, int type, const std::string& opt, uint16_t flags,
                      int rrclass) {
  return Header(flags, {1, 0, 0, opt.empty() ? 0 : 1}) + QuestionWire(name, type, rrclass) + opt;
}

WireServer::WireServer(WorkerOptions options) {
  options.upstream_factory = [](net::EventLoop* loop) -> absl::StatusOr<std::unique_ptr<Upstream>> {
    return std::make_unique<FailingUpstream>(loop);
  };
  options.metrics = &metrics_;
  if (options.identity.node.empty()) options.identity = {"r1", "v9"};
  auto server = ResolverServer::Start(&RealClock(), 1, options);
  EXPECT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);
  EXPECT_TRUE(server_->Serve(StateFromJson(StateJson())).ok());
  endpoint_ = server_->BoundEndpoints().at(0);
}

WireServer::~WireServer() { server_->Stop(); }

std::string WireServer::AskUdp(const std::string& query) {
  const int fd = Connect(endpoint_, SOCK_DGRAM);
  for (const std::string& wire : {query, Probe()}) send(fd, wire.data(), wire.size(), 0);
  const std::string reply = ReceiveDatagram(fd);
  close(fd);
  EXPECT_FALSE(reply.empty()) << "not even the probe was answered";
  return IsProbe(reply) ? "" : reply;
}

std::string WireServer::AskTcp(const std::string& query) {
  const int fd = Connect(endpoint_, SOCK_STREAM);
  std::string wire;
  for (const std::string& message : {query, Probe()}) {
    wire += U16(static_cast<int>(message.size())) + message;
  }
  send(fd, wire.data(), wire.size(), MSG_NOSIGNAL);
  const std::string reply = ReceiveFramed(fd);
  close(fd);
  EXPECT_FALSE(reply.empty()) << "not even the probe was answered";
  return IsProbe(reply) ? "" : reply;
}

dns::Message ParseReply(const std::string& wire) {
  dns::Message message;
  EXPECT_EQ(dns::ParseMessage(wire, &message), dns::WireError::kOk);
  return message;
}

}  // namespace nave::resolver
