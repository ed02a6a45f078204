// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <security/pam_modules.h>

#include <string_view>

#include "lib/wire/message.h"

namespace sms2fa {

// What the person typed, cut at wire::kLongestText bytes (no code is that long). Wiped on
// destruction.
class Answer {
 public:
  Answer() noexcept = default;
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;
  ~Answer();

  void take(const char* text) noexcept;
  std::string_view text() const noexcept { return {text_, size_}; }

 private:
  char text_[wire::kLongestText] = {};
  size_t size_ = 0;
};

// Shows `text` through the host's conversation and, for the two prompt styles, waits for the
// person. The host's copy of the answer is wiped and freed. Returns PAM_SUCCESS or PAM_CONV_ERR; a
// host that reports success without an answer to a prompt counts as PAM_CONV_ERR.
int converse(pam_handle_t* pamh, wire::Style style, const char* text, Answer& answer) noexcept;

// True when PAM_AUTHTOK (or the answer) is the text that sshd passes on for accounts it will not
// let in: "\b\n\r\177INCORRECT" repeated to the length of what was typed (OpenSSH auth-pam.c,
// fake_password()).
bool is_sshd_placeholder(std::string_view text) noexcept;

// PAM_AUTHTOK, or an empty view when an earlier module set none. Owned by the PAM handle.
std::string_view authtok_of(pam_handle_t* pamh) noexcept;

// True when both are the same, non-empty text; time depends on the lengths only.
bool same_text(std::string_view a, std::string_view b) noexcept;

}  // namespace sms2fa
