// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "lib/config/key_rows.h"
#include "lib/config/key_rules.h"
#include "lib/delivery/twilio_account.h"
#include "programs/wiring/providers/provider.h"

// What Twilio's services have in common.
namespace sms2fa {

// Its identifiers: a prefix of two letters that says of what, and 32 hexadecimal digits.
std::string take_sid(std::string_view text, std::string_view prefix, std::string& out);

template <char kFirst, char kSecond>
std::string take_sid_of(std::string_view text, std::string& out) {
  constexpr char kPrefix[] = {kFirst, kSecond};
  return take_sid(text, std::string_view(kPrefix, 2), out);
}

// Own::gateway.account is the account.
template <typename Own>
constexpr std::array<Key<Own>, 6> twilio_account_keys() {
  constexpr auto kGateway = &Own::gateway;
  constexpr auto kAccount = &decltype(Own::gateway)::account;
  return {{
      {"account_sid", value<take_sid_of<'A', 'C'>, kGateway, kAccount, &TwilioAccount::sid>,
       needed("AC00000000000000000000000000000000"), ""},
      {"auth_token_file", unset<take_secret_file, kGateway, kAccount, &TwilioAccount::auth_token>,
       needed("/etc/sms2fa/twilio.token"), ""},
      {"auth_token", unset<take_secret, kGateway, kAccount, &TwilioAccount::auth_token>,
       instead("..."), ""},
      {"api_key_sid", value<take_sid_of<'S', 'K'>, kGateway, kAccount, &TwilioAccount::api_key_sid>,
       instead("SK..."), "with one of the next two"},
      {"api_key_secret", unset<take_secret, kGateway, kAccount, &TwilioAccount::api_key_secret>,
       instead("..."), ""},
      {"api_key_secret_file",
       unset<take_secret_file, kGateway, kAccount, &TwilioAccount::api_key_secret>,
       instead("/etc/sms2fa/twilio.key"), ""},
  }};
}

void check_twilio_account(const KeyRules& rules);
std::vector<Credential> credentials_of(const TwilioAccount& account);

}  // namespace sms2fa
