// SPDX-License-Identifier: Apache-2.0
#include "lib/base/escape.h"

namespace sms2fa {

namespace {

size_t escape_from(unsigned char first_plain, char* out, size_t size,
                   std::string_view text) noexcept {
  static constexpr char kHex[] = "0123456789abcdef";
  constexpr size_t kEllipsis = 3;
  size_t used = 0;
  size_t last_that_leaves_room = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte >= first_plain && byte < 0x7f && c != '\\' && c != '"';
    const size_t needed = plain ? 1 : 4;
    if (used + needed >= size) {
      used = last_that_leaves_room;
      for (size_t i = 0; i < kEllipsis; ++i) out[used++] = '.';
      break;
    }
    if (plain) {
      out[used++] = c;
    } else {
      out[used++] = '\\';
      out[used++] = 'x';
      out[used++] = kHex[byte >> 4];
      out[used++] = kHex[byte & 0xf];
    }
    if (used + kEllipsis < size) last_that_leaves_room = used;
  }
  out[used] = '\0';
  return used;
}

}  // namespace

size_t escape_into(char* out, size_t size, std::string_view text) noexcept {
  return escape_from(' ', out, size, text);
}

size_t escape_word_into(char* out, size_t size, std::string_view text) noexcept {
  return escape_from(' ' + 1, out, size, text);
}

}  // namespace sms2fa
