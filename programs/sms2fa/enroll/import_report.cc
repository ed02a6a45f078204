// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/enroll/import_report.h"

#include <nlohmann/json.hpp>

namespace sms2fa {

std::string import_as_json(const ImportReport& report, int exit_code) {
  const nlohmann::ordered_json json = {
      {"command", "enroll"},           {"ok", exit_code == 0},
      {"exit_code", exit_code},        {"dry_run", report.dry_run},
      {"people", report.people},       {"apps", report.apps},
      {"numbers", report.numbers},     {"scratch_codes", report.scratch_codes},
      {"unchanged", report.unchanged}, {"untold", report.untold},
      {"refused", report.refused},     {"remarks", report.remarks}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace sms2fa
