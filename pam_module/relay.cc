// SPDX-License-Identifier: Apache-2.0
#include "pam_module/relay.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include <algorithm>

#include "lib/wire/client.h"
#include "pam_module/conversation.h"
#include "pam_module/log.h"

namespace sms2fa {

namespace {

using wire::ChannelStatus;
using wire::Field;
using wire::MessageType;

RelayOutcome end(Outcome outcome, const char* reason) noexcept {
  RelayOutcome ending;
  ending.outcome = outcome;
  snprintf(ending.reason, sizeof ending.reason, "%s", reason);
  return ending;
}

RelayOutcome broken(ChannelStatus status) noexcept {
  const bool hostile = status == ChannelStatus::malformed || status == ChannelStatus::too_many ||
                       status == ChannelStatus::other_version;
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

// sshd alone sets this one, in the PAM environment; the process environment is the caller's.
std::string_view ssh_auth_info_of(pam_handle_t* pamh) noexcept {
  const char* info = pam_getenv(pamh, "SSH_AUTH_INFO_0");
  return info != nullptr ? info : "";
}

// The next part of it that fits into a message.
std::string_view take_part(std::string_view& rest) noexcept {
  const std::string_view part = cut(rest, Field::ssh_auth_info);
  rest.remove_prefix(part.size());
  return part;
}

// `rest` is what does not fit into the hello.
bool write_hello(pam_handle_t* pamh, const ModuleArgs& args, std::string_view nonce, bool silent,
                 wire::Message& hello, std::string_view& rest) noexcept {
  const char* user = nullptr;
  if (pam_get_user(pamh, &user, nullptr) != PAM_SUCCESS || user == nullptr) return false;
  rest = ssh_auth_info_of(pamh);
  const bool fits = rest.size() <= wire::kMostParts * wire::longest(Field::ssh_auth_info);
  const std::string_view part = take_part(rest);
  uint8_t flags = silent ? wire::kSilent : 0;
  if (args.first_proved) flags |= wire::kFirstProved;
  if (is_sshd_placeholder(authtok_of(pamh))) flags |= wire::kAuthtokIsPlaceholder;
  if (!fits) {
    flags |= wire::kInfoIsCut;
    rest = {};
  }
  if (!rest.empty()) flags |= wire::kMoreFollows;
  hello.put(Field::nonce, nonce)
      .put(Field::flags, flags)
      .put(Field::service, item(pamh, PAM_SERVICE))
      .put(Field::user, user)
      .put(Field::rhost, item(pamh, PAM_RHOST))
      .put(Field::tty, cut(item(pamh, PAM_TTY), Field::tty))
      .put(Field::ruser, cut(item(pamh, PAM_RUSER), Field::ruser))
      .put(Field::ssh_auth_info, part);
  return hello.complete();
}

ChannelStatus send_rest(wire::Client& daemon, std::string_view rest) noexcept {
  while (!rest.empty()) {
    const std::string_view part = take_part(rest);
    wire::Message more(MessageType::more);
    more.put(Field::flags, rest.empty() ? uint8_t{0} : wire::kMoreFollows)
        .put(Field::ssh_auth_info, part);
    if (const auto sent = daemon.send(more); sent != ChannelStatus::ok) return sent;
  }
  return ChannelStatus::ok;
}

// A password is recognised here, so that it never travels to the daemon: what does is a text of its
// length, for the daemon treats answers by their length, and sshd's placeholder has it too.
void write_answer(pam_handle_t* pamh, const Answer& answer, wire::Message& message) noexcept {
  uint8_t flags = 0;
  // Cut like the answer was, or the beginning of a very long password would travel.
  if (same_text(answer.text(), cut(authtok_of(pamh), Field::text))) flags |= wire::kAnswerIsAuthtok;
  if (is_sshd_placeholder(answer.text())) flags |= wire::kAnswerIsPlaceholder;
  const bool is_password = (flags & wire::kAnswerIsAuthtok) != 0;
  char filler[wire::kLongestText];
  memset(filler, '*', sizeof filler);
  message.put(Field::flags, flags)
      .put(Field::text,
           is_password ? std::string_view(filler, answer.text().size()) : answer.text());
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

RelayOutcome read_verdict(const wire::Message& message, const wire::Client& daemon) noexcept {
  const auto reason = message.text_of(Field::reason);
  if (!daemon.is_for_us(message))
    return end(Outcome::protocol_violation, "a verdict that is not for this connection");
  RelayOutcome ending;
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
RelayOutcome carry(pam_handle_t* pamh, wire::Client& daemon, bool silent) noexcept {
  while (true) {
    wire::Message message;
    const auto received = daemon.receive(message);
    if (received != ChannelStatus::ok) return broken(received);
    if (message.type() == MessageType::verdict) return read_verdict(message, daemon);
    if (!valid_style(message)) return end(Outcome::protocol_violation, "an unknown style");
    const bool is_notice = message.type() == MessageType::notice;
    if (is_notice && silent) continue;
    Answer answer;
    if (show(pamh, message, answer) != PAM_SUCCESS)
      return end(Outcome::conversation_failed, "the conversation failed");
    if (is_notice) continue;
    wire::Message reply(MessageType::answer);
    write_answer(pamh, answer, reply);
    const auto sent = daemon.send(reply);
    // A daemon that ended the attempt while the person was thinking has left its verdict behind.
    if (sent != ChannelStatus::ok && sent != ChannelStatus::closed) return broken(sent);
  }
}

}  // namespace

RelayOutcome relay(pam_handle_t* pamh, const ModuleArgs& args, bool silent) noexcept {
  wire::Client daemon;
  if (!daemon.draw_nonce())
    return end(Outcome::daemon_unreachable, "the kernel gave no random bytes");
  wire::Message hello(MessageType::hello);
  std::string_view rest;
  if (!write_hello(pamh, args, daemon.nonce(), silent, hello, rest))
    return end(Outcome::request_unusable, "user, service or host is missing or too long");

  switch (daemon.connect(args.socket)) {
    case wire::ConnectStatus::unreachable:
      return end(Outcome::daemon_unreachable, strerrordesc_np(errno));
    case wire::ConnectStatus::untrusted:
      return end(Outcome::daemon_untrusted, "its listener is neither root nor _sms2fa");
    case wire::ConnectStatus::ok:
      break;
  }
  auto sent = daemon.send(hello);
  if (sent != ChannelStatus::ok) return broken(sent);
  sent = send_rest(daemon, rest);
  // A daemon that is full has left its verdict behind.
  if (sent != ChannelStatus::ok && sent != ChannelStatus::closed) return broken(sent);
  if (args.debug) pam_syslog(pamh, LOG_DEBUG, "connected to %s", Escaped(args.socket).text());
  return carry(pamh, daemon, silent);
}

}  // namespace sms2fa
