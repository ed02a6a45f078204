// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/telnyx.h"

#include <array>

#include "lib/delivery/json.h"

namespace sms2fa {

namespace {

constexpr std::string_view kBaseUrl = "https://api.telnyx.com/v2";

// https://developers.telnyx.com/docs/overview/errors
constexpr auto kCodes = std::to_array<CodeClass>({
    {10009, SendStatus::credentials},        // authentication failed
    {10010, SendStatus::credentials},        // authorization failed
    {20002, SendStatus::credentials},        // API key revoked
    {20012, SendStatus::credentials},        // account inactive: no funds
    {20013, SendStatus::credentials},        // account blocked
    {20014, SendStatus::credentials},        // account unverified
    {20015, SendStatus::credentials},        // messaging is not enabled
    {20016, SendStatus::credentials},        // account not verified to level 1
    {20017, SendStatus::credentials},        // account not verified to level 2
    {20100, SendStatus::credentials},        // insufficient funds
    {40100, SendStatus::credentials},        // the sender is not enabled for messaging
    {40305, SendStatus::credentials},        // invalid from
    {40306, SendStatus::credentials},        // alphanumeric sender not configured
    {40307, SendStatus::credentials},        // alphanumeric sender not allowed
    {40309, SendStatus::credentials},        // region not enabled
    {40312, SendStatus::credentials},        // messaging profile disabled
    {40314, SendStatus::credentials},        // messaging disabled on the account
    {40315, SendStatus::credentials},        // the sender failed a health check
    {40321, SendStatus::credentials},        // no usable sender on the profile
    {40325, SendStatus::credentials},        // alphanumeric sender not allowed
    {40329, SendStatus::credentials},        // toll-free sender not verified
    {40330, SendStatus::credentials},        // sender not registered
    {40331, SendStatus::credentials},        // sender not registered
    {40333, SendStatus::credentials},        // spending limit reached
    {40001, SendStatus::number_cannot_sms},  // landline
    {40301, SendStatus::number_cannot_sms},  // this number takes no such message
    {40319, SendStatus::number_cannot_sms},  // message type unfit for the number
    {10002, SendStatus::number_refused},     // invalid number
    {10016, SendStatus::number_refused},     // not E.164
    {40012, SendStatus::number_refused},     // the carrier rejects the number
    {40300, SendStatus::number_refused},     // the person sent STOP
    {40310, SendStatus::number_refused},     // invalid to
    {10007, SendStatus::try_elsewhere},      // unexpected error
    {10008, SendStatus::try_elsewhere},      // timeout
    {10011, SendStatus::try_elsewhere},      // too many requests
    {10037, SendStatus::try_elsewhere},      // service unavailable
    {40006, SendStatus::try_elsewhere},      // the carrier's server is unavailable
    {40008, SendStatus::try_elsewhere},      // the carrier did not take it
    {40318, SendStatus::try_elsewhere},      // the sender's queue is full
});

// The API's description says UUID; anything that is short and fit for a log will do.
bool is_message_id(std::string_view text) {
  constexpr size_t kLongest = 64;
  constexpr std::string_view kPlain =
      "-_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return !text.empty() && text.size() <= kLongest &&
         text.find_first_not_of(kPlain) == std::string_view::npos;
}

bool is_failure(std::string_view message_status) {
  return message_status == "sending_failed" || message_status == "delivery_failed";
}

}  // namespace

Telnyx::Telnyx(const TelnyxOptions& options, std::shared_ptr<HttpTransport> transport)
    : HttpGateway(options.name, std::move(transport)),
      url_(url_below(options.base_url, kBaseUrl, "/messages")),
      authorization_(bearer_authorization(options.api_key)),
      from_(options.from),
      messaging_profile_id_(options.messaging_profile_id) {}

HttpRequest Telnyx::write_request(const LoginMessage& message) const {
  const std::pair<const char*, std::string_view> from{"from", from_};
  const std::pair<const char*, std::string_view> to{"to", message.to.e164()};
  const std::pair<const char*, std::string_view> text{"text", message.body.reveal()};
  return {
      .url = url_,
      .content_type = "application/json",
      .authorization = authorization_,
      .body = messaging_profile_id_.empty()
                  ? json_object({from, to, text})
                  : json_object({from, to, text, {"messaging_profile_id", messaging_profile_id_}})};
}

HttpGateway::Verdict Telnyx::read_answer(int status, const std::string& body) const {
  const auto json = JsonDocument::parse(body);
  if (!json) return {.status = class_of_http_status(status)};
  const auto id = json->string("/data/id");
  if (status / 100 == 2 && id && is_message_id(*id)) {
    if (!is_failure(json->string("/data/to/0/status").value_or("")))
      return {.status = SendStatus::accepted, .message_id = *id, .created = true};
    const auto code = json->code("/data/errors/0/code");
    return {.status = find_class(kCodes, code).value_or(SendStatus::try_elsewhere),
            .code = code,
            .created = true};
  }
  const auto code = json->code("/errors/0/code");
  return {.status = find_class(kCodes, code).value_or(class_of_http_status(status)), .code = code};
}

}  // namespace sms2fa
