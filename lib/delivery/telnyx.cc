// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/telnyx.h"

#include "lib/delivery/delivery_answer.h"
#include "lib/delivery/form.h"
#include "lib/delivery/json.h"
#include "lib/delivery/telnyx_codes.h"
#include "lib/delivery/twilio_resource.h"

namespace sms2fa {

namespace {

const std::string kMessages = "/messages";

DeliveryState state_of_message(std::string_view word) {
  if (word == "delivered") return DeliveryState::delivered;
  if (word == "sending_failed" || word == "delivery_failed" || word == "expired")
    return DeliveryState::failed;
  if (word == "delivery_unconfirmed") return DeliveryState::unknown;
  return DeliveryState::pending;
}

}  // namespace

Telnyx::Telnyx(const TelnyxOptions& options, std::shared_ptr<HttpTransport> transport)
    : HttpGateway(options.name, std::move(transport)),
      calls_(options.calls),
      base_url_(url_below(options.base_url, "")),
      authorization_(bearer_authorization(options.api_key)),
      from_(options.from),
      messaging_profile_id_(options.messaging_profile_id) {}

bool Telnyx::serves(Medium medium) const {
  return medium == Medium::sms || calls_.usable();
}

HttpRequest Telnyx::write_request(const LoginMessage& message) const {
  const bool call = message.medium == Medium::voice;
  return {.url = base_url_ + (call ? calls_.path() : kMessages),
          .content_type = "application/json",
          .authorization = authorization_,
          .body = call ? calls_.write(message) : write_text(message)};
}

Secret Telnyx::write_text(const LoginMessage& message) const {
  const std::pair<const char*, std::string_view> from{"from", from_};
  const std::pair<const char*, std::string_view> to{"to", message.to.e164()};
  const std::pair<const char*, std::string_view> text{"text", message.body.reveal()};
  if (messaging_profile_id_.empty()) return json_object({from, to, text});
  return json_object({from, to, text, {"messaging_profile_id", messaging_profile_id_}});
}

// Nobody can text to a name.
std::string Telnyx::sender() const {
  return from_.starts_with('+') ? from_ : std::string();
}

SendReport Telnyx::check_credentials(SteadyTime deadline) {
  return probe(base_url_, "/balance", authorization_, deadline);
}

DeliveryStatus Telnyx::delivery_status(const std::string& message_id, Medium medium,
                                       SteadyTime deadline) {
  const bool call = medium == Medium::voice;
  // Not every answer to a call names it.
  if (message_id.empty() || (call && !calls_.can_follow())) return {};
  return ask<DeliveryStatus>(
      [&] {
        return get_request(base_url_ + (call ? calls_.path_of(message_id)
                                             : kMessages + "/" + percent_encode(message_id)),
                           authorization_);
      },
      deadline,
      [&](const HttpOutcome& outcome) {
        if (call)
          return read_delivery_answer(outcome, {"/status", "/error_code"}, kTwilioCalls.state_of);
        return read_delivery_answer(outcome, {"/data/to/0/status", "/data/errors/0/code"},
                                    state_of_message);
      });
}

HttpGateway::Verdict Telnyx::read_answer(Medium medium, int status, const std::string& body) const {
  if (medium == Medium::voice) return read_telnyx_call(status, body);
  const auto json = JsonDocument::parse(body);
  if (!json) return {.status = class_of_http_status(status)};
  const auto id = json->string("/data/id");
  if (status / 100 == 2 && id && is_telnyx_id(*id)) {
    if (state_of_message(json->string("/data/to/0/status").value_or("")) != DeliveryState::failed)
      return {.status = SendStatus::accepted, .message_id = *id, .created = true};
    const auto code = json->code("/data/errors/0/code");
    return {.status = class_of_telnyx_error(code).value_or(SendStatus::try_elsewhere),
            .code = code,
            .created = true};
  }
  const auto code = json->code("/errors/0/code");
  return {.status = class_of_telnyx_error(code).value_or(class_of_http_status(status)),
          .code = code};
}

}  // namespace sms2fa
