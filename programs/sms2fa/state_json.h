// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/base/secret.h"
#include "lib/store/store.h"

// What --json prints of the commands on the store: one object each, as report_json.h says. Times
// are RFC 3339 in UTC, durations seconds.
namespace sms2fa {

// One person, as far as it is known. What is absent is left out of the JSON.
struct UserStatus {
  std::string user;
  bool on_record = false;
  std::string number;  // masked
  std::vector<std::string> methods;
  UserState state;
  unsigned failures_last_day = 0;
  std::optional<unsigned> backup_codes_left;
  std::optional<std::chrono::seconds> pass_for;  // how long a pass is good yet
  std::string record_error;                      // why the record could not be read

  bool may_log_in() const { return on_record && !state.disabled && state.locked_for.count() == 0; }
};

// What `sms2fa status` shows of the whole.
struct HouseStatus {
  std::string store;
  std::vector<UserStatus> users;  // with failures, a lock or disabled
  std::vector<ProviderState> providers;
};

// {"command": "status", "ok": true, "exit_code": 0, "user": "alice", "state": "locked", …}
std::string user_status_as_json(const UserStatus& status, int exit_code);
// {"command": "status", …, "users": [{"user": "alice", …}]}
std::string house_status_as_json(const HouseStatus& status, int exit_code);
// {"command": "log", …, "verdicts": [{"time": …, "user": "alice", "verdict": "denied", …}]}
std::string log_as_json(const std::vector<VerdictRecord>& records);
// {"command": "unlock", "ok": false, "exit_code": 1, "user": "alice", "error": "alice is not …"}
std::string answer_as_json(const char* command, const std::string& user, int exit_code,
                           const std::string& error);

// {"command": "pass", …, "user": "alice", "pass": …, "expires": …}. Holds the pass: to be wiped.
std::string pass_as_json(const std::string& user, const Secret& pass, WallTime expires);

// "ok", "locked", "disabled" or "not-on-record".
const char* word_of(const UserStatus& status);

}  // namespace sms2fa
