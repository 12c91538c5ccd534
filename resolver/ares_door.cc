#include "resolver/ares_door.h"

// Newer versions would have the calls renamed that the older one has.
#define CARES_NO_DEPRECATED
#include <ares.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/dns/octets.h"

namespace nave::resolver {
namespace {

// How often c-ares is asked to take one message: in a stream it reads length and body apart.
constexpr int kMaxReadsPerMessage = 8;
constexpr size_t kLengthSize = 2;
// RD; in the reply QR and RA too.
constexpr uint16_t kQueryFlags = 0x0100;
constexpr uint16_t kReplyFlags = 0x8180;

// What c-ares sees of a query or of its reply: a header and one question, the root's address.
using Stub = std::array<uint8_t, 17>;

Stub MakeStub(uint16_t id, uint16_t flags) {
  const auto high = [](uint16_t value) { return static_cast<uint8_t>(value >> 8); };
  const auto low = [](uint16_t value) { return static_cast<uint8_t>(value & 0xff); };
  return {high(id), low(id), high(flags), low(flags), 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1};
}

// gRPC counts on the same library; initializing is counted, so we never clean up.
absl::Status InitializeLibrary() {
  static std::once_flag once;
  static int status = ARES_SUCCESS;
  std::call_once(once, [] { status = ares_library_init(ARES_LIB_INIT_NONE); });
  if (status == ARES_SUCCESS) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("c-ares does not start: ", ares_strerror(status)));
}

ares_addr_port_node ToNode(const net::Endpoint& server) {
  ares_addr_port_node node{};
  node.family = server.address.is_v4() ? AF_INET : AF_INET6;
  std::memcpy(&node.addr, server.address.bytes().data(), server.address.bytes().size());
  node.udp_port = server.port;
  node.tcp_port = server.port;
  return node;
}

}  // namespace

struct AresDoor::Channel {
  ares_channel ares = nullptr;
};

struct AresDoor::Call {
  AresDoor* door;
  uint64_t tag;
  uint16_t id;
};

// The functions that c-ares calls: plain ones, with the door as their data.
struct AresDoor::Library {
  static AresDoor* Door(void* data) { return static_cast<AresDoor*>(data); }

  static ares_socket_t Socket(int, int, int, void* data) { return Door(data)->OpenSocket(); }

  static int Close(ares_socket_t socket, void* data) {
    Door(data)->CloseSocket(socket);
    return 0;
  }

  static int Connect(ares_socket_t, const sockaddr*, ares_socklen_t, void*) { return 0; }

  static ares_ssize_t ReceiveFrom(ares_socket_t, void* out, size_t size, int, sockaddr* from,
                                  ares_socklen_t* from_size, void* data) {
    const ares_ssize_t got = Door(data)->Receive(out, size);
    if (got > 0 && from != nullptr && from_size != nullptr) {
      sockaddr_storage storage{};
      const socklen_t length = Door(data)->server_.ToSockaddr(&storage);
      std::memcpy(from, &storage, std::min<size_t>(length, *from_size));
      *from_size = length;
    }
    return got;
  }

  static ares_ssize_t SendVector(ares_socket_t, const iovec* vector, int count, void* data) {
    ares_ssize_t size = 0;
    for (int i = 0; i < count; ++i) size += static_cast<ares_ssize_t>(vector[i].iov_len);
    Door(data)->Write(absl::MakeConstSpan(vector, count));
    return size;
  }

  static void Done(void* data, int status, int, unsigned char* message, int) {
    const std::unique_ptr<Call> call(static_cast<Call*>(data));
    const bool replied = status == ARES_SUCCESS && message != nullptr;
    const bool cancelled = status == ARES_EDESTRUCTION || status == ARES_ECANCELLED;
    call->door->Collect(
        call->tag, call->id,
        replied ? Outcome::kReply : (cancelled ? Outcome::kCancelled : Outcome::kTimeout));
  }

  static constexpr ares_socket_functions kFunctions = {Socket, Close, Connect, ReceiveFrom,
                                                       SendVector};
};

