// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "lib/wire/bounds.h"
#include "lib/wire/message.h"
#include "programs/sms2fa/output/console.h"

namespace sms2fa {

// A conversation's end, in the words for the person.
struct DialogueEnd {
  int exit_code;
  std::string sentence;
  std::string next;
};

// One conversation with the daemon in this terminal (docs/PROTOCOL.md).
struct Dialogue {
  std::string socket;
  std::string user;
  std::string_view service;
  uint8_t flags = 0;
  // What this client grants.
  int most_messages = wire::kMostMessages;
  Milliseconds all_turns = wire::kAllTurns;
  // What a well-formed verdict means.
  std::function<DialogueEnd(wire::Verdict verdict, const std::string& reason)> meaning;
  // An app's key that wants to be drawn; without it such a notice breaks the protocol.
  std::function<void(std::string_view uri)> show_key = nullptr;
};

// Connects, and puts questions to the person until there is a verdict.
DialogueEnd converse(const Dialogue& dialogue, const Console& console);

// The daemon, or its answer, is not to be had: `why` in one sentence.
DialogueEnd unreachable(const std::string& why);

// Who calls this program, by its real uid; "" for a uid without a name.
std::string own_name();

// What the daemon is trusted to say, but not to do to the terminal: control characters are escaped.
std::string harmless(std::string_view text);

// Says the ending, an error on standard error, and returns its exit code.
int finish(const DialogueEnd& ending, const Console& console);

}  // namespace sms2fa
