// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "lib/delivery/http.h"
#include "lib/delivery/send_report.h"

namespace sms2fa {

// Where a provider's answer about a message says what became of it: JSON pointers.
struct DeliveryPlaces {
  const char* word;
  const char* error_code;
};

// What an answer to "what became of it?" amounts to. Without a complete answer, and after 408, 425,
// 429 and 5xx, it is `pending`: ask again. After any other 3xx or 4xx it is `unknown`: asking again
// is no use. Throws std::bad_alloc.
DeliveryStatus read_delivery_answer(const HttpOutcome& outcome, const DeliveryPlaces& places,
                                    DeliveryState (*state_of)(std::string_view word));

}  // namespace sms2fa
