// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fad/hello.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace sms2fa {

namespace {

using wire::Field;

// sshd lists what the client has passed, a line for each method. A password is not among these:
// where it stands in that list, its keyboard-interactive was answered by PAM, too.
bool ssh_has_proved(std::string_view passed) {
  constexpr std::array<std::string_view, 3> kMethods = {"publickey", "hostbased", "gssapi-"};
  while (!passed.empty()) {
    const std::string_view line = passed.substr(0, passed.find('\n'));
    for (const auto method : kMethods)
      if (line.starts_with(method)) return true;
    passed.remove_prefix(std::min(passed.size(), line.size() + 1));
  }
  return false;
}

bool is_service_of(const PeerSettings& peer, const std::string& service) {
  return std::find(peer.services.begin(), peer.services.end(), service) != peer.services.end();
}

Lane lane_of(const LoginRequest& request, uint8_t flags, const PeerSettings* named) {
  const bool is_named =
      named != nullptr && !request.enrolls && is_service_of(*named, request.service);
  if (request.peer != 0) return is_named ? Lane::named : Lane::own;
  if ((flags & wire::kFirstProved) != 0) return Lane::proven;
  return request.service == "sshd" && ssh_has_proved(request.ssh_auth_info) ? Lane::proven
                                                                            : Lane::unproven;
}

// What else they call it would make new challenges, and stand in a message.
std::string known_service(const std::string& claimed, const std::vector<std::string>& directories) {
  constexpr const char* kUnknown = "user";
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  // What `sms2fa try` and `sms2fa enroll` say.
  if (claimed == "sms2fa" || claimed == "sms2fa-enroll") return claimed;
  if (claimed.starts_with('.') || !std::all_of(claimed.begin(), claimed.end(), is_plain))
    return kUnknown;
  const auto knows = [&claimed](const std::string& directory) {
    return access((directory + "/" + claimed).c_str(), F_OK) == 0;
  };
  return std::any_of(directories.begin(), directories.end(), knows) ? claimed : kUnknown;
}

}  // namespace

LoginRequest read_hello(const wire::Message& hello, uid_t peer, const PeerSettings* named,
                        const std::vector<std::string>& pam_directories, std::string_view more) {
  LoginRequest request;
  const uint8_t flags = hello.byte_of(Field::flags);
  request.service = hello.text_of(Field::service);
  request.user = hello.text_of(Field::user);
  request.tty = hello.text_of(Field::tty);
  request.ruser = hello.text_of(Field::ruser);
  request.ssh_auth_info = std::string(hello.text_of(Field::ssh_auth_info)).append(more);
  request.ssh_auth_info_is_cut = (flags & wire::kInfoIsCut) != 0;
  request.first_proved = peer == 0 && (flags & wire::kFirstProved) != 0;
  request.silent = (flags & wire::kSilent) != 0;
  request.enrolls = (flags & wire::kEnroll) != 0;
  request.not_admitted = (flags & wire::kAuthtokIsPlaceholder) != 0;
  request.peer = peer;
  request.caller = peer == 0 && !request.ruser.empty() ? request.ruser : std::to_string(peer);
  request.lane = lane_of(request, flags, named);
  // Nobody else is believed about the network: they could spend a stranger's rate limit and get it
  // banned.
  if (request.lane != Lane::own) request.rhost = hello.text_of(Field::rhost);
  if (request.lane == Lane::own) request.service = known_service(request.service, pam_directories);
  return request;
}

Result<void> resolve_user(LoginRequest& request, AccountPool& accounts, const PeerSettings* named) {
  const bool is_named = request.lane == Lane::named;
  if (request.peer != 0 && !is_named) {
    auto owner = accounts.owner_of(request.lane, request.peer);
    if (!owner) return owner.error();
    request.ruser = *owner ? (*owner)->name : "uid " + std::to_string(request.peer);
    if (*owner && request.ruser == request.user) {
      request.uid = request.peer;
      request.gid = (*owner)->gid;
      return {};
    }
  }
  auto account = accounts.find(request.lane, request.user);
  if (!account) return account.error();
  if (is_named) {
    const auto member = accounts.find_in(request.lane, request.user, named->groups);
    if (!member) return member.error();
    request.not_admitted = request.not_admitted || !*member;
  }
  if (!*account) return {};
  request.uid = (*account)->uid;
  request.gid = (*account)->gid;
  if ((*account)->name != request.user)
    request.typed_user = std::exchange(request.user, std::move((*account)->name));
  return {};
}

void find_memberships(LoginRequest& request, AccountPool& accounts,
                      const std::vector<std::string>& names) {
  if (names.empty()) return;
  Identity who{.name = request.user};
  if (request.gid) who.gid = *request.gid;
  auto memberships = accounts.memberships(request.lane, who, names);
  if (memberships)
    request.memberships = std::move(*memberships);
  else
    request.memberships_error = memberships.error().message;
}

bool may_speak(const LoginRequest& request) {
  return request.peer == 0 || request.lane == Lane::named || request.uid == request.peer;
}

}  // namespace sms2fa
