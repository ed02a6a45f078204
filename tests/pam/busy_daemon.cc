// SPDX-License-Identifier: Apache-2.0
#include "tests/pam/busy_daemon.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <map>
#include <stdexcept>
#include <vector>

#include "lib/base/unique_fd.h"
#include "tests/pam/datagram.h"

namespace sms2fa::test {

namespace {

struct Client {
  UniqueFd fd;
  std::string nonce;
  std::string user;
};

void send(const Client& client, const std::string& bytes) {
  (void)!::send(client.fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

// False at the end of the conversation.
bool serve(Client& client, const BusyDaemon::Judge& judge) {
  std::string bytes(4096, '\0');
  const ssize_t got = recv(client.fd.get(), bytes.data(), bytes.size(), 0);
  if (got <= 0) return false;
  const auto datagram = read_datagram(std::string_view(bytes).substr(0, static_cast<size_t>(got)));
  if (!datagram) return false;
  if (datagram->type == kHello) {
    client.nonce = datagram->value(kNonce);
    client.user = datagram->value(kUser);
    send(client, shown(kPrompt, style_named("echo_on"), client.user + ": "));
    return true;
  }
  const bool right = judge(client.user, datagram->value(kText));
  send(client, header(kVerdict) + field(kNonce, client.nonce) +
                   field(kVerdictTag, std::string(1, right ? 1 : 2)) + field(kReason, "judged"));
  return true;
}

[[noreturn]] void run(int listener, const BusyDaemon::Judge& judge) {
  std::map<int, Client> clients;
  while (true) {
    std::vector<pollfd> watched = {{listener, POLLIN, 0}};
    for (const auto& [fd, client] : clients) watched.push_back({fd, POLLIN, 0});
    if (poll(watched.data(), watched.size(), -1) < 0) continue;
    for (const auto& one : watched) {
      if (one.revents == 0) continue;
      if (one.fd != listener) {
        if (!serve(clients.at(one.fd), judge)) clients.erase(one.fd);
      } else if (const int fd = accept(listener, nullptr, nullptr); fd >= 0) {
        clients[fd].fd = UniqueFd(fd);
      }
    }
  }
}

}  // namespace

BusyDaemon::BusyDaemon(const std::string& socket, const Judge& judge) {
  const UniqueFd listener(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  strncpy(address.sun_path, socket.c_str(), sizeof address.sun_path - 1);
  if (bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener.get(), 64) != 0)
    throw std::runtime_error("cannot listen");
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("cannot fork");
  if (pid_ > 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  run(listener.get(), judge);
}

BusyDaemon::~BusyDaemon() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

}  // namespace sms2fa::test
