// SPDX-License-Identifier: Apache-2.0
#include "lib/session/answer_kind.h"

#include <algorithm>

#include "lib/otp/pin.h"
#include "lib/session/factors.h"

namespace sms2fa {

namespace {

// Of Twilio's and Telnyx's verification services, whose own settings allow from four digits on. A
// guess at fewer than six would be too good (NIST SP 800-63B, 5.1.3.2).
constexpr size_t kShortestOfServices = 4;
constexpr size_t kShortestTaken = 6;
constexpr size_t kLongestOfServices = 10;

bool is_digits(std::string_view answer, size_t shortest, size_t longest) {
  return has_form_of_pin(answer, Alphabet::digits, shortest, longest);
}

// The configuration may have got another alphabet since the code was made.
bool could_be(const Secret& code, std::string_view answer, Alphabet alphabet) {
  const size_t size = code.size();
  if (!has_form_of_pin(code.reveal(), alphabet, size, size)) return true;
  return has_form_of_pin(answer, alphabet, size, size);
}

}  // namespace

bool is_of_a_program(const Reply& reply, const LoginRequest& request) {
  const std::string_view text = reply.text.reveal();
  if (reply.is_placeholder || text.empty()) return false;
  return reply.is_authtok || text == request.user || text == request.typed_user;
}

bool could_be_a_code(std::string_view answer, const Comparable& with, Alphabet alphabet,
                     const Challenge& challenge) {
  const auto kinds = factor_kinds();
  const bool could_be_factors =
      std::any_of(kinds.begin(), kinds.end(), [&](const FactorKind& kind) {
        return (with.app || kind.method != Method::totp) && kind.has_form(answer);
      });
  return could_be_factors || (with.code && could_be(challenge.code(), answer, alphabet)) ||
         (with.code_of_provider && is_digits(answer, kShortestTaken, kLongestOfServices));
}

bool is_short_code_of_service(std::string_view answer) {
  return is_digits(answer, kShortestOfServices, kShortestTaken - 1);
}

}  // namespace sms2fa
