// SPDX-License-Identifier: Apache-2.0
#include "pam_module/relay.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <syslog.h>

#include <algorithm>

#include "lib/wire/bounds.h"
#include "lib/wire/channel.h"
#include "lib/wire/daemon_socket.h"
#include "lib/wire/message.h"
#include "pam_module/conversation.h"
#include "pam_module/log.h"

namespace sms2fa {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using wire::ChannelStatus;
using wire::Field;
using wire::kConnecting;
using wire::MessageType;

Ending end(Outcome outcome, const char* reason) noexcept {
  Ending ending;
  ending.outcome = outcome;
  snprintf(ending.reason, sizeof ending.reason, "%s", reason);
  return ending;
}

Ending broken(ChannelStatus status) noexcept {
  const bool hostile = status == ChannelStatus::malformed;
  return end(hostile ? Outcome::protocol_violation : Outcome::daemon_unreachable,
             wire::to_string(status));
}

std::string_view item(pam_handle_t* pamh, int type) noexcept {
  const void* value = nullptr;
  if (pam_get_item(pamh, type, &value) != PAM_SUCCESS || value == nullptr) return {};
  return static_cast<const char*>(value);
}

std::string_view cut(std::string_view text, Field field) noexcept {
  // Not substr(): it may throw, and so would bring libstdc++'s unwinder into the host.
  return {text.data(), std::min(text.size(), wire::longest(field))};
}

bool write_hello(pam_handle_t* pamh, std::string_view nonce, bool silent,
                 wire::Message& hello) noexcept {
  const char* user = nullptr;
  if (pam_get_user(pamh, &user, nullptr) != PAM_SUCCESS || user == nullptr) return false;
  // sshd alone sets this one, in the PAM environment; the process environment is the caller's.
  const char* ssh_auth_info = pam_getenv(pamh, "SSH_AUTH_INFO_0");
  uint8_t flags = silent ? wire::kSilent : 0;
  if (is_sshd_placeholder(authtok_of(pamh))) flags |= wire::kAuthtokIsPlaceholder;
  hello.put(Field::nonce, nonce)
      .put(Field::flags, flags)
      .put(Field::service, item(pamh, PAM_SERVICE))
      .put(Field::user, user)
      .put(Field::rhost, item(pamh, PAM_RHOST))
      .put(Field::tty, cut(item(pamh, PAM_TTY), Field::tty))
      .put(Field::ruser, cut(item(pamh, PAM_RUSER), Field::ruser))
      .put(Field::ssh_auth_info,
           cut(ssh_auth_info != nullptr ? ssh_auth_info : "", Field::ssh_auth_info));
  return hello.complete();
}

// A password is recognised here, so that it never travels to the daemon. sshd's placeholder does,
// for its length is all that it says.
void write_answer(pam_handle_t* pamh, const Answer& answer, wire::Message& message) noexcept {
  uint8_t flags = 0;
  // Cut like the answer was, or the beginning of a very long password would travel.
  if (same_text(answer.text(), cut(authtok_of(pamh), Field::text))) flags |= wire::kAnswerIsAuthtok;
  if (is_sshd_placeholder(answer.text())) flags |= wire::kAnswerIsPlaceholder;
  const bool is_password = (flags & wire::kAnswerIsAuthtok) != 0;
  message.put(Field::flags, flags).put(Field::text, is_password ? "" : answer.text());
}

bool valid_style(const wire::Message& message) noexcept {
  const auto style = static_cast<wire::Style>(message.byte_of(Field::style));
  const bool prompt = style == wire::Style::echo_on || style == wire::Style::echo_off;
  const bool notice = style == wire::Style::info || style == wire::Style::error;
  return message.type() == MessageType::prompt ? prompt : notice;
}

int show(pam_handle_t* pamh, const wire::Message& message, Answer& answer) noexcept {
  char text[wire::kLongestText + 1] = {};
  const auto bytes = message.text_of(Field::text);
  memcpy(text, bytes.data(), bytes.size());
  return converse(pamh, static_cast<wire::Style>(message.byte_of(Field::style)), text, answer);
}

bool plain_word(std::string_view reason) noexcept {
  for (const char c : reason)
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) return false;
  return true;
}

