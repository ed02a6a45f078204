// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "lib/base/secret.h"

namespace sms2fa {

// Every byte but the unreserved ones of RFC 3986 as %XX: right for a path segment and, because it
// leaves no blank and no plus, for a form too.
std::string percent_encode(std::string_view text);

// Builds an application/x-www-form-urlencoded body. What it holds is wiped when it goes.
class FormBody {
 public:
  FormBody() = default;
  FormBody(const FormBody&) = delete;
  FormBody& operator=(const FormBody&) = delete;
  ~FormBody() { wipe(text_); }

  void add(std::string_view name, std::string_view value);
  Secret take() const { return Secret(text_); }

 private:
  std::string text_;
};

}  // namespace sms2fa
