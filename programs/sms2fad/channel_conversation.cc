// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fad/channel_conversation.h"

#include <poll.h>

#include <cerrno>

namespace sms2fa {

namespace {

using wire::ChannelStatus;
using wire::Field;
using wire::Message;
using wire::MessageType;
using wire::Style;

// A client that does not take a message within this time is as good as gone.
constexpr std::chrono::seconds kPatience{2};
// How long the reason of a denial waits for who has read it.
constexpr std::chrono::seconds kToRead{20};

SteadyTime soon() {
  return std::chrono::steady_clock::now() + kPatience;
}

Reply::Status status_of(ChannelStatus status) {
  switch (status) {
    case ChannelStatus::ok:
      return Reply::Status::answered;
    case ChannelStatus::closed:
    case ChannelStatus::failed:
      return Reply::Status::gone;
    case ChannelStatus::timed_out:
      return Reply::Status::timed_out;
    case ChannelStatus::other_version:
    case ChannelStatus::malformed:
    case ChannelStatus::too_many:
      return Reply::Status::broken;
    case ChannelStatus::stopped:
      return Reply::Status::stopped;
  }
  return Reply::Status::broken;
}

ChannelStatus show(wire::Channel& channel, MessageType type, Style style, const std::string& text) {
  Message message(type);
  message.put(Field::style, static_cast<uint8_t>(style)).put(Field::text, text);
  return channel.send(message, soon());
}

}  // namespace

Reply ChannelConversation::ask(const std::string& prompt, bool echo, SteadyTime deadline) {
  Reply reply;
  // Whoever answers before the question did not read it.
  if (channel_.has_spoken()) return reply;
  const auto shown =
      show(channel_, MessageType::prompt, echo ? Style::echo_on : Style::echo_off, prompt);
  if (shown != ChannelStatus::ok) {
    reply.status = shown == ChannelStatus::timed_out ? Reply::Status::gone : status_of(shown);
    return reply;
  }
  Message answer;
  reply.status = status_of(channel_.receive(answer, deadline));
  if (reply.status != Reply::Status::answered) return reply;
  if (answer.type() != MessageType::answer) {
    reply.status = Reply::Status::broken;
    return reply;
  }
  const uint8_t flags = answer.byte_of(Field::flags);
  reply.is_authtok = (flags & wire::kAnswerIsAuthtok) != 0;
  reply.is_placeholder = (flags & wire::kAnswerIsPlaceholder) != 0;
  reply.text = Secret(answer.text_of(Field::text));
  return reply;
}

void ChannelConversation::tell(const std::string& text) {
  if (!silent_) (void)show(channel_, MessageType::notice, Style::error, text);
}

void ChannelConversation::end_with(const std::string& text) {
  if (silent_)
    (void)ask(text + " Press Enter: ", false, std::chrono::steady_clock::now() + kToRead);
  tell(text);
}

void ChannelConversation::show_key(const Secret& uri) {
  // Somebody with a very long name has to type the key.
  if (uri.size() > wire::kLongestText) return;
  Message message(MessageType::notice);
  message.put(Field::style, static_cast<uint8_t>(Style::key)).put(Field::text, uri.reveal());
  (void)channel_.send(message, soon());
}

// Not by poll(): decoys whose times come in whole milliseconds could be told from real attempts.
bool ChannelConversation::pause(SteadyDuration time) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (true) {
    const auto left = until - std::chrono::steady_clock::now();
    if (left <= SteadyDuration(0)) return true;
    const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
    const timespec rest = {seconds.count(), std::chrono::nanoseconds(left - seconds).count()};
    pollfd stop = {stop_fd_, POLLIN, 0};
    const int ready = ppoll(&stop, 1, &rest, nullptr);
    if (ready > 0 || (ready < 0 && errno != EINTR)) return false;
  }
}

}  // namespace sms2fa
