// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "lib/store/store.h"
#include "programs/sms2fa/state/state_access.h"

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
  UserState state;  // with the longest lock of any series
  std::vector<SeriesState> series;
  int64_t chance = 1;        // of one answer
  bool share_spent = false;  // of the year's wrong answers, for everybody elsewhere
  unsigned failures_last_day = 0;
  std::string number;  // where codes go
  bool number_is_enrolled = false;
  std::string next_number;  // that takes its place
  std::chrono::seconds next_number_in{0};
  std::vector<App> apps;
  std::optional<unsigned> backup_codes_left;       // absent: never had any
  std::optional<std::chrono::seconds> bypass_for;  // how long a bypass code is good yet
  std::vector<std::string> methods;
  // Of "app" and "number", what was enrolled and can't be opened with the key.
  std::vector<std::string> unusable;
  std::string trouble;  // why a record, or something enrolled, could not be read
  std::vector<LimitState> limits;
  std::optional<LimitState> exhausted;  // the limit that keeps a message back
  bool needs_message = false;           // has no other way in
  // What the files would make of it, when the daemon has not read them.
  std::string after_reload;
  bool loses_way = false;  // then
};

// What directory and store know of this person, and what a login would make of it: by the daemon's
// word if it has given one on `person`. An error: the store failed.
Result<UserStatus> look_at(const std::string& user, StateAccess& access,
                           const Outlook* person = nullptr);

// "ok", "locked", "disabled", "share-spent", "over-limit", "no-way-in", "unenrolled" (gets in
// unasked) or "not-on-record".
const char* word_of(const UserStatus& status);

// The same with what it means.
std::string state_in_words(const UserStatus& status);

}  // namespace sms2fa
