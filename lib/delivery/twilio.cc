// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/twilio.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "lib/delivery/form.h"
#include "lib/delivery/json.h"

namespace sms2fa {

namespace {

constexpr std::string_view kBaseUrl = "https://api.twilio.com";
constexpr std::chrono::seconds kShortestValidity{1};
constexpr std::chrono::seconds kLongestValidity{36000};

// https://www.twilio.com/docs/api/errors
constexpr auto kCodes = std::to_array<CodeClass>({
    {20003, SendStatus::credentials},        // authentication failed
    {20005, SendStatus::credentials},        // account not active
    {20008, SendStatus::credentials},        // not with test credentials
    {20404, SendStatus::credentials},        // no such account or resource
    {21212, SendStatus::credentials},        // invalid From
    {21266, SendStatus::credentials},        // From and To are the same number
    {21408, SendStatus::credentials},        // this region is not enabled for the account
    {21603, SendStatus::credentials},        // no From
    {21606, SendStatus::credentials},        // From is not ours or can't send
    {21608, SendStatus::credentials},        // trial account, unverified number
    {21659, SendStatus::credentials},        // From is not a Twilio number
    {21660, SendStatus::credentials},        // From belongs to another account
    {21703, SendStatus::credentials},        // the Messaging Service has no usable sender
    {21704, SendStatus::credentials},        // the Messaging Service has no sender
    {21705, SendStatus::credentials},        // invalid Messaging Service
    {30002, SendStatus::credentials},        // account suspended
    {30034, SendStatus::credentials},        // unregistered US sender
    {21612, SendStatus::number_cannot_sms},  // no route from this sender
    {21614, SendStatus::number_cannot_sms},  // not a mobile number
    {21635, SendStatus::number_cannot_sms},  // landline
    {30006, SendStatus::number_cannot_sms},  // landline or unreachable carrier
    {21211, SendStatus::number_refused},     // invalid number
    {21610, SendStatus::number_refused},     // the person sent STOP
    {30004, SendStatus::number_refused},     // blocked by the carrier or the device
    {30005, SendStatus::number_refused},     // unknown or inactive number
    {20429, SendStatus::try_elsewhere},      // too many requests, never processed
    {20500, SendStatus::try_elsewhere},      // internal server error
    {20503, SendStatus::try_elsewhere},      // service unavailable
    {21611, SendStatus::try_elsewhere},      // the sender's queue is full
    {30001, SendStatus::try_elsewhere},      // queue overflow
    {30003, SendStatus::try_elsewhere},      // handset unreachable
    {30008, SendStatus::try_elsewhere},      // unknown delivery error
    {30017, SendStatus::try_elsewhere},      // carrier congestion
    {30022, SendStatus::try_elsewhere},      // carrier rate limit
    {30023, SendStatus::blocked},            // daily cap for US traffic
    {30027, SendStatus::blocked},            // a carrier's daily cap
    {30450, SendStatus::blocked},            // fraud guard (SMS pumping)
    {30453, SendStatus::blocked},            // fraud guard (SMS pumping)
});

// SM or MM and 32 hexadecimal digits, as the API's description has it.
bool is_message_sid(std::string_view text) {
  constexpr size_t kLength = 34;
  return text.size() == kLength && (text.starts_with("SM") || text.starts_with("MM")) &&
         text.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string_view::npos;
}

bool is_failure(std::string_view message_status) {
  return message_status == "failed" || message_status == "undelivered" ||
         message_status == "canceled";
}

std::string messages_url(const TwilioOptions& options) {
  return url_below(
      options.base_url, kBaseUrl,
      "/2010-04-01/Accounts/" + percent_encode(options.account_sid) + "/Messages.json");
}

}  // namespace

Twilio::Twilio(const TwilioOptions& options, std::shared_ptr<HttpTransport> transport)
    : HttpGateway(options.name, std::move(transport)),
      url_(messages_url(options)),
      authorization_(options.api_key_sid.empty()
                         ? basic_authorization(options.account_sid, options.auth_token)
                         : basic_authorization(options.api_key_sid, options.api_key_secret)),
      sender_parameter_(options.messaging_service_sid.empty() ? "From" : "MessagingServiceSid"),
      sender_(options.messaging_service_sid.empty() ? options.from
                                                    : options.messaging_service_sid) {}

HttpRequest Twilio::write_request(const LoginMessage& message) const {
  const auto validity = std::clamp(message.validity, kShortestValidity, kLongestValidity);
  FormBody form;
  form.add("To", message.to.e164());
  form.add(sender_parameter_, sender_);
  form.add("ValidityPeriod", std::to_string(validity.count()));
  form.add("Body", message.body.reveal());
  return {.url = url_,
          .content_type = "application/x-www-form-urlencoded",
          .authorization = authorization_,
          .body = form.take()};
}

HttpGateway::Verdict Twilio::read_answer(int status, const std::string& body) const {
  const auto json = JsonDocument::parse(body);
  if (!json) return {.status = class_of_http_status(status)};
  const auto sid = json->string("/sid");
  if (status / 100 == 2 && sid && is_message_sid(*sid)) {
    if (!is_failure(json->string("/status").value_or("")))
      return {.status = SendStatus::accepted, .message_id = *sid, .created = true};
    const auto code = json->code("/error_code");
    return {.status = find_class(kCodes, code).value_or(SendStatus::try_elsewhere),
            .code = code,
            .created = true};
  }
  const auto code = json->code("/code");
  return {.status = find_class(kCodes, code).value_or(class_of_http_status(status)), .code = code};
}

}  // namespace sms2fa
