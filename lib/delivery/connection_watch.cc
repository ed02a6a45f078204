// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/connection_watch.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>

namespace sms2fa {

namespace {

int local_port_of(curl_socket_t socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET6)
    return ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

// Between an answer and the next request a server has nothing to say but that it ends:
// close_notify, FIN or RST. libcurl 7.88 asks too, but takes a close_notify for a sign of life. A
// session ticket that comes late looks the same, and costs the connection.
bool is_silent(curl_socket_t socket) {
  char byte = 0;
  return recv(socket, &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT) < 0 &&
         (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace

bool ConnectionWatch::watch(CURL* easy) {
  return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &on_open) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &on_close) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this) == CURLE_OK;
}

// Room for it in both lists is made here, where failing is harmless.
curl_socket_t ConnectionWatch::on_open(void* self, curlsocktype, curl_sockaddr* address) noexcept {
  auto& watch = *static_cast<ConnectionWatch*>(self);
  try {
    watch.connections_.reserve(watch.connections_.size() + 1);
    watch.poll_list_.reserve(watch.connections_.capacity());
  } catch (const std::bad_alloc&) {
    return CURL_SOCKET_BAD;
  }
  const curl_socket_t opened =
      socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (opened >= 0) watch.connections_.push_back({.socket = opened});
  return opened;
}

int ConnectionWatch::on_close(void* self, curl_socket_t socket) noexcept {
  auto& watch = *static_cast<ConnectionWatch*>(self);
  std::erase_if(watch.connections_, [&](const auto& one) { return one.socket == socket; });
  return close(socket);
}

ConnectionWatch::Connection* ConnectionWatch::find(int local_port) noexcept {
  for (Connection& one : connections_) {
    if (one.local_port == 0) one.local_port = local_port_of(one.socket);
    if (one.local_port == local_port) return &one;
  }
  return nullptr;
}

bool ConnectionWatch::take(int local_port, Origin* origin) noexcept {
  Connection* const one = find(local_port);
  if (one == nullptr) return true;
  one->origin = origin;
  one->idle = false;
  return !one->kept || is_silent(one->socket);
}

void ConnectionWatch::give_back(int local_port) noexcept {
  if (local_port == 0) return;
  if (Connection* const one = find(local_port); one != nullptr) one->kept = one->idle = true;
}

size_t ConnectionWatch::idle(const Origin* origin) const noexcept {
  return static_cast<size_t>(
      std::count_if(connections_.begin(), connections_.end(),
                    [&](const auto& one) { return one.idle && one.origin == origin; }));
}

std::vector<curl_waitfd>& ConnectionWatch::poll_list() noexcept {
  poll_list_.clear();
  for (const Connection& one : connections_)
    if (one.idle) poll_list_.push_back({one.socket, CURL_WAIT_POLLIN, 0});
  return poll_list_;
}

// No answer is awaited there, so what can be read is an end: close_notify, FIN or RST. A session
// ticket that comes late looks the same and costs no more than a look.
Origin* ConnectionWatch::take_closed() noexcept {
  for (curl_waitfd& waited : poll_list_) {
    if (waited.revents == 0) continue;
    waited.revents = 0;
    for (Connection& one : connections_) {
      if (one.socket != waited.fd || !one.idle) continue;
      // No longer counted, and not looked at until it is used or closed.
      one.idle = false;
      return one.origin;
    }
  }
  return nullptr;
}

}  // namespace sms2fa
