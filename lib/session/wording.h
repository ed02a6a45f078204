// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "lib/base/secret.h"
#include "lib/config/configuration.h"
#include "lib/delivery/login_message.h"

namespace sms2fa::wording {

// Everything a person reads, in one place. Prompts fit PAM's 512 bytes.

std::string code_sent(Medium medium, const std::string& masked, const std::string& ref);
std::string code_may_come(Medium medium, const std::string& masked, const std::string& ref);
std::string code_sent_before(std::chrono::seconds ago, const std::string& masked,
                             const std::string& ref);
// The same for a text and a call: sshd keeps nothing of an answer but its length, so what a decoy
// says after `v` must be what it says after `r`.
std::string code_sent_again(const std::string& masked, const std::string& ref);
// Still being sent, and there is another way in.
std::string code_coming(const std::string& masked);
// The carrier or the phone refused it after the provider took it.
std::string not_delivered(bool other_way);
std::string resend_too_soon(std::chrono::seconds wait, bool may_call);
std::string resend_failed();
std::string no_more_resends();
std::string wrong_code(unsigned left);
// A code of an app that has let somebody in before.
std::string used_before(unsigned left);
std::string not_checked(unsigned left);

// What is asked for, and what one character brings.
struct Question {
  bool may_send = false;       // one (more) message
  bool may_call = false;       // and told by a call
  bool message_is_out = true;  // else only an app or a backup code can answer
  bool app_works = true;       // else only a backup code can
};

// `lead`, then the configured question, with what else may be typed, then ": ". In lines that leave
// room for ssh's "(user@host) " of 20 columns in 80.
std::string prompt(const std::string& lead, const MessageSettings& settings, Question question);

// Notices for attempts that end without (another) prompt; with_help() adds whom to ask.
std::string with_help(std::string text, const MessageSettings& settings);
// `wait` is the least there is, for a lock says nothing of itself to who has proved nothing.
std::string out_of_tries(std::chrono::seconds wait);
// To who has proved a first factor.
std::string locked(std::chrono::seconds wait);
std::string disabled();
std::string too_many_wrong_codes();
std::string expired();
std::string used_elsewhere();
// Of what somebody holds; "" when all can be used.
std::string not_available(bool app, bool number);
std::string no_code_was_typed();
std::string busy();
std::string could_not_send();
// To who has proved a first factor. `sender` is "" where it is not known.
std::string opted_out(const std::string& sender);
std::string too_many_messages(std::chrono::seconds wait);
std::string unavailable();
// After one of them let somebody in.
std::string backup_codes_left(unsigned left);
std::string wrong_codes_from_elsewhere(unsigned count);
// To who holds nothing and gets in while a countdown runs. `by_themselves`: no invitation needed.
std::string days_left_to_enroll(unsigned days, bool by_themselves);

// Letters, digits, '.', '_' and '-' of a text that comes from outside, and no more than `most`.
std::string reduced(std::string_view text, size_t most);

// The text message. `service` is empty for a program that nobody vouches for. Both are reduced to
// letters, digits, '.', '_' and '-', and to kLongestHost and kLongestService characters, for they
// come from outside.
Secret text_message(const MessageSettings& settings, const std::string& host,
                    const std::string& service, const std::string& ref, const Secret& code);

// What a call says: each character of the code is a sentence of its own, which keeps a voice slow.
Secret spoken_message(const MessageSettings& settings, const Secret& code);

}  // namespace sms2fa::wording