absl::StatusOr<std::unique_ptr<AresDoor>> AresDoor::Create(Mode mode, const net::Endpoint& server,
                                                           absl::Duration timeout,
                                                           Carrier* carrier) {
  NAVE_RETURN_IF_ERROR(InitializeLibrary());
  auto door = absl::WrapUnique(new AresDoor(mode, server, carrier));
  NAVE_RETURN_IF_ERROR(door->Open(timeout));
  return door;
}

AresDoor::AresDoor(Mode mode, const net::Endpoint& server, Carrier* carrier)
    : mode_(mode), server_(server), carrier_(carrier), channel_(std::make_unique<Channel>()) {}

AresDoor::~AresDoor() {
  if (channel_->ares != nullptr) ares_destroy(channel_->ares);
  RunCompletions();
}

absl::Status AresDoor::Open(absl::Duration timeout) {
  // Everything that c-ares would else look up in files and in the environment is set here.
  char lookups[] = "b";
  char no_file[] = "/dev/null";
  in_addr placeholder{};
  ares_options options{};
  options.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_IGNTC | ARES_FLAG_STAYOPEN | ARES_FLAG_EDNS |
                  ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES;
  if (mode_ == Mode::kStream) options.flags |= ARES_FLAG_USEVC;
  options.timeout = static_cast<int>(absl::ToInt64Milliseconds(timeout));
  options.tries = 1;
  options.ndots = 1;
  options.servers = &placeholder;
  options.nservers = 1;
  options.lookups = lookups;
  options.ednspsz = static_cast<int>(kMaxDatagramSize);
  options.resolvconf_path = no_file;
  int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS |
             ARES_OPT_SERVERS | ARES_OPT_DOMAINS | ARES_OPT_SORTLIST | ARES_OPT_LOOKUPS |
             ARES_OPT_EDNSPSZ | ARES_OPT_NOROTATE | ARES_OPT_RESOLVCONF;
#ifdef ARES_OPT_QUERY_CACHE
  // Newer versions keep answers of their own; the cache is ours.
  options.qcache_max_ttl = 0;
  mask |= ARES_OPT_QUERY_CACHE;
#endif
  int status = ares_init_options(&channel_->ares, &options, mask);
  if (status == ARES_SUCCESS) {
    ares_addr_port_node node = ToNode(server_);
    status = ares_set_servers_ports(channel_->ares, &node);
  }
  if (status != ARES_SUCCESS) {
    const std::string text =
        absl::StrCat("no channel to ", server_.ToString(), ": ", ares_strerror(status));
    return status == ARES_ENOMEM ? absl::ResourceExhaustedError(text) : absl::InternalError(text);
  }
  ares_set_socket_functions(channel_->ares, &Library::kFunctions, this);
  return absl::OkStatus();
}

bool AresDoor::Send(absl::Span<const uint8_t> query, uint64_t tag) {
  sending_ = true;
  sending_query_ = query;
  sending_tag_ = tag;
  send_failed_ = false;
  ++outstanding_;
  const Stub stub = MakeStub(dns::LoadU16(query.data()), kQueryFlags);
  ares_send(channel_->ares, stub.data(), static_cast<int>(stub.size()), Library::Done,
            new Call{this, tag, dns::LoadU16(query.data())});
  // In a stream, c-ares writes when it is told that it may.
  if (mode_ == Mode::kStream && socket_ >= 0) {
    ares_process_fd(channel_->ares, ARES_SOCKET_BAD, socket_);
  }
  // To c-ares a query that did not leave is one that was answered: an error of its socket would be
  // of all that are under way.
  if (std::exchange(refused_, false)) Feed(dns::LoadU16(query.data()));
  sending_ = false;
  return !send_failed_;
}

void AresDoor::Deliver(absl::Span<const uint8_t> message) {
  // A completion may end other queries, each with a message of its own.
  const absl::Span<const uint8_t> outer = std::exchange(delivered_, message);
  Feed(dns::LoadU16(message.data()));
  RunCompletions();
  delivered_ = outer;
}

