// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/twilio_resource.h"

#include <algorithm>

#include "lib/delivery/form.h"
#include "lib/delivery/json.h"
#include "lib/delivery/twilio_codes.h"

namespace sms2fa {

namespace {

constexpr std::string_view kVersion = "/2010-04-01/Accounts/";

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// "sent" is no end, though it is the last word where carriers give no receipt.
DeliveryState state_of_message(std::string_view word) {
  if (is_one_of(word, {"delivered", "read"})) return DeliveryState::delivered;
  if (is_one_of(word, {"undelivered", "failed", "canceled"})) return DeliveryState::failed;
  return DeliveryState::pending;
}

DeliveryState state_of_call(std::string_view word) {
  if (is_one_of(word, {"in-progress", "completed"})) return DeliveryState::delivered;
  if (is_one_of(word, {"busy", "failed", "no-answer", "canceled"})) return DeliveryState::failed;
  return DeliveryState::pending;
}

}  // namespace

const TwilioResource kTwilioMessages{
    "/Messages", {"SM", "MM"}, class_of_twilio_message_error, state_of_message};
const TwilioResource kTwilioCalls{
    "/Calls", {"CA", "CA"}, class_of_twilio_call_error, state_of_call};

bool is_twilio_sid(const TwilioResource& resource, std::string_view text) {
  constexpr size_t kLength = 34;
  const auto& prefixes = resource.sid_prefixes;
  return text.size() == kLength &&
         std::find(prefixes.begin(), prefixes.end(), text.substr(0, 2)) != prefixes.end() &&
         text.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string_view::npos;
}

HttpGateway::Verdict read_twilio_answer(const TwilioResource& resource, int status,
                                        const std::string& body) {
  const auto json = JsonDocument::parse(body);
  if (!json) return {.status = class_of_http_status(status)};
  const auto sid = json->string("/sid");
  if (status / 100 == 2 && sid && is_twilio_sid(resource, *sid)) {
    if (resource.state_of(json->string("/status").value_or("")) != DeliveryState::failed)
      return {.status = SendStatus::accepted, .message_id = *sid, .created = true};
    const auto code = json->code("/error_code");
    return {.status = resource.class_of(code).value_or(SendStatus::try_elsewhere),
            .code = code,
            .created = true};
  }
  const auto code = json->code("/code");
  return {.status = resource.class_of(code).value_or(class_of_http_status(status)), .code = code};
}

std::string twilio_account_url(std::string_view base_url, std::string_view account_sid) {
  return url_below(base_url, std::string(kVersion) + percent_encode(account_sid));
}

}  // namespace sms2fa
