// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/output/report_json.h"

#include <nlohmann/json.hpp>

namespace sms2fa {

namespace {

using Json = nlohmann::ordered_json;

Json begin(const char* command, int exit_code) {
  return {{"command", command}, {"ok", exit_code == 0}, {"exit_code", exit_code}};
}

Json steps_of(const StepTimes& times) {
  return {{"look_up", times.look_up.count()},
          {"connect", times.connect.count()},
          {"tls", times.tls.count()},
          {"first_byte", times.first_byte.count()},
          {"total", times.total.count()}};
}

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string findings_as_json(const char* command, const std::vector<Finding>& findings,
                             int exit_code) {
  Json json = begin(command, exit_code);
  json["findings"] = Json::array();
  for (const auto& finding : findings)
    json["findings"].push_back({{"severity", to_string(finding.severity)}, {"text", finding.text}});
  return text_of(json);
}

std::string send_as_json(const SendOutcome& outcome) {
  Json json = begin("send", outcome.exit_code);
  const std::pair<const char*, const std::string&> texts[] = {
      {"user", outcome.user},         {"number", outcome.number},
      {"provider", outcome.provider}, {"message_id", outcome.message_id},
      {"class", outcome.send_class},  {"detail", outcome.detail},
      {"error", outcome.error},       {"next", outcome.next}};
  for (const auto& [name, text] : texts)
    if (!text.empty()) json[name] = text;
  json["took_ms"] = outcome.took.count();
  if (outcome.times.total.count() > 0) json["steps_us"] = steps_of(outcome.times);
  if (outcome.waited) {
    json["delivery"] = to_string(outcome.delivery.state);
    if (!outcome.delivery.word.empty()) json["delivery_word"] = outcome.delivery.word;
    if (!outcome.delivery.detail.empty()) json["delivery_detail"] = outcome.delivery.detail;
  }
  return text_of(json);
}

}  // namespace sms2fa
