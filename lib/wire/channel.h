// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/base/clock.h"
#include "lib/base/unique_fd.h"
#include "lib/wire/message.h"

namespace sms2fa::wire {

enum class ChannelStatus {
  ok,
  closed,         // the peer is gone
  timed_out,      // the deadline passed
  other_version,  // the peer speaks another version of the protocol
  malformed,      // the peer sent what docs/PROTOCOL.md does not allow
  too_many,       // the peer sent more messages than it may
  stopped,        // the stop descriptor became readable
  failed,         // a system call failed
};

const char* to_string(ChannelStatus status) noexcept;

// One end of a connection: whole messages, each with a deadline. Never raises SIGPIPE, blocks only
// in poll(), allocates nothing. Owns the socket, not `stop_fd`. For one thread at a time.
class Channel {
 public:
  // `self` says whose end this is. When `stop_fd` is not -1, waiting for the peer to speak ends
  // as soon as it is readable.
  Channel(UniqueFd socket, Sender self, int stop_fd = -1) noexcept
      : socket_(static_cast<UniqueFd&&>(socket)), self_(self), stop_fd_(stop_fd) {}

  // Precondition: message.complete().
  ChannelStatus send(const Message& message, SteadyTime deadline) noexcept;
  ChannelStatus receive(Message& message, SteadyTime deadline) noexcept;

  // True when a message waits to be received. Does not block.
  bool has_spoken() noexcept;

  int fd() const { return socket_.get(); }

 private:
  ChannelStatus wait_for(short events, int stop_fd, SteadyTime deadline) noexcept;

  UniqueFd socket_;
  Sender self_;
  int stop_fd_;
};

}  // namespace sms2fa::wire
