// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/telnyx_calls.h"

#include "lib/delivery/call_script.h"
#include "lib/delivery/form.h"
#include "lib/delivery/json.h"
#include "lib/delivery/telnyx_codes.h"
#include "lib/delivery/twilio_resource.h"

namespace sms2fa {

bool is_telnyx_id(std::string_view text) {
  constexpr size_t kLongest = 64;
  constexpr std::string_view kPlain =
      "-_:0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return !text.empty() && text.size() <= kLongest &&
         text.find_first_not_of(kPlain) == std::string_view::npos;
}

std::string TelnyxCalls::path() const {
  if (account_id.empty()) return "/texml/calls/" + percent_encode(texml_application_id);
  return "/texml/Accounts/" + percent_encode(account_id) + "/Calls";
}

std::string TelnyxCalls::path_of(std::string_view call_sid) const {
  return path() + "/" + percent_encode(call_sid);
}

Secret TelnyxCalls::write(const LoginMessage& message) const {
  // Of the voices without a maker's name it is the only one that heeds the language.
  const Secret script = call_script(message, "alice");
  const std::pair<const char*, std::string_view> to{"To", message.to.e164()};
  const std::pair<const char*, std::string_view> caller{"From", from};
  const std::pair<const char*, std::string_view> texml{"Texml", script.reveal()};
  if (account_id.empty()) return json_object({to, caller, texml});
  return json_object({to, caller, texml, {"ApplicationSid", texml_application_id}},
                     {{"Timeout", kRing.count()}, {"TimeLimit", kLongestCall.count()}});
}

// {from, to, status}, and what the description leaves out: the call's identifier.
HttpGateway::Verdict read_telnyx_call(int status, const std::string& body) {
  const auto json = JsonDocument::parse(body);
  if (!json) return {.status = class_of_http_status(status)};
  std::string id;
  for (const char* place : {"/call_sid", "/sid", "/data/call_sid"})
    if (auto found = json->string(place); found && is_telnyx_id(*found)) id = std::move(*found);
  const auto word = json->string("/status");
  if (status / 100 == 2 && (!id.empty() || (word && json->string("/to")))) {
    if (kTwilioCalls.state_of(word.value_or("")) == DeliveryState::failed)
      return {.status = SendStatus::try_elsewhere, .created = true};
    return {.status = SendStatus::accepted, .message_id = std::move(id), .created = true};
  }
  const auto code = json->code("/errors/0/code");
  return {.status = class_of_telnyx_error(code).value_or(class_of_http_status(status)),
          .code = code};
}

}  // namespace sms2fa
