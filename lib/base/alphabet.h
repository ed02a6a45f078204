// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace sms2fa {

// What a code is made of. base32 is that of RFC 4648 (A-Z, 2-7).
enum class Alphabet { digits, hex, base32 };

// Each character once, upper case.
constexpr std::string_view characters_of(Alphabet alphabet) {
  switch (alphabet) {
    case Alphabet::digits:
      return "0123456789";
    case Alphabet::hex:
      return "0123456789ABCDEF";
    case Alphabet::base32:
      return "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  }
  return {};
}

}  // namespace sms2fa
