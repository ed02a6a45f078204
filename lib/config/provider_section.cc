// SPDX-License-Identifier: Apache-2.0
#include "lib/config/provider_section.h"

#include <algorithm>
#include <array>

#include "lib/base/phone_number.h"
#include "lib/config/configuration_values.h"
#include "lib/config/message_template.h"
#include "lib/config/provider_checks.h"
#include "lib/config/url_values.h"

namespace sms2fa {

namespace {

using Settings = ProviderSettings;
using Text = std::string_view;

constexpr std::string_view kHeaderPrefix = "header.";
constexpr std::string_view kFormPrefix = "form.";
constexpr std::string_view kQueryPrefix = "query.";

// Twilio's identifiers: two letters that say of what, and 32 hexadecimal digits.
std::string take_sid(Text text, Text prefix, std::string& out) {
  const bool proper =
      text.size() == prefix.size() + 32 && text.starts_with(prefix) &&
      text.substr(prefix.size()).find_first_not_of("0123456789abcdefABCDEF") == Text::npos;
  if (!proper) return "must be " + std::string(prefix) + " and 32 hexadecimal digits";
  out = text;
  return {};
}

std::string take_type(Text text, Settings& out) {
  constexpr std::pair<Text, ProviderType> kTypes[] = {
      {"twilio", ProviderType::twilio},
      {"telnyx", ProviderType::telnyx},
      {"twilio-verify", ProviderType::twilio_verify},
      {"telnyx-verify", ProviderType::telnyx_verify},
      {"http", ProviderType::http},
      {"outbox", ProviderType::outbox}};
  return take_choice(text, kTypes, out.type);
}

std::string take_number(Text text, std::string& out) {
  const auto number = PhoneNumber::parse_international(text);
  if (!number) return "must be a number in international form, such as +15005550006";
  out = number->e164();
  return {};
}

enum class LookupField { line_type, sim_swap, pumping_risk };

std::string take_lookup_field(Text text, LookupField& out) {
  constexpr std::pair<Text, LookupField> kFields[] = {{"line-type", LookupField::line_type},
                                                      {"sim-swap", LookupField::sim_swap},
                                                      {"pumping-risk", LookupField::pumping_risk}};
  return take_choice(text, kFields, out);
}

std::string take_lookup(Text text, Settings& out) {
  std::vector<LookupField> fields;
  if (auto reason = take_list(text, take_lookup_field, fields); !reason.empty()) return reason;
  const auto wants = [&](LookupField field) {
    return std::find(fields.begin(), fields.end(), field) != fields.end();
  };
  out.lookup.line_type = wants(LookupField::line_type);
  out.lookup.sim_swap = wants(LookupField::sim_swap);
  out.lookup.pumping_risk = wants(LookupField::pumping_risk);
  return {};
}

std::string take_voip(Text text, Settings& out) {
  constexpr std::pair<Text, bool> kChoices[] = {{"allow", true}, {"refuse", false}};
  return take_choice(text, kChoices, out.lookup.voip_allowed);
}

std::string take_success_match(Text text, Settings& out) {
  if (text.empty()) return "must not be empty";
  out.success_match = text;
  return {};
}

std::string take_http_method(Text text, Settings& out) {
  constexpr std::pair<Text, Text> kMethods[] = {{"GET", "GET"}, {"POST", "POST"}, {"PUT", "PUT"}};
  Text method;
  auto reason = take_choice(text, kMethods, method);
  if (reason.empty()) out.method = method;
  return reason;
}

std::string take_json(Text text, Settings& out) {
  if (!text.starts_with('{') || !text.ends_with('}')) return "must be one JSON object in braces";
  return take_gateway_text(text, out.json);
}

// "200-299" or "202".
std::string take_status_range(Text text, std::pair<unsigned, unsigned>& out) {
  const size_t dash = text.find('-');
  std::pair<unsigned, unsigned> range;
  const bool proper =
      take_count(text.substr(0, dash), 100, 599, range.first).empty() &&
      take_count(dash == Text::npos ? text : text.substr(dash + 1), 100, 599, range.second).empty();
  if (!proper || range.first > range.second)
    return "must be a list of HTTP statuses, such as 200-202, 204";
  out = range;
  return {};
}

constexpr std::array<Key<Settings>, 36> kKeys = {{
    {"type", take_type},
    {"account_sid", [](Text v, Settings& s) { return take_sid(v, "AC", s.account_sid); }},
    {"auth_token", [](Text v, Settings& s) { return take_secret(v, s.auth_token); }},
    {"auth_token_file", [](Text v, Settings& s) { return take_secret_file(v, s.auth_token); }},
    {"api_key_sid", [](Text v, Settings& s) { return take_sid(v, "SK", s.api_key_sid); }},
    {"api_key_secret", [](Text v, Settings& s) { return take_secret(v, s.api_key_secret); }},
    {"api_key_secret_file",
     [](Text v, Settings& s) { return take_secret_file(v, s.api_key_secret); }},
    {"messaging_service_sid",
     [](Text v, Settings& s) { return take_sid(v, "MG", s.messaging_service_sid); }},
    {"lookup", take_lookup},
    {"lookup_required", [](Text v, Settings& s) { return take_flag(v, s.lookup.required); }},
    {"lookup_url", [](Text v, Settings& s) { return take_base_url(v, s.lookup.base_url); }},
    {"voip", take_voip},
    {"sim_swap_within",
     [](Text v, Settings& s) {
       return take_duration(v, std::chrono::hours(1), std::chrono::days(30),
                            s.lookup.sim_swap_within);
     }},
    {"redact_after_delivery",
     [](Text v, Settings& s) { return take_flag(v, s.redact_after_delivery); }},
    {"api_key", [](Text v, Settings& s) { return take_secret(v, s.api_key); }},
    {"api_key_file", [](Text v, Settings& s) { return take_secret_file(v, s.api_key); }},
    {"messaging_profile_id",
     [](Text v, Settings& s) { return take_token(v, s.messaging_profile_id); }},
    {"texml_application_id",
     [](Text v, Settings& s) { return take_token(v, s.texml_application_id); }},
    {"account_id", [](Text v, Settings& s) { return take_token(v, s.account_id); }},
    {"call_from", [](Text v, Settings& s) { return take_number(v, s.call_from); }},
    {"verify_service_sid",
     [](Text v, Settings& s) { return take_sid(v, "VA", s.verify_service_sid); }},
    {"verify_profile_id", [](Text v, Settings& s) { return take_token(v, s.verify_profile_id); }},
    {"basic_user", [](Text v, Settings& s) { return take_token(v, s.basic_user); }},
    {"basic_password", [](Text v, Settings& s) { return take_secret(v, s.basic_password); }},
    {"basic_password_file",
     [](Text v, Settings& s) { return take_secret_file(v, s.basic_password); }},
    {"success_match", take_success_match},
    {"only_to", [](Text v, Settings& s) { return take_number(v, s.only_to); }},
    // Its shape depends on the type.
    {"from",
     [](Text v, Settings& s) {
       s.from = v;
       return std::string();
     }},
    {"base_url", [](Text v, Settings& s) { return take_base_url(v, s.base_url); }},
    {"ca_file", [](Text v, Settings& s) { return take_path(v, s.ca_file); }},
    {"proxy", [](Text v, Settings& s) { return take_proxy(v, s.proxy); }},
    {"url", [](Text v, Settings& s) { return take_gateway_url(v, s.url); }},
    {"method", take_http_method},
    {"json", take_json},
    {"success_status",
     [](Text v, Settings& s) { return take_list(v, take_status_range, s.success_status); }},
    {"directory", [](Text v, Settings& s) { return take_path(v, s.directory); }},
}};

// RFC 9110, 5.6.2: a header's name is a token.
bool is_header_name(Text name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           Text("!#$%&'*+-.^_`|~").find(c) != Text::npos;
  });
}

