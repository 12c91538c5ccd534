#include "server/status_page.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/base/status_macros.h"

namespace nave::server {
namespace {

constexpr char kHeadEnd[] = "\r\n\r\n";

std::string Page(absl::string_view status, absl::string_view type, absl::string_view body) {
  return absl::StrCat("HTTP/1.1 ", status, "\r\nContent-Type: ", type,
                      "\r\nContent-Length: ", body.size(), "\r\nConnection: close\r\n\r\n", body);
}

std::string Text(absl::string_view status, absl::string_view body) {
  return Page(status, "text/plain; charset=utf-8", absl::StrCat(body, "\n"));
}

}  // namespace

StatusPage::StatusPage(std::unique_ptr<net::EventLoop> loop, const metrics::Registry& registry,
                       std::function<bool()> healthy)
    : loop_(std::move(loop)), registry_(registry), healthy_(std::move(healthy)) {}

absl::StatusOr<std::unique_ptr<StatusPage>> StatusPage::Start(const net::Endpoint& endpoint,
                                                              const Clock& clock,
                                                              const metrics::Registry& registry,
                                                              std::function<bool()> healthy) {
  NAVE_ASSIGN_OR_RETURN(std::unique_ptr<net::EventLoop> loop, net::EventLoop::Create(&clock));
  auto page = absl::WrapUnique(new StatusPage(std::move(loop), registry, std::move(healthy)));
  StatusPage& self = *page;
  NAVE_ASSIGN_OR_RETURN(page->listener_, net::TcpListener::Listen(
                                             self.loop_.get(), endpoint, /*reuse_port=*/false,
                                             [&self](int fd, const net::Endpoint&,
                                                     const net::IpAddress&) { self.Admit(fd); }));
  page->thread_ = std::thread([&self] { self.loop_->Run(); });
  return page;
}

StatusPage::~StatusPage() {
  loop_->Stop();
  if (thread_.joinable()) thread_.join();
  while (!visits_.empty()) End(visits_.begin()->first);
  listener_.reset();
}

void StatusPage::Admit(int fd) {
  if (visits_.size() >= kMaxPageConnections ||
      !loop_->Watch(fd, EPOLLIN, [this, fd](uint32_t) { Serve(fd); }).ok()) {
    ::close(fd);
    return;
  }
  visits_[fd].timer = loop_->RunAfter(kMaxPageTime, [this, fd] { End(fd); });
}

void StatusPage::Serve(int fd) {
  const auto found = visits_.find(fd);
  if (found == visits_.end()) return;
  Visit& visit = found->second;
  if (visit.response.empty()) {
    if (!Receive(fd, visit)) return;
    visit.response = Answer(visit.request);
  }
  Send(fd, visit);
}

bool StatusPage::Receive(int fd, Visit& visit) {
  char buffer[1024];
  const ssize_t count = ::recv(fd, buffer, sizeof buffer, 0);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (count <= 0 || visit.request.size() + count > kMaxPageRequestBytes) {
    End(fd);
    return false;
  }
  visit.request.append(buffer, count);
  return visit.request.find(kHeadEnd) != std::string::npos;
}

void StatusPage::Send(int fd, Visit& visit) {
  while (visit.sent < visit.response.size()) {
    const ssize_t count = ::send(fd, visit.response.data() + visit.sent,
                                 visit.response.size() - visit.sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN && loop_->Rewatch(fd, EPOLLOUT).ok()) return;
    if (count < 0) break;
    visit.sent += count;
  }
  End(fd);
}

void StatusPage::End(int fd) {
  const auto found = visits_.find(fd);
  if (found == visits_.end()) return;
  loop_->Cancel(found->second.timer);
  loop_->Unwatch(fd);
  visits_.erase(found);
  ::close(fd);
}

std::string StatusPage::Answer(absl::string_view request) const {
  const std::vector<absl::string_view> words =
      absl::StrSplit(request.substr(0, request.find('\r')), ' ');
  if (words.size() != 3 || words[0] != "GET")
    return Text("405 Method Not Allowed", "only GET is answered");
  const absl::string_view path = words[1].substr(0, words[1].find('?'));
  if (path == "/metrics") {
    return Page("200 OK", "text/plain; version=0.0.4; charset=utf-8", registry_.Expose());
  }
  if (path == "/healthz") {
    return healthy_() ? Text("200 OK", "ok")
                      : Text("503 Service Unavailable", "starting or stopping");
  }
  return Text("404 Not Found", "/metrics and /healthz are here");
}

}  // namespace nave::server