Ending read_verdict(const wire::Message& message, std::string_view nonce) noexcept {
  const auto reason = message.text_of(Field::reason);
  if (!same_text(message.text_of(Field::nonce), nonce) || !plain_word(reason))
    return end(Outcome::protocol_violation, "a verdict that is not for this connection");
  Ending ending;
  memcpy(ending.reason, reason.data(), reason.size());
  switch (static_cast<wire::Verdict>(message.byte_of(Field::verdict))) {
    case wire::Verdict::accepted:
      ending.outcome = Outcome::accepted;
      return ending;
    case wire::Verdict::denied:
      ending.outcome = Outcome::denied;
      return ending;
    case wire::Verdict::unavailable:
      ending.outcome = Outcome::unavailable;
      return ending;
  }
  return end(Outcome::protocol_violation, "an unknown verdict");
}

// Prompts to the person, answers to the daemon, until there is a verdict.
Ending carry(pam_handle_t* pamh, wire::Channel& channel, std::string_view nonce,
             bool silent) noexcept {
  auto left = wire::kAllTurns;
  for (int i = 0; i < wire::kMostMessages; ++i) {
    const auto turn = steady_clock::now();
    wire::Message message;
    const auto received = channel.receive(message, turn + std::min(left, wire::kOneTurn));
    if (received != ChannelStatus::ok) return broken(received);
    left -= std::chrono::duration_cast<milliseconds>(steady_clock::now() - turn);

    if (message.type() == MessageType::verdict) return read_verdict(message, nonce);
    if (!valid_style(message)) return end(Outcome::protocol_violation, "an unknown style");
    const bool is_notice = message.type() == MessageType::notice;
    if (is_notice && silent) continue;
    Answer answer;
    if (show(pamh, message, answer) != PAM_SUCCESS)
      return end(Outcome::conversation_failed, "the conversation failed");
    if (is_notice) continue;
    wire::Message reply(MessageType::answer);
    write_answer(pamh, answer, reply);
    const auto sent = channel.send(reply, steady_clock::now() + kConnecting);
    // A daemon that ended the attempt while the person was thinking has left its verdict behind.
    if (sent != ChannelStatus::ok && sent != ChannelStatus::closed) return broken(sent);
  }
  return end(Outcome::protocol_violation, "too many messages");
}

}  // namespace

Ending relay(pam_handle_t* pamh, const ModuleArgs& args, bool silent) noexcept {
  char nonce_bytes[wire::kNonceSize];
  if (getrandom(nonce_bytes, sizeof nonce_bytes, GRND_NONBLOCK) != sizeof nonce_bytes)
    return end(Outcome::daemon_unreachable, "the kernel gave no random bytes");
  const std::string_view nonce(nonce_bytes, sizeof nonce_bytes);

  wire::Message hello(MessageType::hello);
  if (!write_hello(pamh, nonce, silent, hello))
    return end(Outcome::request_unusable, "user, service or host is missing or too long");

  UniqueFd connection;
  switch (wire::connect_to_daemon(args.socket, steady_clock::now() + kConnecting, connection)) {
    case wire::ConnectStatus::unreachable:
      return end(Outcome::daemon_unreachable, strerrordesc_np(errno));
    case wire::ConnectStatus::untrusted:
      return end(Outcome::daemon_untrusted, "its listener is neither root nor _sms2fa");
    case wire::ConnectStatus::ok:
      break;
  }
  wire::Channel channel(static_cast<UniqueFd&&>(connection), wire::Sender::client);
  const auto sent = channel.send(hello, steady_clock::now() + kConnecting);
  if (sent != ChannelStatus::ok) return broken(sent);
  if (args.debug) pam_syslog(pamh, LOG_DEBUG, "connected to %s", Escaped(args.socket).text());
  return carry(pamh, channel, nonce, silent);
}

}  // namespace sms2fa