std::string take_header(Text name, Text value, Settings& out) {
  if (!is_header_name(name)) return "header.NAME: NAME is not an HTTP header's";
  if (!std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; }))
    return "header." + std::string(name) + ": must be printable ASCII";
  std::string text;
  if (auto reason = take_gateway_text(value, text); !reason.empty())
    return about_key("header." + std::string(name), reason);
  out.headers.insert_or_assign(std::string(name), Secret(value));
  return {};
}

// A field of the form or of the query: `prefix` and its name, and a text with placeholders.
std::string take_field(Text prefix, Text name, Text value,
                       std::map<std::string, std::string>& out) {
  std::string field;
  if (!take_token(name, field).empty())
    return std::string(prefix) + "NAME: NAME must be printable ASCII";
  return about_key(std::string(prefix) + field, take_gateway_text(value, out[field]));
}

}  // namespace

std::string ProviderSection::take(Text key, Text value) {
  if (key.starts_with(kHeaderPrefix))
    return take_header(key.substr(kHeaderPrefix.size()), value, settings_);
  if (key.starts_with(kFormPrefix))
    return take_field(kFormPrefix, key.substr(kFormPrefix.size()), value, settings_.form);
  if (key.starts_with(kQueryPrefix))
    return take_field(kQueryPrefix, key.substr(kQueryPrefix.size()), value, settings_.query);
  auto complaint = take_key<Settings>(kKeys, key, value, settings_);
  if (key == "type") type_known_ = complaint.empty();
  return complaint;
}

void ProviderSection::check(unsigned section_line, const KeyLines& seen, Complaints& complaints) {
  const KeyRules rules(settings_.name, section_line, seen, complaints);
  rules.require("type");
  if (type_known_) check_provider(rules, settings_);
}

}  // namespace sms2fa
