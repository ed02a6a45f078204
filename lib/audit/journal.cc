// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/journal.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>

#include <cstring>

namespace sms2fa {

namespace {

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

// The short form of a field: no value has a line break, because all of them are escaped.
std::string field(const std::string& name, const std::string& value) {
  return name + "=" + value + "\n";
}

}  // namespace

Journal::Journal(std::string identifier, std::string socket)
    : identifier_(std::move(identifier)),
      socket_(std::move(socket)),
      fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {}

bool Journal::send(const AuditEntry& entry) const {
  sockaddr_un address{};
  if (!fd_.valid() || socket_.size() >= sizeof address.sun_path) return false;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  std::string datagram = field("MESSAGE", entry.line) +
                         field("PRIORITY", std::to_string(entry.priority)) +
                         field("MESSAGE_ID", entry.message_id) +
                         field("SYSLOG_FACILITY", std::to_string(LOG_FAC(LOG_AUTHPRIV))) +
                         field("SYSLOG_IDENTIFIER", identifier_);
  for (const auto& [name, value] : entry.fields) datagram += field("SMS2FA_" + upper(name), value);
  // By address each time: a journald that was restarted is found again.
  return sendto(fd_.get(), datagram.data(), datagram.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                reinterpret_cast<const sockaddr*>(&address),
                sizeof address) == static_cast<ssize_t>(datagram.size());
}

}  // namespace sms2fa
