// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <security/pam_ext.h>

#include "lib/base/escape.h"

namespace sms2fa {

// Untrusted text on its way to pam_syslog(): one line, printable, bounded. For one statement:
//   pam_syslog(pamh, LOG_ERR, "… %s", Escaped(user).text());
class Escaped {
 public:
  explicit Escaped(const char* text) noexcept {
    escape_into(text_, sizeof text_, text != nullptr ? text : "");
  }
  const char* text() const noexcept { return text_; }

 private:
  char text_[260];
};

// The same as one word, for a line that is taken apart at its blanks.
class Word {
 public:
  explicit Word(const char* text) noexcept {
    escape_word_into(text_, sizeof text_, text != nullptr ? text : "");
  }
  const char* text() const noexcept { return text_; }

 private:
  char text_[260];
};

}  // namespace sms2fa
