// SPDX-License-Identifier: Apache-2.0
#include "lib/config/provider_checks.h"

#include <algorithm>
#include <span>
#include <vector>

#include "lib/base/phone_number.h"

namespace sms2fa {

namespace {

using Names = std::span<const std::string_view>;

constexpr std::string_view kTwilioKeys[] = {"type",
                                            "account_sid",
                                            "auth_token",
                                            "auth_token_file",
                                            "api_key_sid",
                                            "api_key_secret",
                                            "api_key_secret_file",
                                            "from",
                                            "call_from",
                                            "messaging_service_sid",
                                            "redact_after_delivery",
                                            "base_url",
                                            "ca_file",
                                            "proxy"};
constexpr std::string_view kTelnyxKeys[] = {"type",
                                            "api_key",
                                            "api_key_file",
                                            "from",
                                            "call_from",
                                            "messaging_profile_id",
                                            "texml_application_id",
                                            "account_id",
                                            "base_url",
                                            "ca_file",
                                            "proxy"};
constexpr std::string_view kHttpKeys[] = {"type",  "url",  "method",  "header.*",      "form.*",
                                          "proxy", "json", "ca_file", "success_status"};
constexpr std::string_view kOutboxKeys[] = {"type", "directory"};

constexpr std::string_view kTwilioUrl = "https://api.twilio.com";
constexpr std::string_view kTelnyxUrl = "https://api.telnyx.com/v2";
// Telnyx, "Alphanumeric Sender ID".
constexpr size_t kLongestSenderName = 11;

bool belongs_to(Names names, std::string_view key) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
    return name.ends_with('*') ? key.starts_with(name.substr(0, name.size() - 1)) : key == name;
  });
}

// A key that belongs to no type at all is unknown and has been complained about.
void refuse_others(const KeyRules& rules, Names names, std::string_view type) {
  for (const auto& [key, line] : rules.seen()) {
    const bool elsewhere = belongs_to(kTwilioKeys, key) || belongs_to(kTelnyxKeys, key) ||
                           belongs_to(kHttpKeys, key) || belongs_to(kOutboxKeys, key);
    if (elsewhere && !belongs_to(names, key))
      rules.refuse(key, "is no key of type " + std::string(type));
  }
}

// A name that may stand in place of the sender's number: letters, digits and blanks, one letter at
// least.
bool is_sender_name(std::string_view text) {
  bool has_letter = false;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    has_letter = has_letter || letter;
    if (!letter && c != ' ' && !(c >= '0' && c <= '9')) return false;
  }
  return has_letter && text.size() <= kLongestSenderName;
}

bool normalise_number(std::string& from) {
  const auto number = PhoneNumber::parse_international(from);
  if (number) from = number->e164();
  return number.has_value();
}

void check_twilio(const KeyRules& rules, ProviderSettings& settings) {
  refuse_others(rules, kTwilioKeys, "twilio");
  rules.require("account_sid");
  rules.require_one_of({"auth_token", "auth_token_file", "api_key_secret", "api_key_secret_file"});
  const bool has_key_secret = rules.has("api_key_secret") || rules.has("api_key_secret_file");
  if (has_key_secret) rules.require("api_key_sid");
  if (rules.has("api_key_sid") && !has_key_secret)
    rules.refuse("api_key_sid", "goes with api_key_secret or api_key_secret_file");
  rules.require_one_of({"from", "messaging_service_sid"});
  if (rules.has("from") && !normalise_number(settings.from))
    rules.refuse("from", "must be a number in international form, such as +15005550006");
  if (settings.call_from.empty()) settings.call_from = settings.from;
  if (settings.base_url.empty()) settings.base_url = kTwilioUrl;
}

void check_telnyx(const KeyRules& rules, ProviderSettings& settings) {
  refuse_others(rules, kTelnyxKeys, "telnyx");
  rules.require_one_of({"api_key", "api_key_file"});
  rules.require("from");
  const bool has_number = normalise_number(settings.from);
  if (rules.has("from") && !has_number) {
    if (!is_sender_name(settings.from))
      rules.refuse("from",
                   "must be a number in international form, or a name of up to 11 letters, digits "
                   "and blanks");
    else if (!rules.has("messaging_profile_id"))
      rules.refuse("from", "a name needs messaging_profile_id");
  }
  if (settings.call_from.empty() && has_number) settings.call_from = settings.from;
  if (rules.has("account_id") && !rules.has("texml_application_id"))
    rules.refuse("account_id", "goes with texml_application_id");
  if (settings.base_url.empty()) settings.base_url = kTelnyxUrl;
}

void check_placeholders(const KeyRules& rules, const ProviderSettings& settings) {
  std::vector<std::string_view> texts;
  for (const auto& [name, value] : settings.form) texts.push_back(value);
  if (texts.empty()) texts.push_back(settings.json);
  for (const std::string_view mark : {"{to}", "{text}"}) {
    // One that is empty was refused, and has been complained about.
    const bool found = std::any_of(texts.begin(), texts.end(), [&](std::string_view text) {
      return text.empty() || text.find(mark) != std::string_view::npos;
    });
    if (!found)
      rules.missing(std::string(mark) + " in " + (settings.form.empty() ? "json" : "form.*"));
  }
}

void check_http(const KeyRules& rules, const ProviderSettings& settings) {
  refuse_others(rules, kHttpKeys, "http");
  rules.require("url");
  const auto first_field = rules.seen().lower_bound("form.");
  const bool has_form =
      first_field != rules.seen().end() && first_field->first.starts_with("form.");
  if (!has_form && !rules.has("json")) return rules.missing("form.* or json");
  if (has_form && rules.has("json")) return rules.refuse("json", "excludes form.*");
  if (rules.has("json") && settings.method == "GET")
    rules.refuse("json", "needs method = POST or PUT");
  check_placeholders(rules, settings);
}

void check_outbox(const KeyRules& rules) {
  refuse_others(rules, kOutboxKeys, "outbox");
  rules.require("directory");
}

}  // namespace

void KeyRules::require(std::string_view key) const {
  if (!has(key)) missing(key);
}

void KeyRules::require_one_of(std::initializer_list<std::string_view> keys) const {
  std::string all;
  std::string_view first;
  for (const auto key : keys) {
    all += (all.empty() ? "" : " or ") + std::string(key);
    if (!has(key)) continue;
    if (first.empty())
      first = key;
    else
      refuse(key, "excludes " + std::string(first));
  }
  if (first.empty()) missing(all);
}

void KeyRules::refuse(std::string_view key, std::string_view reason) const {
  complaints_.add(seen_.find(key)->second, about_key(key, reason));
}

void KeyRules::missing(std::string_view what) const {
  complaints_.add(section_line_,
                  "[provider " + std::string(name_) + "] lacks " + std::string(what));
}

void check_provider(const KeyRules& rules, ProviderSettings& settings) {
  switch (settings.type) {
    case ProviderType::twilio:
      return check_twilio(rules, settings);
    case ProviderType::telnyx:
      return check_telnyx(rules, settings);
    case ProviderType::http:
      return check_http(rules, settings);
    case ProviderType::outbox:
      return check_outbox(rules);
  }
}

}  // namespace sms2fa
