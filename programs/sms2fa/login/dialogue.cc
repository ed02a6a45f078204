// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/login/dialogue.h"

#include <pwd.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "lib/base/text.h"
#include "lib/wire/client.h"
#include "programs/sms2fa/output/terminal.h"
#include "programs/sms2fa/system/running_daemons.h"

namespace sms2fa {

namespace {

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

DialogueEnd read_verdict(const Message& message, const wire::Client& daemon,
                         const Dialogue& dialogue) {
  const std::string reason(message.text_of(Field::reason));
  if (!daemon.is_for_us(message))
    return unreachable("sms2fad gave a verdict that is not for this attempt");
  return dialogue.meaning(static_cast<Verdict>(message.byte_of(Field::verdict)), reason);
}

// Puts the daemon's question and sends the answer. Returns the attempt's end, if this is it.
// Without an answer because the daemon was faster, `answered` is false.
std::optional<DialogueEnd> answer(const Message& prompt, Style style, wire::Client& daemon,
                                  bool& answered) {
  TypedLine line;
  switch (ask(harmless(prompt.text_of(Field::text)), style == Style::echo_on, daemon.fd(), line)) {
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
  const auto sent = daemon.send(reply);
  if (sent != ChannelStatus::ok) return broken(sent);
  return std::nullopt;
}

DialogueEnd carry(const Dialogue& dialogue, wire::Client& daemon, const Console& console) {
  bool answered = true;
  while (true) {
    Message message;
    const auto received = daemon.receive(message);
    if (received != ChannelStatus::ok) return broken(received);
    if (message.type() == MessageType::verdict) return read_verdict(message, daemon, dialogue);
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
    } else if (const auto ending = answer(message, style, daemon, answered)) {
      return *ending;
    }
  }
}

}  // namespace

DialogueEnd unreachable(const std::string& why) {
  return {EX_UNAVAILABLE, why, "See its log: journalctl -u sms2fad"};
}

std::string own_name() {
  const passwd* entry = getpwuid(getuid());
  return entry == nullptr ? std::string() : entry->pw_name;
}

// C1 control characters in UTF-8 included. Prompts are broken into lines.
std::string harmless(std::string_view text) {
  const auto is_control = [](char c) {
    return c != '\n' && (static_cast<unsigned char>(c) < 0x20 || c == 0x7f);
  };
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
  wire::Client daemon(dialogue.all_turns, dialogue.most_messages);
  if (!daemon.draw_nonce()) return {EX_OSERR, "the kernel gave no random bytes", ""};
  Message hello(MessageType::hello);
  write_hello(dialogue, daemon.nonce(), hello);

  switch (daemon.connect(dialogue.socket.c_str())) {
    case ConnectStatus::unreachable:
      return {EX_UNAVAILABLE, "no daemon at " + escape(dialogue.socket) + ": " + strerror(errno),
              has_systemd() ? "Start it: sudo systemctl enable --now sms2fad.socket"
                            : "Start it: sudo sms2fad"};
    case ConnectStatus::untrusted:
      return {EX_UNAVAILABLE,
              "the program that listens at " + escape(dialogue.socket) +
                  " belongs to neither root nor _sms2fa",
              "Find out who does: sudo ss -xlp"};
    case ConnectStatus::ok:
      break;
  }
  const auto sent = daemon.send(hello);
  if (sent != ChannelStatus::ok) return broken(sent);
  return carry(dialogue, daemon, console);
}

}  // namespace sms2fa
