// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "lib/base/secret.h"
#include "lib/config/configuration.h"

namespace sms2fa::wording {

// Everything a person reads, in one place. Prompts fit PAM's 512 bytes.

std::string code_sent(const std::string& masked, const std::string& ref);
std::string code_may_come(const std::string& masked, const std::string& ref);
std::string code_sent_before(std::chrono::seconds ago, const std::string& masked,
                             const std::string& ref);
std::string code_sent_again(const std::string& masked, const std::string& ref);
std::string resend_too_soon(std::chrono::seconds wait);
std::string resend_failed();
std::string no_more_resends();
std::string wrong_code(unsigned left);
std::string that_is_the_password();

// `lead`, then the configured question, with what else may be typed, then ": ".
std::string prompt(const std::string& lead, const MessageSettings& settings, bool may_resend);

// Notices for attempts that end without (another) prompt.
std::string out_of_tries(std::chrono::seconds wait);
std::string expired();
std::string used_elsewhere();
std::string busy();
std::string could_not_send();
std::string too_many_messages(std::chrono::seconds wait);
std::string unavailable();

// The text message. `host` and `service` are reduced to letters, digits, '.', '_' and '-', and to
// kLongestHost and kLongestService characters, for they come from outside.
Secret text_message(const MessageSettings& settings, const std::string& host,
                    const std::string& service, const std::string& ref, const Secret& code);

}  // namespace sms2fa::wording
