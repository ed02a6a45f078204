// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace sms2fa {

// Plain text as scdoc(5) wants it, which marks bold and underlined words by stars and underscores.
inline std::string for_scdoc(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("*_\\").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace sms2fa
