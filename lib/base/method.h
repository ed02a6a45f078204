// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace sms2fa {

// The ways in that a person can have, in the words the configuration uses.
enum class Method { sms, voice, totp, backup };

constexpr std::string_view to_string(Method method) {
  switch (method) {
    case Method::sms:
      return "sms";
    case Method::voice:
      return "voice";
    case Method::totp:
      return "totp";
    case Method::backup:
      return "backup";
  }
  return "unknown";
}

constexpr std::optional<Method> method_from(std::string_view word) {
  for (const Method method : {Method::sms, Method::voice, Method::totp, Method::backup})
    if (word == to_string(method)) return method;
  return std::nullopt;
}

// In the person's order of preference.
using Methods = std::vector<Method>;

}  // namespace sms2fa
