// SPDX-License-Identifier: Apache-2.0
#include "lib/session/enroll_wording.h"

#include "lib/session/wording.h"

namespace sms2fa::wording {

namespace {

std::string hours(std::chrono::seconds time) {
  return std::to_string(std::chrono::ceil<std::chrono::hours>(time).count()) + " h";
}

}  // namespace

MessageSettings for_enrolment(MessageSettings settings) {
  settings.sms =
      "{host}: {code} is your code to ADD a phone or app, not to log in. Ref {ref}. Never share "
      "it.";
  settings.voice = "This is not about a login. Your code to add a phone or an app is {code}.";
  settings.language = "en-US";
  return settings;
}

std::string only_administrators_enroll() {
  return "Here only an administrator enrolls people.";
}

std::string account_may_not_enroll() {
  return "This is no person's account, so only an administrator can enroll it.";
}

std::string ask_invitation(bool again) {
  return std::string(again ? "Not that one. " : "") +
         "Enter the invitation that your administrator gave you: ";
}

std::string prove_again() {
  return "Another change needs another code.";
}

std::string prove_first() {
  return "First show that you are who you were: a code from your phone or app.";
}

std::string changed_meanwhile() {
  return "What is enrolled has been changed or locked meanwhile. Begin again.";
}

std::string number_on_record(const std::string& masked) {
  return "Codes go to " + masked + ", as your administrator has set it.";
}

std::string number_stays(const std::string& masked) {
  return "Codes go to " + masked + ". Only an administrator can change that.";
}

std::string ask_number() {
  return "Phone number for codes (Enter = none): ";
}

std::string ask_other_number(const std::string& masked) {
  return "Codes go to " + masked + ". Another number (Enter = keep this one): ";
}

std::string number_unreadable(const std::string& why) {
  return "Not usable: " + why + ".";
}

std::string number_code_sent(const std::string& masked, const std::string& ref) {
  return "Code sent by SMS to " + masked + " (ref " + ref + "). Enter it (r = resend): ";
}

std::string number_kept(const std::string& masked) {
  return "From now on codes go to " + masked + ".";
}

std::string number_planned(const std::string& masked, std::chrono::seconds wait) {
  return "In " + hours(wait) + " codes will go to " + masked +
         "; until then to the old number, which has been told.";
}

std::string number_not_told() {
  return "The number on record could not be told, so nothing was changed.";
}

std::string number_will_change(std::chrono::seconds wait) {
  return "in " + hours(wait) + " your login codes will go to another phone.";
}

std::string change_notice(const std::string& host, const std::string& what) {
  return reduced(host, kLongestHost) + ": " + what +
         " If you did not ask for that, tell your administrator now.";
}

std::string ask_app(bool another) {
  return another ? "You have an authenticator app. Set up another one? (y/N) "
                 : "Set up an authenticator app? (Y/n) ";
}

std::string apps_impossible() {
  return "Authenticator apps and numbers can't be kept at the moment; tell your administrator.";
}

Secret key_for_typing(std::string_view base32) {
  std::string text = "Scan this with the app, or type the key:";
  text.reserve(text.size() + 2 * base32.size());
  for (size_t i = 0; i < base32.size(); ++i) {
    if (i % 4 == 0) text += ' ';
    text += base32[i];
  }
  Secret line(text);
  wipe(text);
  return line;
}

std::string ask_app_code(bool again) {
  return std::string(again ? "Not that one; is the phone's clock right? " : "") +
         "Enter the code that the app shows: ";
}

std::string app_kept() {
  return "The app is set up.";
}

std::string app_not_kept() {
  return "The app was not set up.";
}

std::string ask_new_codes(unsigned left) {
  if (left == 0) return "You have no backup codes. Make ten? (y/N) ";
  return "You have " + std::to_string(left) + " backup code" + (left == 1 ? "" : "s") +
         " left. Make ten new ones, which ends these? (y/N) ";
}

Secret backup_code_line(const Secret& one, const Secret& other) {
  std::string text;
  text.reserve(64);
  text.append("    ").append(one.reveal()).append("    ").append(other.reveal());
  Secret line(text);
  wipe(text);
  return line;
}

std::string ask_codes_written_down() {
  return "Backup codes: each lets you in once without phone and app, and they are never shown "
         "again. Press Enter when you have written them down: ";
}

std::string codes_kept() {
  return "The backup codes work from now on.";
}

std::string enrolled_now(const std::vector<std::string>& methods) {
  std::string text = "Enrolled:";
  for (size_t i = 0; i < methods.size(); ++i) text += (i == 0 ? " " : ", ") + methods[i];
  return text + ".";
}

std::string nothing_enrolled() {
  return "Nothing is enrolled.";
}

}  // namespace sms2fa::wording
