// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/random.h"
#include "lib/base/secret.h"

namespace sms2fa {

inline constexpr unsigned kBackupCodes = 10;

// Fresh codes, 50 bits each, as they are shown to the person: "7K2XM-Q9RTC", of digits and letters
// without I, L, O and U. All differ. An error means that the random source failed.
Result<std::vector<Secret>> make_backup_codes(Random& random);

// The method, cost and salt for one set of codes, in crypt(5)'s form: yescrypt, 16 MiB a hash. One
// for all codes of a set, so that one hash finds out whether an answer is any of them.
Result<std::string> make_backup_parameters(Random& random);

// The parameters for people who have no codes: checking an answer against them costs the same.
const std::string& dummy_backup_parameters();

// The slow hash of an answer, in crypt(5)'s form. Either case, blanks and dashes do not count, O is
// read as 0, I and L as 1. Some 30 ms; at most two at a time, the rest waits, for each takes
// 16 MiB. Thread-safe. An error means that the parameters are not of make_backup_parameters(), or
// that there is no memory.
Result<std::string> hash_backup_code(const std::string& parameters, std::string_view answer);

// Whether an answer, read like that, has the form of a code that make_backup_codes() makes.
bool has_form_of_backup_code(std::string_view answer);

}  // namespace sms2fa
