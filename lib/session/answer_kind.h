// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "lib/config/configuration.h"
#include "lib/session/challenge_table.h"
#include "lib/session/conversation.h"
#include "lib/session/login_request.h"

namespace sms2fa {

// What can be said of an answer without comparing it with anything secret. Nobody may see which of
// it is the case: sshd replaces the answers of accounts that it will not admit, and keeps nothing
// but their length.

// Programs that log in for somebody answer every prompt with the user name or the password. What
// sshd put in an answer's place is no program's.
bool is_of_a_program(const Reply& reply, const LoginRequest& request);

// What answers can be compared with at the moment, beside all other factors.
struct Comparable {
  bool code = true;               // the challenge's own, which was sent
  bool code_of_provider = false;  // one that a provider made
  bool app = true;
};

// Whether the answer has the form of anything that could let in.
bool could_be_a_code(std::string_view answer, const Comparable& with, Alphabet alphabet,
                     const Challenge& challenge);

// Whether a service that makes its own codes may have made this one shorter than what is taken.
bool is_short_code_of_service(std::string_view answer);

}  // namespace sms2fa
