// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "lib/wire/bounds.h"
#include "lib/wire/channel.h"
#include "lib/wire/daemon_socket.h"

namespace sms2fa::wire {

// The client's side of one connection to the daemon, within the bounds of docs/PROTOCOL.md. Blocks
// in poll() and in connecting, allocates nothing, throws nothing. For one thread.
class Client {
 public:
  // What this client grants the daemon.
  explicit Client(Milliseconds all_turns = kAllTurns, int most_messages = kMostMessages) noexcept
      : channel_(UniqueFd(), Sender::client), left_(all_turns), messages_left_(most_messages) {}

  // Random bytes that tell this connection's answers from others'. First of all; false when the
  // kernel gives none.
  bool draw_nonce() noexcept;
  std::string_view nonce() const noexcept { return {nonce_, sizeof nonce_}; }

  // errno tells why it is unreachable. Precondition: as connect_to_daemon().
  ConnectStatus connect(const char* path) noexcept;

  // Precondition: message.complete().
  ChannelStatus send(const Message& message) noexcept;
  // The daemon's next message. `too_many` when it has said all that it may, `timed_out` when this
  // turn or all turns together took too long.
  ChannelStatus receive(Message& message) noexcept;

  // Sends a connection's only message and takes the daemon's. `malformed` when that is of another
  // type, or not for us.
  ChannelStatus exchange(const Message& question, MessageType expected, Message& answer) noexcept;

  // Whether a message bears the nonce, and its reason, if it has one, is a plain word.
  bool is_for_us(const Message& message) const noexcept;

  int fd() const noexcept { return channel_.fd(); }

 private:
  char nonce_[kNonceSize] = {};
  Channel channel_;
  Milliseconds left_;
  int messages_left_;
};

}  // namespace sms2fa::wire
