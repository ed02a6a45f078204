// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/secret.h"
#include "lib/config/configuration.h"

// What a person reads while enrolling. Prompts fit PAM's 512 bytes.
namespace sms2fa::wording {

// The texts of a code, in place of a login's.
MessageSettings for_enrolment(MessageSettings settings);

// Who may not begin, and why.
std::string only_administrators_enroll();
std::string account_may_not_enroll();
std::string ask_invitation(bool again);

std::string prove_first();
std::string prove_again();
// A change was refused because of another one.
std::string changed_meanwhile();
std::string number_on_record(const std::string& masked);
std::string number_stays(const std::string& masked);
std::string ask_number();
std::string ask_other_number(const std::string& masked);
std::string number_unreadable(const std::string& why);
std::string number_code_sent(const std::string& masked, const std::string& ref);
std::string number_kept(const std::string& masked);
std::string number_planned(const std::string& masked, std::chrono::seconds wait);
// A change was refused, because the number on record could not be told of it.
std::string number_not_told();
// To the number on record, before it happens.
std::string change_notice(const std::string& host, const std::string& what);
std::string number_will_change(std::chrono::seconds wait);
inline constexpr const char* kNumberChanges = "your login codes now go to another phone.";
inline constexpr const char* kAppComes = "an authenticator app is being added to your login.";
inline constexpr const char* kCodesCome = "new backup codes are being made for your login.";
inline constexpr const char* kImported =
    "an authenticator app, a phone or backup codes were added to your login.";
inline constexpr const char* kAllGoes =
    "phone, apps and backup codes are being removed from your login.";

std::string ask_app(bool another);
std::string apps_impossible();
// The key in groups of four.
Secret key_for_typing(std::string_view base32);
std::string ask_app_code(bool again);
std::string app_kept();
std::string app_not_kept();

std::string ask_new_codes(unsigned left);
// Two codes.
Secret backup_code_line(const Secret& one, const Secret& other);
std::string ask_codes_written_down();
std::string codes_kept();

std::string enrolled_now(const std::vector<std::string>& methods);
std::string nothing_enrolled();

}  // namespace sms2fa::wording
