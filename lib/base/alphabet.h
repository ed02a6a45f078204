// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace sms2fa {

// What a code is made of. base32 is that of RFC 4648 (A-Z, 2-7); mixed has letters, digits and
// signs, without those that look like another or that a text message pays double for.
enum class Alphabet { digits, hex, base32, mixed };

// Each character once, upper case.
constexpr std::string_view characters_of(Alphabet alphabet) {
  switch (alphabet) {
    case Alphabet::digits:
      return "0123456789";
    case Alphabet::hex:
      return "0123456789ABCDEF";
    case Alphabet::base32:
      return "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    case Alphabet::mixed:
      return "ABCDEFGHJKLMNPQRSTUVWXYZ23456789!#%&*+=?";
  }
  return {};
}

}  // namespace sms2fa
