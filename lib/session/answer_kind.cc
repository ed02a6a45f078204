// SPDX-License-Identifier: Apache-2.0
#include "lib/session/answer_kind.h"

#include "lib/otp/backup_code.h"
#include "lib/otp/pin.h"

namespace sms2fa {

namespace {

// RFC 4226, section 5.3: "at least 6 digits"; no app shows more than 8.
constexpr size_t kShortestOfApps = 6;
constexpr size_t kLongestOfApps = 8;
// Backup codes that were google-authenticator's.
constexpr size_t kScratchCode = 8;
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
  if (has_form_of_backup_code(answer) || is_digits(answer, kScratchCode, kScratchCode)) return true;
  return (with.code && could_be(challenge.code(), answer, alphabet)) ||
         (with.app && (is_digits(answer, kShortestOfApps, kLongestOfApps) ||
                       is_digits(answer, 2 * kShortestOfApps, 2 * kLongestOfApps))) ||
         (with.code_of_provider && is_digits(answer, kShortestTaken, kLongestOfServices));
}

bool is_short_code_of_service(std::string_view answer) {
  return is_digits(answer, kShortestOfServices, kShortestTaken - 1);
}

}  // namespace sms2fa
