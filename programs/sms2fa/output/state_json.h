// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "lib/base/secret.h"
#include "lib/store/store.h"
#include "programs/sms2fa/doctor/daemon_word.h"
#include "programs/sms2fa/state/user_status.h"

// What --json prints of the commands on the store: one object each, as report_json.h says. Times
// are RFC 3339 in UTC, durations seconds.
namespace sms2fa {

// How a provider fares: "in use", "in cooldown" or "tried again".
const char* word_of(const ProviderState& provider);

// What `sms2fa status` shows of the whole.
struct HouseStatus {
  std::string store;
  const DaemonWord* daemon = nullptr;
  std::vector<UserStatus> users;     // with failures, a lock or disabled
  std::vector<UserStatus> enrolled;  // with a number, an app or backup codes of their own
  std::vector<ProviderState> providers;
};

// {"command": "status", "ok": true, "exit_code": 0, "user": "alice", "state": "locked", …}
std::string user_status_as_json(const UserStatus& status, const DaemonWord& daemon, int exit_code);
// {"command": "status", …, "users": [{"user": "alice", …}]}
std::string house_status_as_json(const HouseStatus& status, int exit_code);
// {"command": "log", …, "verdicts": [{"time": …, "user": "alice", "verdict": "denied", …}]}
std::string log_as_json(const std::vector<VerdictRecord>& records);
// {"command": "unlock", "ok": false, "exit_code": 1, "user": "alice", "error": "alice is not …"}
std::string answer_as_json(const char* command, const std::string& user, int exit_code,
                           const std::string& error, const std::string& warning = "");

// {"command": "bypass", …, "user": "alice", "bypass": …, "expires": …}. Holds the code: to be
// wiped.
std::string bypass_as_json(const std::string& user, const Secret& code, WallTime expires,
                           const std::string& warning);

// {"command": "invite", …, "user": "alice", "invitation": …, "expires": …}. Holds the word: to be
// wiped.
std::string invitation_as_json(const std::string& user, const Secret& word, WallTime expires);

}  // namespace sms2fa
