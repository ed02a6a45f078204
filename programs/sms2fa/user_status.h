// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "lib/store/store.h"
#include "programs/sms2fa/state_access.h"

namespace sms2fa {

// One person, as far as it is known. All texts are for showing: numbers masked, names escaped.
struct UserStatus {
  struct App {
    std::string label;
    WallTime since;
  };

  std::string user;
  bool is_known = false;  // on record, or has enrolled something
  bool has_way = false;   // can log in now
  std::string no_way;     // why not, apart from locks
  bool passes_unenrolled = false;
  UserState state;
  unsigned failures_last_day = 0;
  std::string number;  // where codes go
  bool number_is_enrolled = false;
  std::string next_number;  // that takes its place
  std::chrono::seconds next_number_in{0};
  std::vector<App> apps;
  std::optional<unsigned> backup_codes_left;     // absent: never had any
  std::optional<std::chrono::seconds> pass_for;  // how long a pass is good yet
  std::vector<std::string> methods;
  std::string trouble;  // why a record, or something enrolled, could not be read
};

// What directory and store know of this person, and what a login would make of it. An error: the
// store failed.
Result<UserStatus> look_at(const std::string& user, StateAccess& access);

// "ok", "locked", "disabled", "no-way-in", "unenrolled" (gets in unasked) or "not-on-record".
const char* word_of(const UserStatus& status);

// The same for people.
std::string state_in_words(const UserStatus& status);

}  // namespace sms2fa
