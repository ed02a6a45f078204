// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/session/conversation.h"
#include "lib/wire/channel.h"

namespace sms2fa {

// The person behind a connection: prompts and answers as messages of docs/PROTOCOL.md.
class ChannelConversation final : public Conversation {
 public:
  // `channel` must outlive the conversation; `stop_fd` becomes readable when the daemon ends.
  ChannelConversation(wire::Channel& channel, bool silent, int stop_fd)
      : channel_(channel), silent_(silent), stop_fd_(stop_fd) {}

  Reply ask(const std::string& prompt, bool echo, SteadyTime deadline) override;
  void tell(const std::string& text) override;
  void end_with(const std::string& text) override;
  void show_key(const Secret& uri) override;
  bool pause(SteadyDuration time) override;

 private:
  wire::Channel& channel_;
  bool silent_;
  int stop_fd_;
};

}  // namespace sms2fa
