// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "lib/delivery/send_report.h"
#include "programs/sms2fa/output/console.h"

// What --json prints: one object, in UTF-8 whatever the texts hold. The program's only user of
// nlohmann/json.
namespace sms2fa {

struct Finding {
  Severity severity = Severity::ok;
  std::string text;
};

// {"command": "check", "ok": false, "exit_code": 78, "findings": [{"severity": "error", "text":
// …}]}
std::string findings_as_json(const char* command, const std::vector<Finding>& findings,
                             int exit_code);

// How `sms2fa send` ended. Empty members are left out of the JSON.
struct SendOutcome {
  int exit_code = 0;
  std::string user;
  std::string number;      // masked
  std::string provider;    // that took the message, or decided that nobody shall
  std::string message_id;  // the provider's
  std::string send_class;  // SendStatus, as docs/PROVIDERS.md names them
  std::string detail;      // what each provider said
  std::string error;       // in plain words
  std::string next;        // what to do next
  std::chrono::milliseconds took{0};
  StepTimes times;          // of the last request
  bool holds_code = false;  // one that the provider made; not in the JSON
  bool waited = false;
  DeliveryStatus delivery;  // when it was waited for
};

// {"command": "send", "ok": true, "exit_code": 0, "user": "alice", "took_ms": 412, …}
std::string send_as_json(const SendOutcome& outcome);

}  // namespace sms2fa
