// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/twilio_verify.h"

#include "lib/delivery/form.h"
#include "lib/delivery/json.h"
#include "lib/delivery/twilio_codes.h"

namespace sms2fa {

namespace {

constexpr std::string_view kForm = "application/x-www-form-urlencoded";
constexpr int kBadRequest = 400;
constexpr int kNotFound = 404;
constexpr int kTooManyChecks = 60202;

// VE and 32 hexadecimal digits.
bool is_verification_sid(std::string_view text) {
  constexpr size_t kLength = 34;
  return text.size() == kLength && text.starts_with("VE") &&
         text.find_first_not_of("0123456789abcdefABCDEF", 2) == text.npos;
}

// 404: used, expired, or given up after five wrong codes. 400: no code at all, by its shape.
CheckStatus read_check(const HttpOutcome& outcome) {
  if (outcome.kind != HttpOutcome::Kind::response) return CheckStatus::unreachable;
  if (outcome.status == kNotFound || outcome.status == kBadRequest) return CheckStatus::wrong;
  const auto json = JsonDocument::parse(outcome.body);
  if (!json) return CheckStatus::unreachable;
  if (outcome.status == kTooManyRequests && json->code("/code") == kTooManyChecks)
    return CheckStatus::wrong;
  const auto word = json->string("/status");
  if (outcome.status / 100 != 2 || !word) return CheckStatus::unreachable;
  return *word == "approved" ? CheckStatus::right : CheckStatus::wrong;
}

}  // namespace

TwilioVerify::TwilioVerify(const TwilioVerifyOptions& options,
                           std::shared_ptr<HttpTransport> transport)
    : HttpGateway(options.name, std::move(transport)),
      service_url_(
          url_below(options.base_url, "/v2/Services/" + percent_encode(options.service_sid))),
      authorization_(authorization_of(options.account)),
      voice_(options.voice) {}

SendReport TwilioVerify::check_credentials(SteadyTime deadline) {
  return probe(service_url_, "", authorization_, deadline);
}

HttpRequest TwilioVerify::write_request(const LoginMessage& message) const {
  FormBody form;
  form.add("To", message.to.e164());
  form.add("Channel", message.medium == Medium::voice ? "call" : "sms");
  return {.url = service_url_ + "/Verifications",
          .content_type = kForm,
          .authorization = authorization_,
          .body = form.take()};
}

HttpGateway::Verdict TwilioVerify::read_answer(Medium, int status, const std::string& body) const {
  const auto json = JsonDocument::parse(body);
  if (!json) return {.status = class_of_http_status(status)};
  const auto sid = json->string("/sid");
  if (status / 100 == 2 && sid && is_verification_sid(*sid)) {
    if (json->string("/status") != "pending")
      return {.status = SendStatus::try_elsewhere, .created = true};
    return {.status = SendStatus::accepted, .message_id = *sid, .created = true};
  }
  const auto code = json->code("/code");
  return {.status = class_of_twilio_verify_error(code).value_or(class_of_http_status(status)),
          .code = code};
}

CheckStatus TwilioVerify::check(const PhoneNumber&, const std::string& message_id,
                                const Secret& code, SteadyTime deadline) {
  if (!is_verification_sid(message_id) || code.empty()) return CheckStatus::wrong;
  struct Answer {
    CheckStatus status = CheckStatus::unreachable;
  };
  return ask<Answer>(
             [&] {
               FormBody form;
               form.add("VerificationSid", message_id);
               form.add("Code", code.reveal());
               return HttpRequest{.url = service_url_ + "/VerificationCheck",
                                  .content_type = kForm,
                                  .authorization = authorization_,
                                  .body = form.take()};
             },
             deadline, [](const HttpOutcome& outcome) { return Answer{read_check(outcome)}; })
      .status;
}

}  // namespace sms2fa
