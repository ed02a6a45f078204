// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/secret.h"

// What a person reads while enrolling. Prompts fit PAM's 512 bytes.
namespace sms2fa::wording {

std::string prove_first();
std::string number_on_record(const std::string& masked);
std::string number_stays(const std::string& masked);
std::string ask_number();
std::string ask_other_number(const std::string& masked);
std::string number_unreadable(const std::string& why);
std::string number_code_sent(const std::string& masked, const std::string& ref);
std::string number_kept(const std::string& masked);
std::string number_planned(const std::string& masked, std::chrono::seconds wait);
std::string old_number_not_told();
// To the old number.
std::string number_changes_notice(const std::string& host, std::chrono::seconds wait);

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
