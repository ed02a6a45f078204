// SPDX-License-Identifier: Apache-2.0
#include <pwd.h>
#include <sys/random.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "lib/base/text.h"
#include "lib/wire/bounds.h"
#include "lib/wire/channel.h"
#include "lib/wire/daemon_socket.h"
#include "programs/sms2fa/command.h"
#include "programs/sms2fa/terminal.h"

namespace sms2fa {

namespace {

using std::chrono::steady_clock;
using wire::ChannelStatus;
using wire::ConnectStatus;
using wire::Field;
using wire::Message;
using wire::MessageType;
using wire::Style;
using wire::Verdict;

constexpr const char* kUsage =
    "usage: sms2fa try USER [--socket PATH]\n"
    "\n"
    "Goes through a whole second factor in this terminal, message and code and all, as PAM\n"
    "would: by asking the daemon. Root may try anybody, others only themselves. Failures count\n"
    "as they do at a login.\n"
    "  --socket PATH   the daemon's socket (default /run/sms2fa/auth.sock)\n"
    "\n"
    "example: sms2fa try alice";

constexpr std::string_view kService = "sms2fa";
constexpr std::string_view kForeignPeer = "foreign-peer";  // Reason::foreign_peer

// An attempt's end, in the words for the person.
struct Ending {
  int exit_code;
  std::string sentence;
  std::string next;
};

Ending unreachable(const std::string& why) {
  return {EX_UNAVAILABLE, why, "See its log: journalctl -u sms2fad"};
}

Ending broken(ChannelStatus status) {
  return unreachable(std::string("sms2fad broke off: ") + wire::to_string(status));
}

std::string own_name() {
  const passwd* entry = getpwuid(getuid());
  return entry == nullptr ? std::string() : entry->pw_name;
}

std::string_view cut(std::string_view text, Field field) {
  return text.substr(0, wire::longest(field));
}

void write_hello(const std::string& user, std::string_view nonce, Message& hello) {
  const char* tty = ttyname(STDIN_FILENO);
  hello.put(Field::nonce, nonce)
      .put(Field::flags, uint8_t{0})
      .put(Field::service, kService)
      .put(Field::user, user)
      .put(Field::tty, cut(tty != nullptr ? tty : "", Field::tty))
      .put(Field::ruser, cut(own_name(), Field::ruser));
}

// The daemon is trusted with the verdict, but not with the terminal: control characters, C1 ones in
// UTF-8 included, could rewrite what the person sees.
std::string harmless(std::string_view text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  bool plain = is_valid_utf8(text) && std::none_of(text.begin(), text.end(), is_control);
  for (size_t i = 0; plain && i + 1 < text.size(); ++i)
    plain = text[i] != '\xc2' || static_cast<unsigned char>(text[i + 1]) >= 0xa0;
  return plain ? std::string(text) : escape(text, 4 * wire::kLongestText);
}

bool plain_word(std::string_view reason) {
  return std::all_of(reason.begin(), reason.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

Ending read_verdict(const Message& message, std::string_view nonce, const std::string& user) {
  const std::string reason(message.text_of(Field::reason));
  if (message.text_of(Field::nonce) != nonce || !plain_word(reason))
    return unreachable("sms2fad gave a verdict that is not for this attempt");
  const std::string because = reason.empty() ? "" : " (" + reason + ")";
  switch (static_cast<Verdict>(message.byte_of(Field::verdict))) {
    case Verdict::accepted:
      return {EX_OK, "Accepted: the second factor of " + user + " works.", ""};
    case Verdict::denied:
      if (reason == kForeignPeer)
        return {EX_NOPERM, "sms2fad refuses: you may only try yourself, not " + user,
                "Root may try anybody: sudo sms2fa try " + user};
      return {kNegativeAnswer, "Denied" + because + ".", ""};
    case Verdict::unavailable:
      return unreachable("sms2fad could not do its part" + because);
  }
  return unreachable("sms2fad gave an unknown verdict");
}

// Puts the daemon's question and sends the answer. Returns the attempt's end, if this is it.
// Without an answer because the daemon was faster, `answered` is false.
std::optional<Ending> answer(const Message& prompt, Style style, wire::Channel& channel,
                             bool& answered) {
  TypedLine line;
  switch (ask(harmless(prompt.text_of(Field::text)), style == Style::echo_on, channel.fd(), line)) {
    case Typed::ended:
      return Ending{kNegativeAnswer, "Denied: no answer was given.", ""};
    case Typed::overtaken:
      answered = false;
      return std::nullopt;
    case Typed::line:
      break;
  }
  Message reply(MessageType::answer);
  reply.put(Field::flags, uint8_t{0}).put(Field::text, line.text());
  const auto sent = channel.send(reply, steady_clock::now() + wire::kConnecting);
  if (sent != ChannelStatus::ok) return broken(sent);
  return std::nullopt;
}

// Questions to the person, answers to the daemon, until there is a verdict.
Ending carry(wire::Channel& channel, std::string_view nonce, const std::string& user,
             const Console& console) {
  auto left = wire::kAllTurns;
  bool answered = true;
  for (int i = 0; i < wire::kMostMessages; ++i) {
    const auto turn = steady_clock::now();
    Message message;
    const auto received = channel.receive(message, turn + std::min(left, wire::kOneTurn));
    if (received != ChannelStatus::ok) return broken(received);
    left -= std::chrono::duration_cast<Milliseconds>(steady_clock::now() - turn);

    if (message.type() == MessageType::verdict) return read_verdict(message, nonce, user);
    if (message.type() != MessageType::prompt && message.type() != MessageType::notice)
      return unreachable("sms2fad broke the protocol");
    const auto style = static_cast<Style>(message.byte_of(Field::style));
    const bool question = style == Style::echo_on || style == Style::echo_off;
    if (!answered || question != (message.type() == MessageType::prompt))
      return unreachable("sms2fad broke the protocol");
    if (!question) {
      console.say(harmless(message.text_of(Field::text)));
    } else if (const auto ending = answer(message, style, channel, answered)) {
      return *ending;
    }
  }
  return unreachable("sms2fad sent too many messages");
}

Ending attempt(const Arguments& arguments, const Console& console) {
  char nonce_bytes[wire::kNonceSize];
  if (getrandom(nonce_bytes, sizeof nonce_bytes, 0) != sizeof nonce_bytes)
    return {EX_OSERR, "the kernel gave no random bytes", ""};
  const std::string_view nonce(nonce_bytes, sizeof nonce_bytes);
  Message hello(MessageType::hello);
  write_hello(arguments.user, nonce, hello);

  UniqueFd connection;
  switch (wire::connect_to_daemon(arguments.socket.c_str(), steady_clock::now() + wire::kConnecting,
                                  connection)) {
    case ConnectStatus::unreachable:
      return {EX_UNAVAILABLE, "no daemon at " + escape(arguments.socket) + ": " + strerror(errno),
              "Start it: sudo sms2fad"};
    case ConnectStatus::untrusted:
      return {EX_UNAVAILABLE,
              "whoever listens at " + escape(arguments.socket) + " is neither root nor _sms2fa",
              "Find out who does: sudo ss -xlp"};
    case ConnectStatus::ok:
      break;
  }
  wire::Channel channel(std::move(connection), wire::Sender::client);
  const auto sent = channel.send(hello, steady_clock::now() + wire::kConnecting);
  if (sent != ChannelStatus::ok) return broken(sent);
  return carry(channel, nonce, escape(arguments.user), console);
}

int run(const Arguments& arguments, const Console& console) {
  const Ending ending = attempt(arguments, console);
  if (ending.exit_code != EX_OK && ending.exit_code != kNegativeAnswer)
    return console.fail(ending.exit_code, ending.sentence, ending.next);
  console.say(ending.sentence);
  return ending.exit_code;
}

}  // namespace

const Command kTryCommand = {"try", "sh", TakesUser::yes, kUsage, run};

}  // namespace sms2fa
