// SPDX-License-Identifier: Apache-2.0
#include "pam_module/conversation.h"

#include <stdlib.h>
#include <string.h>

namespace sms2fa {

namespace {

int pam_style(wire::Style style) noexcept {
  switch (style) {
    case wire::Style::echo_on:
      return PAM_PROMPT_ECHO_ON;
    case wire::Style::echo_off:
      return PAM_PROMPT_ECHO_OFF;
    case wire::Style::info:
      return PAM_TEXT_INFO;
    case wire::Style::error:
    case wire::Style::key:
      return PAM_ERROR_MSG;
  }
  return PAM_ERROR_MSG;
}

bool is_prompt(wire::Style style) noexcept {
  return style == wire::Style::echo_on || style == wire::Style::echo_off;
}

void wipe_and_free(pam_response* responses) noexcept {
  if (responses == nullptr) return;
  if (responses->resp != nullptr) {
    explicit_bzero(responses->resp, strlen(responses->resp));
    free(responses->resp);
  }
  free(responses);
}

}  // namespace

Answer::~Answer() {
  explicit_bzero(text_, sizeof text_);
}

void Answer::take(const char* text) noexcept {
  explicit_bzero(text_, sizeof text_);
  size_ = strnlen(text, sizeof text_);
  memcpy(text_, text, size_);
}

int converse(pam_handle_t* pamh, wire::Style style, const char* text, Answer& answer) noexcept {
  const void* item = nullptr;
  if (pam_get_item(pamh, PAM_CONV, &item) != PAM_SUCCESS || item == nullptr) return PAM_CONV_ERR;
  const auto* conversation = static_cast<const pam_conv*>(item);
  if (conversation->conv == nullptr) return PAM_CONV_ERR;

  const pam_message message = {pam_style(style), text};
  const pam_message* messages[] = {&message};
  pam_response* responses = nullptr;
  const int result = conversation->conv(1, messages, &responses, conversation->appdata_ptr);
  // Whatever a failing host left in `responses` is not ours to free: hosts free it themselves.
  if (result != PAM_SUCCESS) return PAM_CONV_ERR;

  const bool answered = responses != nullptr && responses->resp != nullptr;
  if (answered && is_prompt(style)) answer.take(responses->resp);
  wipe_and_free(responses);
  return answered || !is_prompt(style) ? PAM_SUCCESS : PAM_CONV_ERR;
}

bool is_sshd_placeholder(std::string_view text) noexcept {
  constexpr std::string_view kPattern = "\b\n\r\177INCORRECT";
  // An empty answer carries nothing to recognise, and no password or code is empty.
  if (text.empty()) return false;
  for (size_t i = 0; i < text.size(); ++i)
    if (text[i] != kPattern[i % kPattern.size()]) return false;
  return true;
}

std::string_view authtok_of(pam_handle_t* pamh) noexcept {
  const void* item = nullptr;
  if (pam_get_item(pamh, PAM_AUTHTOK, &item) != PAM_SUCCESS || item == nullptr) return {};
  return static_cast<const char*>(item);
}

bool same_text(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size() || a.empty()) return false;
  unsigned difference = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const volatile char left = a[i];
    const volatile char right = b[i];
    difference |= static_cast<unsigned>(left ^ right);
  }
  return difference == 0;
}

}  // namespace sms2fa
