// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/quick_provider.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace sms2fa::bench {

namespace {

constexpr size_t kCodeLength = 6;

void require(bool good, const char* what) {
  if (!good) throw std::runtime_error(what);
}

// The first run of exactly six digits after `from` in a form, whose "%20" is a blank.
std::string code_in(const std::string& text, size_t from) {
  for (size_t i = from; i < text.size();) {
    if (text[i] == '%') {
      i += 3;
      continue;
    }
    size_t end = i;
    while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end])) != 0) ++end;
    if (end - i == kCodeLength) return text.substr(i, kCodeLength);
    i = std::max(end, i + 1);
  }
  return {};
}

}  // namespace

QuickProvider::QuickProvider(uint16_t port, const std::string& certificate, const std::string& key)
    : context_(SSL_CTX_new(TLS_server_method())) {
  require(context_ != nullptr, "no TLS context");
  require(SSL_CTX_use_certificate_chain_file(context_.get(), certificate.c_str()) == 1,
          "no certificate");
  require(SSL_CTX_use_PrivateKey_file(context_.get(), key.c_str(), SSL_FILETYPE_PEM) == 1,
          "no key");
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  require(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
              listen(listener_, SOMAXCONN) == 0,
          "the port is taken");
  std::thread([this] { accept_all(); }).detach();
}

std::string QuickProvider::code_for(const std::string& number) {
  const std::lock_guard lock(mutex_);
  const auto found = codes_.find(number);
  return found == codes_.end() ? std::string() : found->second;
}

void QuickProvider::accept_all() {
  while (true) {
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection >= 0) std::thread([this, connection] { serve(connection); }).detach();
  }
}

void QuickProvider::serve(int connection) {
  const int on = 1;
  setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  SSL* const tls = SSL_new(context_.get());
  SSL_set_fd(tls, connection);
  std::string seen;
  char block[4096];
  for (bool open = SSL_accept(tls) == 1; open;) {
    const size_t head_end = seen.find("\r\n\r\n");
    if (head_end == std::string::npos) {
      const int got = SSL_read(tls, block, sizeof block);
      open = got > 0;
      if (open) seen.append(block, static_cast<size_t>(got));
      continue;
    }
    const size_t mark = seen.find("Content-Length: ");
    const size_t length = mark < head_end ? std::strtoul(seen.c_str() + mark + 16, nullptr, 10) : 0;
    while (open && seen.size() < head_end + 4 + length) {
      const int got = SSL_read(tls, block, sizeof block);
      open = got > 0;
      if (open) seen.append(block, static_cast<size_t>(got));
    }
    const bool asks = seen.starts_with("HEAD");
    take(seen.substr(head_end + 4, length));
    seen.erase(0, head_end + 4 + length);
    static const std::string kBody =
        R"({"sid": "SM)" + std::string(32, '0') + R"(", "status": "queued", "error_code": null})";
    const std::string answer =
        asks ? "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
             : "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: " +
                   std::to_string(kBody.size()) + "\r\n\r\n" + kBody;
    open = open && SSL_write(tls, answer.data(), static_cast<int>(answer.size())) > 0;
  }
  SSL_free(tls);
  close(connection);
}

// To=%2B353851000001&...&Body=web01%3A+123456+is+your+code...
void QuickProvider::take(const std::string& body) {
  const size_t to = body.find("To=%2B");
  const size_t text = body.find("Body=");
  if (to == std::string::npos || text == std::string::npos) return;
  const size_t begin = to + 6;
  const std::string number = "+" + body.substr(begin, body.find('&', begin) - begin);
  const std::lock_guard lock(mutex_);
  codes_[number] = code_in(body, text);
}

}  // namespace sms2fa::bench
