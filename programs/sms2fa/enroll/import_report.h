// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace sms2fa {

// What became of an import.
struct ImportReport {
  bool dry_run = false;
  size_t people = 0;
  size_t apps = 0;
  size_t numbers = 0;
  size_t scratch_codes = 0;
  size_t unchanged = 0;  // what there was already
  size_t untold = 0;     // people whose number on record could not be told
  // "FILE:LINE: USER: why", one each; escaped.
  std::vector<std::string> refused;
  std::vector<std::string> remarks;
};

// {"command": "enroll", "ok": true, "dry_run": false, "people": 3, …}
std::string import_as_json(const ImportReport& report, int exit_code);

}  // namespace sms2fa
