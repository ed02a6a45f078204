// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/delivery_answer.h"

#include "lib/delivery/http_gateway.h"
#include "lib/delivery/json.h"

namespace sms2fa {

namespace {

// A word of the provider's that may stand in a log and a prompt; "" for anything else.
std::string plain(std::string_view word) {
  constexpr size_t kLongest = 32;
  const bool sound = word.size() <= kLongest &&
                     word.find_first_not_of("abcdefghijklmnopqrstuvwxyz-_") == word.npos;
  return std::string(sound ? word : "");
}

}  // namespace

DeliveryStatus read_delivery_answer(const HttpOutcome& outcome, const DeliveryPlaces& places,
                                    DeliveryState (*state_of)(std::string_view word)) {
  if (outcome.kind != HttpOutcome::Kind::response)
    return {.state = DeliveryState::pending, .detail = outcome.detail};
  const std::string http = "HTTP " + std::to_string(outcome.status);
  const bool settled = class_of_http_status(outcome.status) == SendStatus::credentials;
  if (outcome.status / 100 != 2)
    return {.state = settled ? DeliveryState::unknown : DeliveryState::pending, .detail = http};
  const auto json = JsonDocument::parse(outcome.body);
  const std::string word = plain(json ? json->string(places.word).value_or("") : "");
  if (word.empty()) return {.state = DeliveryState::pending, .detail = http};
  DeliveryStatus status{.state = state_of(word), .word = word, .detail = word};
  if (const auto code = json->code(places.error_code); code && *code != 0)
    status.detail += ", error " + std::to_string(*code);
  return status;
}

}  // namespace sms2fa
