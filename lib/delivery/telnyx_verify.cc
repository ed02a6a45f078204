// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/telnyx_verify.h"

#include <algorithm>
#include <chrono>

#include "lib/delivery/form.h"
#include "lib/delivery/json.h"
#include "lib/delivery/telnyx_calls.h"
#include "lib/delivery/telnyx_codes.h"

namespace sms2fa {

namespace {

constexpr int kBadRequest = 400;
constexpr int kNotFound = 404;
constexpr int kUnprocessable = 422;

// 404: nothing is pending for this number any more. 400 and 422: no code at all, by its shape.
CheckStatus read_check(const HttpOutcome& outcome) {
  if (outcome.kind != HttpOutcome::Kind::response) return CheckStatus::unreachable;
  if (outcome.status == kNotFound || outcome.status == kBadRequest ||
      outcome.status == kUnprocessable)
    return CheckStatus::wrong;
  const auto json = JsonDocument::parse(outcome.body);
  const auto word = json ? json->string("/data/response_code") : std::nullopt;
  if (outcome.status / 100 != 2 || !word) return CheckStatus::unreachable;
  return *word == "accepted" ? CheckStatus::right : CheckStatus::wrong;
}

}  // namespace

TelnyxVerify::TelnyxVerify(const TelnyxVerifyOptions& options,
                           std::shared_ptr<HttpTransport> transport)
    : HttpGateway(options.name, std::move(transport)),
      base_url_(url_below(options.base_url, "")),
      authorization_(bearer_authorization(options.api_key)),
      profile_id_(options.verify_profile_id),
      voice_(options.voice) {}

SendReport TelnyxVerify::check_credentials(SteadyTime deadline) {
  return probe(base_url_, "/balance", authorization_, deadline);
}

HttpRequest TelnyxVerify::write_request(const LoginMessage& message) const {
  return {.url = base_url_ + "/verifications/" + (message.medium == Medium::voice ? "call" : "sms"),
          .content_type = "application/json",
          .authorization = authorization_,
          .body = json_object(
              {{"phone_number", message.to.e164()}, {"verify_profile_id", profile_id_}},
              {{"timeout_secs", std::max(message.validity, std::chrono::seconds(1)).count()}})};
}

HttpGateway::Verdict TelnyxVerify::read_answer(Medium, int status, const std::string& body) const {
  const auto json = JsonDocument::parse(body);
  if (!json) return {.status = class_of_http_status(status)};
  const auto id = json->string("/data/id");
  if (status / 100 == 2 && id && is_telnyx_id(*id)) {
    if (json->string("/data/status") != "pending")
      return {.status = SendStatus::try_elsewhere, .created = true};
    return {.status = SendStatus::accepted, .message_id = *id, .created = true};
  }
  const auto code = json->code("/errors/0/code");
  return {.status = class_of_telnyx_error(code).value_or(class_of_http_status(status)),
          .code = code};
}

CheckStatus TelnyxVerify::check(const PhoneNumber& to, const std::string&, const Secret& code,
                                SteadyTime deadline) {
  if (code.empty()) return CheckStatus::wrong;
  struct Answer {
    CheckStatus status = CheckStatus::unreachable;
  };
  return ask<Answer>(
             [&] {
               return HttpRequest{.url = base_url_ + "/verifications/by_phone_number/" +
                                         percent_encode(to.e164()) + "/actions/verify",
                                  .content_type = "application/json",
                                  .authorization = authorization_,
                                  .body = json_object({{"code", code.reveal()},
                                                       {"verify_profile_id", profile_id_}})};
             },
             deadline, [](const HttpOutcome& outcome) { return Answer{read_check(outcome)}; })
      .status;
}

}  // namespace sms2fa
