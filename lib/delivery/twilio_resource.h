// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "lib/delivery/http_gateway.h"

namespace sms2fa {

// A kind of thing that Twilio makes below an account: its messages and its calls have the same
// shape, and answers about either are read alike.
struct TwilioResource {
  std::string_view path;                         // below the account, such as "/Messages"
  std::array<std::string_view, 2> sid_prefixes;  // of its identifiers
  std::optional<SendStatus> (*class_of)(std::optional<int> code);
  DeliveryState (*state_of)(std::string_view word);
};

extern const TwilioResource kTwilioMessages;
extern const TwilioResource kTwilioCalls;

// A prefix and 32 hexadecimal digits, as the API's description has it.
bool is_twilio_sid(const TwilioResource& resource, std::string_view text);

// Reads the answer to a POST that made one.
HttpGateway::Verdict read_twilio_answer(const TwilioResource& resource, int status,
                                        const std::string& body);

// "{base_url}/2010-04-01/Accounts/{account_sid}".
std::string twilio_account_url(std::string_view base_url, std::string_view account_sid);

}  // namespace sms2fa
