// SPDX-License-Identifier: Apache-2.0
#include "lib/session/wording.h"

#include "lib/base/text.h"

namespace sms2fa::wording {

namespace {

std::string duration(std::chrono::seconds time) {
  if (time < std::chrono::seconds(120)) return std::to_string(time.count()) + " s";
  return std::to_string(std::chrono::ceil<std::chrono::minutes>(time).count()) + " min";
}

std::string reduced(std::string_view text, size_t most) {
  std::string kept;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '_' || c == '-';
    if (plain && kept.size() < most) kept += c;
  }
  return kept;
}

}  // namespace

std::string code_sent(Medium medium, const std::string& masked, const std::string& ref) {
  if (medium == Medium::voice) return "Calling " + masked + " with the code. ";
  return "Code sent by SMS to " + masked + " (ref " + ref + "). ";
}

std::string code_may_come(Medium medium, const std::string& masked, const std::string& ref) {
  if (medium == Medium::voice) return "A call to " + masked + " should bring the code. ";
  return "A code should be on its way by SMS to " + masked + " (ref " + ref + "). ";
}

std::string code_sent_before(std::chrono::seconds ago, const std::string& masked,
                             const std::string& ref) {
  return "Code sent " + duration(ago) + " ago to " + masked + " (ref " + ref + "). ";
}

std::string code_sent_again(const std::string& masked, const std::string& ref) {
  return "Code on its way again to " + masked + " (ref " + ref + "). ";
}

std::string code_coming(const std::string& masked) {
  return "A code for " + masked + " is still being sent; an authenticator or backup code works. ";
}

std::string not_delivered(bool other_way) {
  return std::string("The last message did not arrive") +
         (other_way ? "; an authenticator or backup code works too. " : ". ");
}

std::string resend_too_soon(std::chrono::seconds wait) {
  return "Not yet: r works in " + duration(wait) + ". ";
}

std::string resend_failed() {
  return "The message could not be sent again. ";
}

std::string no_more_resends() {
  return "No more messages for this code. ";
}

std::string wrong_code(unsigned left) {
  return "Wrong code, " + std::to_string(left) + (left == 1 ? " try" : " tries") + " left. ";
}

std::string not_checked(unsigned left) {
  return "The code could not be checked, " + std::to_string(left) +
         (left == 1 ? " try" : " tries") + " left. ";
}

std::string that_is_the_password() {
  return "That was the password; this is about the code. ";
}

std::string prompt(const std::string& lead, const MessageSettings& settings, Question question) {
  std::string text =
      lead + (question.message_is_out ? settings.prompt : "Enter an authenticator or backup code");
  if (question.may_send) {
    text += question.message_is_out ? " (r = resend" : " (s = text me";
    text += question.may_call ? ", v = call me)" : ")";
  }
  return text + ": ";
}

std::string out_of_tries(std::chrono::seconds wait) {
  return "Too many wrong codes. A new one can be sent in " + duration(wait) + ".";
}

std::string too_many_wrong_codes() {
  return "Too many wrong codes.";
}

std::string expired() {
  return "The code has expired. Log in again for a new one.";
}

std::string used_elsewhere() {
  return "Another login has used this code. Log in again for a new one.";
}

std::string busy() {
  return "Too many logins at once. Try again in a moment.";
}

std::string could_not_send() {
  return "The message could not be sent.";
}

std::string too_many_messages(std::chrono::seconds wait) {
  return "Too many messages lately. Try again in " + duration(wait) + ".";
}

std::string unavailable() {
  return "The second factor cannot be checked at the moment.";
}

std::string backup_codes_left(unsigned left) {
  if (left == 0) return "That was your last backup code. Make new ones: sms2fa codes.";
  return "Backup code used, " + std::to_string(left) + " left.";
}

Secret text_message(const MessageSettings& settings, const std::string& host,
                    const std::string& service, const std::string& ref, const Secret& code) {
  std::string text = replace_placeholder(settings.sms, "host", reduced(host, kLongestHost));
  text = replace_placeholder(text, "service", reduced(service, kLongestService));
  text = replace_placeholder(text, "ref", ref);
  std::string with_code = replace_placeholder(text, "code", code.reveal());
  Secret message(with_code);
  wipe(with_code);
  return message;
}

Secret spoken_message(const MessageSettings& settings, const Secret& code) {
  std::string digits;
  digits.reserve(3 * code.size());
  for (const char c : code.reveal()) {
    if (!digits.empty()) digits += ". ";
    digits += c;
  }
  std::string text = replace_placeholder(settings.voice, "code", digits);
  wipe(digits);
  Secret message(text);
  wipe(text);
  return message;
}

}  // namespace sms2fa::wording
