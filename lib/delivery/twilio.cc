// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/twilio.h"

#include <algorithm>
#include <chrono>

#include "lib/delivery/call_script.h"
#include "lib/delivery/delivery_answer.h"
#include "lib/delivery/form.h"
#include "lib/delivery/twilio_resource.h"

namespace sms2fa {

namespace {

constexpr std::string_view kForm = "application/x-www-form-urlencoded";
constexpr std::chrono::seconds kShortestValidity{1};
constexpr std::chrono::seconds kLongestValidity{36000};

const TwilioResource& resource_of(Medium medium) {
  return medium == Medium::voice ? kTwilioCalls : kTwilioMessages;
}

}  // namespace

Twilio::Twilio(const TwilioOptions& options, std::shared_ptr<HttpTransport> transport)
    : HttpGateway(options.name, std::move(transport)),
      account_url_(twilio_account_url(options.base_url, options.account.sid)),
      authorization_(authorization_of(options.account)),
      sender_parameter_(options.messaging_service_sid.empty() ? "From" : "MessagingServiceSid"),
      sender_(options.messaging_service_sid.empty() ? options.from : options.messaging_service_sid),
      call_from_(options.call_from),
      redact_after_delivery_(options.redact_after_delivery) {}

bool Twilio::serves(Medium medium) const {
  return medium == Medium::sms || !call_from_.empty();
}

HttpRequest Twilio::write_request(const LoginMessage& message) const {
  const bool call = message.medium == Medium::voice;
  return {.url = account_url_ + std::string(resource_of(message.medium).path) + ".json",
          .content_type = kForm,
          .authorization = authorization_,
          .body = call ? write_call(message) : write_text(message)};
}

Secret Twilio::write_text(const LoginMessage& message) const {
  const auto validity = std::clamp(message.validity, kShortestValidity, kLongestValidity);
  FormBody form;
  form.add("To", message.to.e164());
  form.add(sender_parameter_, sender_);
  form.add("ValidityPeriod", std::to_string(validity.count()));
  form.add("Body", message.body.reveal());
  return form.take();
}

Secret Twilio::write_call(const LoginMessage& message) const {
  FormBody form;
  form.add("To", message.to.e164());
  form.add("From", call_from_);
  form.add("Timeout", std::to_string(kRing.count()));
  form.add("TimeLimit", std::to_string(kLongestCall.count()));
  form.add("Twiml", call_script(message).reveal());
  return form.take();
}

std::string Twilio::url_of(Medium medium, std::string_view sid) const {
  return account_url_ + std::string(resource_of(medium).path) + "/" + percent_encode(sid) + ".json";
}

// Of a Messaging Service the person knows only what the messages came from.
std::string Twilio::sender() const {
  return sender_.starts_with('+') ? sender_ : std::string();
}

SendReport Twilio::check_credentials(SteadyTime deadline) {
  return probe(account_url_, ".json", authorization_, deadline);
}

DeliveryStatus Twilio::delivery_status(const std::string& message_id, Medium medium,
                                       SteadyTime deadline) {
  return ask<DeliveryStatus>(
      [&] { return get_request(url_of(medium, message_id), authorization_); }, deadline,
      [&](const HttpOutcome& outcome) {
        return read_delivery_answer(outcome, {"/status", "/error_code"},
                                    resource_of(medium).state_of);
      });
}

// https://www.twilio.com/docs/messaging/api/message-resource: an update with an empty body.
bool Twilio::redact(const std::string& message_id, SteadyTime deadline) {
  return ask<bool>(
      [&] {
        return HttpRequest{.url = url_of(Medium::sms, message_id),
                           .content_type = kForm,
                           .authorization = authorization_,
                           .body = Secret("Body=")};
      },
      deadline,
      [](const HttpOutcome& outcome) {
        return outcome.kind == HttpOutcome::Kind::response && outcome.status / 100 == 2;
      });
}

HttpGateway::Verdict Twilio::read_answer(Medium medium, int status, const std::string& body) const {
  return read_twilio_answer(resource_of(medium), status, body);
}

}  // namespace sms2fa
