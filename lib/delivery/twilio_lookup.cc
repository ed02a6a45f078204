// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/twilio_lookup.h"

#include <algorithm>
#include <ctime>
#include <exception>
#include <initializer_list>

#include "lib/delivery/form.h"
#include "lib/delivery/http_gateway.h"
#include "lib/delivery/json.h"

namespace sms2fa {

namespace {

constexpr const char* kLineType = "line_type_intelligence";
constexpr const char* kSimSwap = "sim_swap";
constexpr const char* kPumpingRisk = "sms_pumping_risk";

std::string fields_of(const TwilioLookupOptions& options) {
  std::string fields;
  const auto add = [&](bool wanted, std::string_view name) {
    if (wanted) fields.append(fields.empty() ? "" : ",").append(name);
  };
  add(options.line_type, kLineType);
  add(options.sim_swap, kSimSwap);
  add(options.pumping_risk, kPumpingRisk);
  return fields;
}

NumberFacts::Line line_of(std::string_view type) {
  if (type == "mobile") return NumberFacts::Line::mobile;
  if (type == "landline") return NumberFacts::Line::landline;
  if (type == "fixedVoip" || type == "nonFixedVoip") return NumberFacts::Line::voip;
  return NumberFacts::Line::unknown;
}

// RFC 3339 in UTC, without fractions.
std::optional<WallTime> time_of(const std::string& text) {
  std::tm parts{};
  const char* rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr) return std::nullopt;
  const std::time_t seconds = timegm(&parts);
  if (seconds < 0) return std::nullopt;
  return std::chrono::system_clock::from_time_t(seconds);
}

// Each field has an error code of its own: one that is not enabled for the account, or unknown for
// this number, comes with it and without a value.
std::string why_not_told(const JsonDocument& json, const std::string& field,
                         std::initializer_list<const char*> values) {
  const auto code = json.code(("/" + field + "/error_code").c_str());
  if (code) return field + ": error " + std::to_string(*code);
  const bool told = std::any_of(values.begin(), values.end(), [&](const char* value) {
    const std::string pointer = "/" + field + "/" + value;
    return json.string(pointer.c_str()) || json.boolean(pointer.c_str()) ||
           json.code(pointer.c_str());
  });
  return told ? "" : field + ": not told";
}

std::string why_not_told(const JsonDocument& json, const TwilioLookupOptions& asked) {
  std::string all;
  const auto add = [&](bool wanted, const char* field, std::initializer_list<const char*> values) {
    const std::string why = wanted ? why_not_told(json, field, values) : "";
    if (!why.empty()) all.append(all.empty() ? "" : ", ").append(why);
  };
  add(asked.line_type, kLineType, {"type"});
  add(asked.sim_swap, kSimSwap,
      {"last_sim_swap/swapped_in_period", "last_sim_swap/last_sim_swap_date"});
  add(asked.pumping_risk, kPumpingRisk, {"sms_pumping_risk_score", "number_blocked"});
  return all;
}

NumberFacts read_answer(const HttpOutcome& outcome, const TwilioLookupOptions& asked) {
  if (outcome.kind != HttpOutcome::Kind::response) return {.why = outcome.detail};
  const auto json = JsonDocument::parse(outcome.body);
  const auto valid = json ? json->boolean("/valid") : std::nullopt;
  if (outcome.status / 100 != 2 || !valid) return {.why = "HTTP " + std::to_string(outcome.status)};
  NumberFacts facts{.why = why_not_told(*json, asked), .valid = *valid};
  facts.known = facts.why.empty();
  facts.line = line_of(json->string("/line_type_intelligence/type").value_or(""));
  constexpr const char* kSwap = "/sim_swap/last_sim_swap/swapped_in_period";
  facts.sim_swapped_in_period = json->boolean(kSwap).value_or(false);
  if (const auto date = json->string("/sim_swap/last_sim_swap/last_sim_swap_date"))
    facts.sim_swapped_at = time_of(*date);
  facts.pumping_risk = json->code("/sms_pumping_risk/sms_pumping_risk_score").value_or(0);
  facts.blocked = json->boolean("/sms_pumping_risk/number_blocked").value_or(false);
  return facts;
}

}  // namespace

TwilioLookup::TwilioLookup(TwilioLookupOptions options, std::shared_ptr<HttpTransport> transport)
    : options_(std::move(options)),
      base_url_(url_below(options_.base_url, "/v2/PhoneNumbers/")),
      fields_(fields_of(options_)),
      transport_(std::move(transport)) {}

NumberFacts TwilioLookup::look_up(const PhoneNumber& number, SteadyTime deadline) {
  try {
    return read_answer(transport_->perform(get_request(base_url_ + percent_encode(number.e164()) +
                                                           "?Fields=" + percent_encode(fields_),
                                                       options_.authorization),
                                           deadline),
                       options_);
  } catch (const std::exception&) {
    return {};
  }
}

}  // namespace sms2fa
