// SPDX-License-Identifier: Apache-2.0
#include "tests/pam/scripted_person.h"

#include <cstdlib>
#include <cstring>
#include <exception>

#include "tests/pam/datagram.h"
#include "tests/pam/intercept.h"
#include "tests/pam/pam_transaction.h"

namespace sms2fa::test {

namespace {

int pam_style(const Line& line, const std::string& name) {
  switch (style_named(name)) {
    case 1:
      return PAM_PROMPT_ECHO_ON;
    case 2:
      return PAM_PROMPT_ECHO_OFF;
    case 3:
      return PAM_TEXT_INFO;
    case 4:
      return PAM_ERROR_MSG;
    default:
      line.refuse("no such style");
  }
}

// From malloc(), as the module frees it.
pam_response* one_response(char* text) {
  auto* response = static_cast<pam_response*>(calloc(1, sizeof(pam_response)));
  if (response == nullptr) abort();
  response->resp = text;
  return response;
}

char* watched_copy(const std::string& text) {
  auto* copy = static_cast<char*>(malloc(text.size() + 1));
  if (copy == nullptr) abort();
  memcpy(copy, text.c_str(), text.size() + 1);
  watch_answer(copy, text.size());
  return copy;
}

}  // namespace

ScriptedPerson::ScriptedPerson(const Script& script, Complaints& complaints,
                               std::function<void()> before_answer,
                               std::function<void()> daemon_done)
    : script_(script),
      complaints_(complaints),
      before_answer_(std::move(before_answer)),
      daemon_done_(std::move(daemon_done)) {}

pam_conv ScriptedPerson::conversation() {
  const auto words = script_.after("host", "conversation");
  if (!words.empty() && words[0].is("missing")) return {nullptr, nullptr};
  return {&ScriptedPerson::converse, this};
}

void ScriptedPerson::finish() {
  const auto& lines = script_.section("prompts");
  for (; next_ < lines.size(); ++next_)
    complaints_.push_back(lines[next_].place + ": this did not come: " + lines[next_].text);
}

int ScriptedPerson::converse(int count, const pam_message** messages, pam_response** responses,
                             void* self) noexcept {
  auto& person = *static_cast<ScriptedPerson*>(self);
  try {
    if (count == 1) return person.answer(**messages, responses);
    person.complaints_.push_back("more than one message in one call");
  } catch (const std::exception& error) {
    person.complaints_.push_back(error.what());
  }
  return PAM_CONV_ERR;
}

int ScriptedPerson::answer(const pam_message& message, pam_response** responses) {
  before_answer_();
  const auto& lines = script_.section("prompts");
  if (next_ == lines.size()) {
    complaints_.push_back("a prompt that [prompts] does not have: " + quoted(message.msg));
    return PAM_CONV_ERR;
  }
  const Line& line = lines[next_++];
  const auto words = line.words();
  if (words.size() < 2) line.refuse("a style and a text are wanted");
  if (message.msg_style != pam_style(line, words[0].text) || message.msg != words[1].text)
    complaints_.push_back(line.place + ": style " + std::to_string(message.msg_style) + ", " +
                          quoted(message.msg) + " came instead of " + line.text);
  return reply(line, {words.begin() + 2, words.end()}, responses);
}

int ScriptedPerson::reply(const Line& line, const std::vector<Word>& words,
                          pam_response** responses) {
  size_t at = 0;
  if (words.size() > 1 && words[0].is("after") && words[1].is("daemon")) {
    daemon_done_();
    at = 2;
  }
  if (words.size() == at) {
    // What hosts hand back for a message that wants no answer.
    *responses = one_response(nullptr);
    return PAM_SUCCESS;
  }
  if (words[at].is("no-array")) return PAM_SUCCESS;
  if (words.size() < at + 2) line.refuse("an answer is missing");
  const Word& what = words[at + 1];
  if (words[at].is("=")) {
    *responses = one_response(what.is("NULL") ? nullptr : watched_copy(what.text));
    return PAM_SUCCESS;
  }
  if (!words[at].is("fails")) line.refuse("= ANSWER, fails CODE or no-array is wanted");
  // Whatever stands there after a failure is none of the module's business.
  if (words.size() > at + 2 && words[at + 2].is("leaving-garbage"))
    *responses = reinterpret_cast<pam_response*>(uintptr_t{8});
  return pam_code_named(what.text);
}

}  // namespace sms2fa::test
