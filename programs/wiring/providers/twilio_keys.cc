// SPDX-License-Identifier: Apache-2.0
#include "programs/wiring/providers/twilio_keys.h"

namespace sms2fa {

namespace {

constexpr size_t kHexDigits = 32;

bool is_hex(std::string_view text) {
  return text.size() == kHexDigits &&
         text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

}  // namespace

std::string take_sid(std::string_view text, std::string_view prefix, std::string& out) {
  if (!text.starts_with(prefix) || !is_hex(text.substr(prefix.size())))
    return "must be " + std::string(prefix) + " and 32 hexadecimal digits";
  out = text;
  return {};
}

void check_twilio_account(const KeyRules& rules) {
  rules.require("account_sid");
  rules.require_one_of({"auth_token", "auth_token_file", "api_key_secret", "api_key_secret_file"});
  const bool has_key_secret = rules.has("api_key_secret") || rules.has("api_key_secret_file");
  if (has_key_secret) rules.require("api_key_sid");
  if (rules.has("api_key_sid") && !has_key_secret)
    rules.refuse("api_key_sid", "goes with api_key_secret or api_key_secret_file");
}

std::vector<Credential> credentials_of(const TwilioAccount& account) {
  const auto token = account.auth_token.reveal();
  return {{"account_sid", account.sid},
          {"auth_token", token, is_hex(token), "Twilio's, which have 32 hexadecimal digits"},
          {"api_key_sid", account.api_key_sid},
          {"api_key_secret", account.api_key_secret.reveal()}};
}

}  // namespace sms2fa
