// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/dialogue.h"

#include <pwd.h>
#include <sys/random.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "lib/base/text.h"
#include "lib/wire/channel.h"
#include "lib/wire/daemon_socket.h"
#include "programs/sms2fa/running_daemons.h"
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

DialogueEnd broken(ChannelStatus status) {
  return unreachable(std::string("sms2fad broke off: ") + wire::to_string(status));
}

std::string_view cut(std::string_view text, Field field) {
  return text.substr(0, wire::longest(field));
}

void write_hello(const Dialogue& dialogue, std::string_view nonce, Message& hello) {
  const char* tty = ttyname(STDIN_FILENO);
  hello.put(Field::nonce, nonce)
      .put(Field::flags, dialogue.flags)
      .put(Field::service, dialogue.service)
      .put(Field::user, dialogue.user)
      .put(Field::tty, cut(tty != nullptr ? tty : "", Field::tty))
      .put(Field::ruser, cut(own_name(), Field::ruser));
}

bool plain_word(std::string_view reason) {
  return std::all_of(reason.begin(), reason.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

DialogueEnd read_verdict(const Message& message, std::string_view nonce, const Dialogue& dialogue) {
  const std::string reason(message.text_of(Field::reason));
  if (message.text_of(Field::nonce) != nonce || !plain_word(reason))
    return unreachable("sms2fad gave a verdict that is not for this attempt");
  return dialogue.meaning(static_cast<Verdict>(message.byte_of(Field::verdict)), reason);
}

// Puts the daemon's question and sends the answer. Returns the attempt's end, if this is it.
// Without an answer because the daemon was faster, `answered` is false.
std::optional<DialogueEnd> answer(const Message& prompt, Style style, wire::Channel& channel,
                                  bool& answered) {
  TypedLine line;
  switch (ask(harmless(prompt.text_of(Field::text)), style == Style::echo_on, channel.fd(), line)) {
    case Typed::ended:
      return DialogueEnd{kNegativeAnswer, "Denied: no answer was given.", ""};
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

DialogueEnd carry(const Dialogue& dialogue, wire::Channel& channel, std::string_view nonce,
                  const Console& console) {
  auto left = dialogue.all_turns;
  bool answered = true;
  for (int i = 0; i < dialogue.most_messages; ++i) {
    const auto turn = steady_clock::now();
    Message message;
    const auto received = channel.receive(message, turn + std::min(left, wire::kOneTurn));
    if (received != ChannelStatus::ok) return broken(received);
    left -= std::chrono::duration_cast<Milliseconds>(steady_clock::now() - turn);

    if (message.type() == MessageType::verdict) return read_verdict(message, nonce, dialogue);
    if (message.type() != MessageType::prompt && message.type() != MessageType::notice)
      return unreachable("sms2fad broke the protocol");
    const auto style = static_cast<Style>(message.byte_of(Field::style));
    const bool question = style == Style::echo_on || style == Style::echo_off;
    const bool draws = style == Style::key;
    if (!answered || question != (message.type() == MessageType::prompt) ||
        (draws && !dialogue.show_key))
      return unreachable("sms2fad broke the protocol");
    if (draws) {
      dialogue.show_key(message.text_of(Field::text));
    } else if (!question) {
      console.say(harmless(message.text_of(Field::text)));
    } else if (const auto ending = answer(message, style, channel, answered)) {
      return *ending;
    }
  }
  return unreachable("sms2fad sent too many messages");
}

}  // namespace

DialogueEnd unreachable(const std::string& why) {
  return {EX_UNAVAILABLE, why, "See its log: journalctl -u sms2fad"};
}

std::string own_name() {
  const passwd* entry = getpwuid(getuid());
  return entry == nullptr ? std::string() : entry->pw_name;
}

// C1 control characters in UTF-8 included.
std::string harmless(std::string_view text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  bool plain = is_valid_utf8(text) && std::none_of(text.begin(), text.end(), is_control);
  for (size_t i = 0; plain && i + 1 < text.size(); ++i)
    plain = text[i] != '\xc2' || static_cast<unsigned char>(text[i + 1]) >= 0xa0;
  return plain ? std::string(text) : escape(text, 4 * wire::kLongestText);
}

int finish(const DialogueEnd& ending, const Console& console) {
  if (ending.exit_code != EX_OK && ending.exit_code != kNegativeAnswer)
    return console.fail(ending.exit_code, ending.sentence, ending.next);
  console.say(ending.sentence);
  return ending.exit_code;
}

DialogueEnd converse(const Dialogue& dialogue, const Console& console) {
  char nonce_bytes[wire::kNonceSize];
  if (getrandom(nonce_bytes, sizeof nonce_bytes, 0) != sizeof nonce_bytes)
    return {EX_OSERR, "the kernel gave no random bytes", ""};
  const std::string_view nonce(nonce_bytes, sizeof nonce_bytes);
  Message hello(MessageType::hello);
  write_hello(dialogue, nonce, hello);

  UniqueFd connection;
  switch (wire::connect_to_daemon(dialogue.socket.c_str(), steady_clock::now() + wire::kConnecting,
                                  connection)) {
    case ConnectStatus::unreachable:
      return {EX_UNAVAILABLE, "no daemon at " + escape(dialogue.socket) + ": " + strerror(errno),
              has_systemd() ? "Start it: sudo systemctl enable --now sms2fad.socket"
                            : "Start it: sudo sms2fad"};
    case ConnectStatus::untrusted:
      return {EX_UNAVAILABLE,
              "whoever listens at " + escape(dialogue.socket) + " is neither root nor _sms2fa",
              "Find out who does: sudo ss -xlp"};
    case ConnectStatus::ok:
      break;
  }
  wire::Channel channel(std::move(connection), wire::Sender::client);
  const auto sent = channel.send(hello, steady_clock::now() + wire::kConnecting);
  if (sent != ChannelStatus::ok) return broken(sent);
  return carry(dialogue, channel, nonce, console);
}

}  // namespace sms2fa
