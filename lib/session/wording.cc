// SPDX-License-Identifier: Apache-2.0
#include "lib/session/wording.h"

#include "lib/base/text.h"

namespace sms2fa::wording {

namespace {

std::string duration(std::chrono::seconds time) {
  if (time < std::chrono::seconds(120)) return std::to_string(time.count()) + " s";
  return std::to_string(std::chrono::ceil<std::chrono::minutes>(time).count()) + " min";
}

// A terminal's columns, and those of the first line: ssh puts "(user@host) " before it.
constexpr size_t kLine = 80;
constexpr size_t kFirstLine = kLine - 20;

// Breaks text that is longer at blanks, in front of a parenthesis where that is possible.
std::string in_lines(std::string_view text, size_t columns) {
  std::string lines;
  for (; text.size() > columns; columns = kLine) {
    size_t end = text.rfind(" (", columns);
    if (end == text.npos || end == 0) end = text.rfind(' ', columns);
    if (end == text.npos || end == 0) break;
    lines.append(text.substr(0, end)).append("\n");
    text.remove_prefix(end + 1);
  }
  return lines.append(text);
}

}  // namespace

std::string reduced(std::string_view text, size_t most) {
  std::string kept;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '_' || c == '-';
    if (plain && kept.size() < most) kept += c;
  }
  return kept;
}

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

std::string resend_too_soon(std::chrono::seconds wait, bool may_call) {
  return std::string("Not yet: r ") + (may_call ? "and v work" : "works") + " in " +
         duration(wait) + ". ";
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

std::string used_before(unsigned left) {
  return "That code was used before; wait for the next one. " + std::to_string(left) +
         (left == 1 ? " try" : " tries") + " left. ";
}

std::string not_checked(unsigned left) {
  return "The code could not be checked, " + std::to_string(left) +
         (left == 1 ? " try" : " tries") + " left. ";
}

std::string prompt(const std::string& lead, const MessageSettings& settings, Question question) {
  const std::string without_message =
      question.app_works ? "Enter an authenticator or backup code" : "Enter a backup code";
  std::string text = question.message_is_out ? settings.prompt : without_message;
  if (question.may_send) {
    text += question.message_is_out ? " (r = resend" : " (s = text me";
    text += question.may_call ? ", v = call me)" : ")";
  }
  text += ": ";
  if (lead.size() + text.size() <= kFirstLine) return lead + text;
  if (lead.empty()) return in_lines(text, kFirstLine);
  return in_lines(lead.substr(0, lead.find_last_not_of(' ') + 1), kFirstLine) + "\n" +
         in_lines(text, kLine);
}

std::string with_help(std::string text, const MessageSettings& settings) {
  return settings.help.empty() ? text : text + " " + settings.help;
}

std::string out_of_tries(std::chrono::seconds wait) {
  return "Too many wrong codes. A new one can be sent in " + duration(wait) + " at the earliest.";
}

std::string locked(std::chrono::seconds wait) {
  return "Too many wrong codes: locked for another " + duration(wait) + ".";
}

std::string disabled() {
  return "Too many wrong codes: an administrator has to unlock you or give you a bypass code.";
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

std::string not_available(bool app, bool number) {
  std::string text;
  if (app) text += "Authenticator codes cannot be checked at the moment. ";
  if (number) text += "No message can be sent at the moment. ";
  return text;
}

std::string no_code_was_typed() {
  return "That was the user name or the password, not the code. Log in again.";
}

std::string busy() {
  return "Too many logins at once. Try again in a moment.";
}

std::string could_not_send() {
  return "The message could not be sent.";
}

std::string opted_out(const std::string& sender) {
  return "Your phone has refused our messages (STOP). To get them again, text START to " +
         (sender.empty() ? "their sender" : sender) + ".";
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

std::string days_left_to_enroll(unsigned days, bool by_themselves) {
  const std::string left = std::to_string(days) + (days == 1 ? " day" : " days");
  return "You have " + left + " left to enroll a phone or an app: " +
         (by_themselves ? "run sms2fa enroll." : "ask for an invitation.");
}

std::string wrong_codes_from_elsewhere(unsigned count) {
  return std::to_string(count) + (count == 1 ? " wrong code" : " wrong codes") +
         " from elsewhere since your last login.";
}

Secret text_message(const MessageSettings& settings, const std::string& host,
                    const std::string& service, const std::string& ref, const Secret& code) {
  std::string text = replace_placeholder(settings.sms, "host", reduced(host, kLongestHost));
  const std::string plain = reduced(service, kLongestService);
  text = replace_placeholder(text, "service", plain.empty() ? "a local login" : plain);
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
