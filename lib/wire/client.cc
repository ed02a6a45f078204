// SPDX-License-Identifier: Apache-2.0
#include "lib/wire/client.h"

#include <sys/random.h>

#include <algorithm>

namespace sms2fa::wire {

namespace {

using std::chrono::steady_clock;

bool is_plain_word(std::string_view reason) noexcept {
  for (const char c : reason)
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) return false;
  return true;
}

}  // namespace

bool Client::draw_nonce() noexcept {
  return getrandom(nonce_, sizeof nonce_, GRND_NONBLOCK) == sizeof nonce_;
}

ConnectStatus Client::connect(const char* path) noexcept {
  UniqueFd connection;
  const auto status = connect_to_daemon(path, steady_clock::now() + kConnecting, connection);
  if (status == ConnectStatus::ok)
    channel_ = Channel(static_cast<UniqueFd&&>(connection), Sender::client);
  return status;
}

ChannelStatus Client::send(const Message& message) noexcept {
  return channel_.send(message, steady_clock::now() + kConnecting);
}

ChannelStatus Client::receive(Message& message) noexcept {
  if (messages_left_ == 0) return ChannelStatus::too_many;
  --messages_left_;
  const auto turn = steady_clock::now();
  const auto received = channel_.receive(message, turn + std::min(left_, kOneTurn));
  left_ -= std::chrono::duration_cast<Milliseconds>(steady_clock::now() - turn);
  return received;
}

ChannelStatus Client::exchange(const Message& question, MessageType expected,
                               Message& answer) noexcept {
  auto status = send(question);
  if (status == ChannelStatus::ok) status = receive(answer);
  if (status != ChannelStatus::ok) return status;
  const bool fits = answer.type() == expected && is_for_us(answer);
  return fits ? ChannelStatus::ok : ChannelStatus::malformed;
}

bool Client::is_for_us(const Message& message) const noexcept {
  return message.text_of(Field::nonce) == nonce() && is_plain_word(message.text_of(Field::reason));
}

}  // namespace sms2fa::wire
