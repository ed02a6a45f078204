// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/output/state_json.h"

#include <nlohmann/json.hpp>

#include "lib/base/text.h"
#include "lib/delivery/provider_health.h"
#include "programs/sms2fa/output/human_time.h"

namespace sms2fa {

namespace {

using Json = nlohmann::ordered_json;

Json begin(const char* command, int exit_code) {
  return {{"command", command}, {"ok", exit_code == 0}, {"exit_code", exit_code}};
}

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json json_of(const UserStatus::App& app) {
  return {{"label", app.label}, {"since", utc_time(app.since)}};
}

Json json_of(const SeriesState& series) {
  Json json = {{"series", to_string(series.series)}, {"wrong", series.wrong}};
  if (series.locked_for.count() > 0) json["locked_for_s"] = series.locked_for.count();
  if (series.series == Series::familiar) json["last_right_s"] = series.last_right.count();
  return json;
}

Json json_of(const LimitState& limit) {
  Json json = {{"limit", limit.name},
               {"count", limit.count},
               {"window_s", limit.window.count()},
               {"left", limit.left}};
  if (limit.next_in.count() > 0) json["next_in_s"] = limit.next_in.count();
  if (limit.is_share) json["unproven_share"] = true;
  return json;
}

Json json_of(const DaemonWord& word) {
  if (!word.report) return {{"answered", false}, {"why", word.why_not}};
  const DaemonReport& report = *word.report;
  Json json = {{"answered", true},
               {"version", report.version},
               {"pid", report.pid},
               {"loaded", utc_time(report.loaded.at)},
               {"files", Json::array()}};
  for (const auto& file : report.loaded.files) json["files"].push_back(escape(file.path));
  if (const auto changed = word.changed_files(); !changed.empty()) json["changed_files"] = changed;
  if (report.refused)
    json["refused"] = {{"time", utc_time(report.refused->at)}, {"why", report.refused->why}};
  return json;
}

void put(Json& json, const UserStatus& status) {
  json["user"] = status.user;
  json["state"] = word_of(status);
  if (!status.number.empty()) json["number"] = status.number;
  if (status.number_is_enrolled) json["number_is_enrolled"] = true;
  if (!status.next_number.empty()) {
    json["next_number"] = status.next_number;
    json["next_number_in_s"] = status.next_number_in.count();
  }
  for (const auto& app : status.apps) json["apps"].push_back(json_of(app));
  if (!status.methods.empty()) json["methods"] = status.methods;
  json["failures_in_a_row"] = status.state.consecutive_failures;
  json["failures_last_day"] = status.failures_last_day;
  if (status.state.locked_for.count() > 0) json["locked_for_s"] = status.state.locked_for.count();
  for (const SeriesState& series : status.series) json["series"].push_back(json_of(series));
  const YearlyUse& year = status.state.year;
  json["year"] = {{"from_elsewhere", year.strangers},
                  {"from_elsewhere_most", share_of(Series::strangers, status.chance)},
                  {"unproven", year.unproven},
                  {"unproven_most", share_of(Series::unproven, status.chance)},
                  {"guesses", (year.chance + status.chance - 1) / status.chance},
                  {"guesses_most", share_of(Series::familiar, status.chance)}};
  if (status.backup_codes_left) json["backup_codes_left"] = *status.backup_codes_left;
  for (const LimitState& limit : status.limits) json["limits"].push_back(json_of(limit));
  if (!status.after_reload.empty()) json["after_reload"] = status.after_reload;
  if (status.bypass_for) json["bypass_for_s"] = status.bypass_for->count();
  if (!status.no_way.empty()) json["no_way"] = status.no_way;
  if (!status.unusable.empty()) json["unusable"] = status.unusable;
  if (!status.trouble.empty()) json["record_error"] = status.trouble;
}

Json json_of(const std::vector<UserStatus>& users) {
  Json all = Json::array();
  for (const UserStatus& user : users) put(all.emplace_back(), user);
  return all;
}

}  // namespace

const char* word_of(const ProviderState& provider) {
  if (provider.state == kProviderOpen) return "in cooldown";
  return provider.state == to_string(Circuit::closed) ? "in use" : "tried again";
}

std::string user_status_as_json(const UserStatus& status, const DaemonWord& daemon, int exit_code) {
  Json json = begin("status", exit_code);
  put(json, status);
  json["daemon"] = json_of(daemon);
  return text_of(json);
}

std::string house_status_as_json(const HouseStatus& status, int exit_code) {
  Json json = begin("status", exit_code);
  json["store"] = status.store;
  if (status.daemon != nullptr) json["daemon"] = json_of(*status.daemon);
  json["users"] = json_of(status.users);
  json["enrolled"] = json_of(status.enrolled);
  json["providers"] = Json::array();
  for (const ProviderState& provider : status.providers) {
    Json each = {
        {"name", provider.name}, {"state", word_of(provider)}, {"failures", provider.failures}};
    if (provider.since != WallTime()) each["since"] = utc_time(provider.since);
    json["providers"].push_back(each);
  }
  return text_of(json);
}

std::string log_as_json(const std::vector<VerdictRecord>& records) {
  Json json = begin("log", 0);
  json["verdicts"] = Json::array();
  for (const VerdictRecord& record : records) {
    Json each = {{"time", utc_time(record.when)}};
    const std::pair<const char*, const std::string&> texts[] = {{"user", record.user},
                                                                {"service", record.service},
                                                                {"rhost", record.rhost},
                                                                {"verdict", record.verdict},
                                                                {"reason", record.reason},
                                                                {"method", record.method},
                                                                {"provider", record.provider},
                                                                {"message_id", record.message_id},
                                                                {"number", record.masked_number},
                                                                {"limit", record.limit},
                                                                {"rule", record.rule}};
    for (const auto& [name, text] : texts)
      if (!text.empty()) each[name] = text;
    json["verdicts"].push_back(each);
  }
  return text_of(json);
}

std::string bypass_as_json(const std::string& user, const Secret& code, WallTime expires,
                           const std::string& warning) {
  Json json = begin("bypass", 0);
  json["user"] = user;
  json["bypass"] = std::string(code.reveal());
  json["expires"] = utc_time(expires);
  if (!warning.empty()) json["warning"] = warning;
  return text_of(json);
}

std::string invitation_as_json(const std::string& user, const Secret& word, WallTime expires) {
  Json json = begin("invite", 0);
  json["user"] = user;
  json["invitation"] = std::string(word.reveal());
  json["expires"] = utc_time(expires);
  return text_of(json);
}

std::string answer_as_json(const char* command, const std::string& user, int exit_code,
                           const std::string& error, const std::string& warning) {
  Json json = begin(command, exit_code);
  if (!user.empty()) json["user"] = user;
  if (!error.empty()) json["error"] = error;
  if (!warning.empty()) json["warning"] = warning;
  return text_of(json);
}

}  // namespace sms2fa