void AresDoor::Feed(uint16_t id) {
  const auto its_id = its_ids_.find(id);
  const Stub stub = MakeStub(its_id == its_ids_.end() ? id : its_id->second, kReplyFlags);
  inbox_.clear();
  inbox_read_ = 0;
  if (mode_ == Mode::kStream) {
    inbox_.push_back(static_cast<char>(stub.size() >> 8));
    inbox_.push_back(static_cast<char>(stub.size() & 0xff));
  }
  inbox_.append(reinterpret_cast<const char*>(stub.data()), stub.size());
  for (int i = 0; i < kMaxReadsPerMessage && socket_ >= 0 && inbox_read_ < inbox_.size(); ++i) {
    ares_process_fd(channel_->ares, socket_, ARES_SOCKET_BAD);
  }
  inbox_read_ = inbox_.size();
}

void AresDoor::Tick() {
  ares_process_fd(channel_->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  RunCompletions();
}

void AresDoor::Collect(uint64_t tag, uint16_t id, Outcome outcome) {
  --outstanding_;
  its_ids_.erase(id);
  if (sending_ && tag == sending_tag_) {
    send_failed_ = true;
    return;
  }
  const bool has_message = outcome == Outcome::kReply;
  completions_.push_back({tag, outcome, has_message ? delivered_ : absl::Span<const uint8_t>()});
}

void AresDoor::RunCompletions() {
  // A completion may send, and so fail, other queries; their completions wait for the next round.
  const absl::InlinedVector<Completion, 1> completions(std::move(completions_));
  completions_.clear();
  for (const Completion& completion : completions) {
    carrier_->OnDone(completion.tag, completion.outcome, completion.message);
  }
}

int AresDoor::OpenSocket() {
  socket_ = next_socket_++;
  outbox_.clear();
  return socket_;
}

void AresDoor::CloseSocket(int socket) {
  if (socket == socket_) socket_ = -1;
}

long AresDoor::Receive(void* out, size_t size) {
  const size_t count = std::min(size, inbox_.size() - inbox_read_);
  if (count == 0) {
    errno = EAGAIN;
    return -1;
  }
  std::memcpy(out, inbox_.data() + inbox_read_, count);
  inbox_read_ += count;
  // The rest of a datagram that is too long is gone, as with a socket of the system.
  if (mode_ == Mode::kDatagram) inbox_read_ = inbox_.size();
  return static_cast<long>(count);
}

void AresDoor::SendQuery(absl::Span<const uint8_t> written) {
  const uint16_t id = dns::LoadU16(sending_query_.data()), its_id = dns::LoadU16(written.data());
  if (id != its_id) its_ids_[id] = its_id;
  const bool left = carrier_->SendMessage(sending_query_);
  // A stream that broke reports so by itself: to c-ares it is only slow.
  refused_ = !left && mode_ == Mode::kDatagram;
}

void AresDoor::Write(absl::Span<const iovec> pieces) {
  // It writes within Send alone: it has one try for each query.
  if (!sending_) return;
  for (const iovec& piece : pieces) {
    outbox_.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
  }
  if (mode_ == Mode::kStream) return WriteStream();
  const auto* begin = reinterpret_cast<const uint8_t*>(outbox_.data());
  SendQuery(absl::MakeConstSpan(begin, outbox_.size()));
  outbox_.clear();
}

void AresDoor::WriteStream() {
  size_t at = 0;
  while (outbox_.size() - at >= kLengthSize) {
    const auto* begin = reinterpret_cast<const uint8_t*>(outbox_.data()) + at;
    const size_t size = static_cast<size_t>(begin[0]) << 8 | begin[1];
    if (outbox_.size() - at < kLengthSize + size) break;
    at += kLengthSize + size;
    SendQuery(absl::MakeConstSpan(begin + kLengthSize, size));
  }
  outbox_.erase(0, at);
}

}  // namespace nave::resolver
