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
                                            "lookup",
                                            "lookup_required",
                                            "lookup_url",
                                            "voip",
                                            "sim_swap_within",
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
constexpr std::string_view kTwilioVerifyKeys[] = {
    "type",           "account_sid",         "auth_token",         "auth_token_file", "api_key_sid",
    "api_key_secret", "api_key_secret_file", "verify_service_sid", "base_url",        "ca_file",
    "proxy"};
constexpr std::string_view kTelnyxVerifyKeys[] = {
    "type", "api_key", "api_key_file", "verify_profile_id", "base_url", "ca_file", "proxy"};
constexpr std::string_view kHttpKeys[] = {
    "type",           "url",           "method",     "header.*",       "query.*",
    "form.*",         "json",          "basic_user", "basic_password", "basic_password_file",
    "success_status", "success_match", "only_to",    "ca_file",        "proxy"};
constexpr std::string_view kOutboxKeys[] = {"type", "directory"};

constexpr std::string_view kTwilioUrl = "https://api.twilio.com";
constexpr std::string_view kTwilioVerifyUrl = "https://verify.twilio.com";
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
                           belongs_to(kTwilioVerifyKeys, key) ||
                           belongs_to(kTelnyxVerifyKeys, key) || belongs_to(kHttpKeys, key) ||
                           belongs_to(kOutboxKeys, key);
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

void check_twilio_account(const KeyRules& rules) {
  rules.require("account_sid");
  rules.require_one_of({"auth_token", "auth_token_file", "api_key_secret", "api_key_secret_file"});
  const bool has_key_secret = rules.has("api_key_secret") || rules.has("api_key_secret_file");
  if (has_key_secret) rules.require("api_key_sid");
  if (rules.has("api_key_sid") && !has_key_secret)
    rules.refuse("api_key_sid", "goes with api_key_secret or api_key_secret_file");
}

void check_twilio(const KeyRules& rules, ProviderSettings& settings) {
  refuse_others(rules, kTwilioKeys, "twilio");
  check_twilio_account(rules);
  rules.require_one_of({"from", "messaging_service_sid"});
  if (rules.has("from") && !normalise_number(settings.from))
    rules.refuse("from", "must be a number in international form, such as +15005550006");
  if (settings.call_from.empty()) settings.call_from = settings.from;
  if (rules.has("voip") && !settings.lookup.line_type)
    rules.refuse("voip", "goes with lookup = line-type");
  if (rules.has("sim_swap_within") && !settings.lookup.sim_swap)
    rules.refuse("sim_swap_within", "goes with lookup = sim-swap");
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

void check_twilio_verify(const KeyRules& rules, ProviderSettings& settings) {
  refuse_others(rules, kTwilioVerifyKeys, "twilio-verify");
  check_twilio_account(rules);
  rules.require("verify_service_sid");
  if (settings.base_url.empty()) settings.base_url = kTwilioVerifyUrl;
}

void check_telnyx_verify(const KeyRules& rules, ProviderSettings& settings) {
  refuse_others(rules, kTelnyxVerifyKeys, "telnyx-verify");
  rules.require_one_of({"api_key", "api_key_file"});
  rules.require("verify_profile_id");
  if (settings.base_url.empty()) settings.base_url = kTelnyxUrl;
}

// Some text has to tell the gateway what to say, and to whom.
void check_placeholders(const KeyRules& rules, const ProviderSettings& settings) {
  std::vector<std::string_view> texts = {settings.url, settings.json};
  bool incomplete = rules.has("json") && settings.json.empty();
  for (const auto* fields : {&settings.query, &settings.form})
    for (const auto& [name, value] : *fields) {
      texts.push_back(value);
      // It was refused, and has been complained about.
      incomplete = incomplete || value.empty();
    }
  for (const auto& [name, value] : settings.headers) texts.push_back(value.reveal());
  const auto lacks = [&](std::string_view mark) {
    return !incomplete && std::none_of(texts.begin(), texts.end(), [&](std::string_view text) {
      return text.find(mark) != std::string_view::npos;
    });
  };
  if (lacks("{to}") && lacks("{to_digits}") && !rules.has("only_to"))
    rules.missing("{to} or {to_digits} in url, query.*, form.* or json (or only_to)");
  if (lacks("{text}")) rules.missing("{text} in url, query.*, form.* or json");
}

bool has_any(const KeyRules& rules, std::string_view prefix) {
  const auto first = rules.seen().lower_bound(prefix);
  return first != rules.seen().end() && first->first.starts_with(prefix);
}

void check_http(const KeyRules& rules, const ProviderSettings& settings) {
  refuse_others(rules, kHttpKeys, "http");
  rules.require("url");
  if (rules.has("json") && has_any(rules, "form.")) return rules.refuse("json", "excludes form.*");
  if (rules.has("json") && settings.method == "GET")
    rules.refuse("json", "needs method = POST or PUT");
  const bool has_password = rules.has("basic_password") || rules.has("basic_password_file");
  if (has_password) rules.require("basic_user");
  if (rules.has("basic_user")) rules.require_one_of({"basic_password", "basic_password_file"});
  if (!settings.url.empty()) check_placeholders(rules, settings);
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
    case ProviderType::twilio_verify:
      return check_twilio_verify(rules, settings);
    case ProviderType::telnyx_verify:
      return check_telnyx_verify(rules, settings);
    case ProviderType::http:
      return check_http(rules, settings);
    case ProviderType::outbox:
      return check_outbox(rules);
  }
}

}  // namespace sms2fa
