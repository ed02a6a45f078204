// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <curl/curl.h>

#include <vector>

namespace sms2fa {

class Origin;

// The sockets of one transport: which of them wait for the next request, and which of those the
// other side has closed meanwhile. libcurl by itself looks only when it wants to use one. For the
// delivery thread only; must outlive the libcurl handles that it watches.
class ConnectionWatch {
 public:
  // Has the handle's connections watched. False when libcurl refuses.
  bool watch(CURL* easy);

  // A request is about to leave from this local port, on its way to `origin`. False when the other
  // side has ended the connection since the last request on it: nothing must be sent there.
  bool take(int local_port, Origin* origin) noexcept;
  // The request from this local port has ended. The connection may be gone.
  void give_back(int local_port) noexcept;

  // How many connections wait for a request to `origin`, as far as is known.
  size_t idle(const Origin* origin) const noexcept;

  // The waiting sockets, in a form for curl_multi_poll(), valid until anything else is called.
  std::vector<curl_waitfd>& poll_list() noexcept;
  // After curl_multi_poll(): the origin of one connection that the other side has closed, or
  // nullptr when there is none (left). Each is told once.
  Origin* take_closed() noexcept;

 private:
  struct Connection {
    curl_socket_t socket;
    int local_port = 0;  // 0: no request yet
    Origin* origin = nullptr;
    bool kept = false;  // it has served a request
    bool idle = false;
  };

  static curl_socket_t on_open(void* self, curlsocktype, curl_sockaddr* address) noexcept;
  static int on_close(void* self, curl_socket_t socket) noexcept;
  Connection* find(int local_port) noexcept;

  std::vector<Connection> connections_;
  std::vector<curl_waitfd> poll_list_;
};

}  // namespace sms2fa
