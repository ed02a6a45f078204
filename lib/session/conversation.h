// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/base/clock.h"
#include "lib/base/secret.h"

namespace sms2fa {

// What came back for a prompt.
struct Reply {
  enum class Status {
    answered,
    gone,       // the client closed the connection
    timed_out,  // no answer before the deadline
    broken,     // the client broke the protocol
    stopped,    // the daemon is shutting down
  };
  Status status = Status::broken;
  Secret text;
  // The person typed the password again; text is as many asterisks.
  bool is_authtok = false;
  // sshd answered for an account that it will not admit; text is as long as what was typed, and no
  // more can be learnt from it.
  bool is_placeholder = false;
};

// The person at the other end, as the flow sees them.
class Conversation {
 public:
  virtual ~Conversation() = default;
  // Shows `prompt` (at most 511 bytes) and waits for the answer until `deadline`.
  virtual Reply ask(const std::string& prompt, bool echo, SteadyTime deadline) = 0;
  // Shows a line that needs no answer. Best effort: whoever is gone will be noticed at the next
  // ask().
  virtual void tell(const std::string& text) = 0;
  // The last line of an attempt that does not let in. Where no notice is shown, a question that
  // Enter ends.
  virtual void end_with(const std::string& text) = 0;
  // Hands over an app's key as an otpauth URI, for the client to draw. Only at an enrolment, and as
  // best effort as tell().
  virtual void show_key(const Secret& uri) { (void)uri; }
  // Lets `time` pass, whether or not the client is still there. False when the daemon is shutting
  // down.
  virtual bool pause(SteadyDuration time) = 0;
};

}  // namespace sms2fa
