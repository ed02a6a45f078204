// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/form.h"

namespace sms2fa {

namespace {

constexpr size_t kLongestEncodedByte = 3;

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

void append_encoded(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 0xf];
    }
  }
}

}  // namespace

std::string percent_encode(std::string_view text) {
  std::string out;
  append_encoded(out, text);
  return out;
}

void FormBody::add(std::string_view name, std::string_view value) {
  // Grown by hand, because a string that grows by itself frees its old bytes unwiped.
  std::string grown;
  grown.reserve(text_.size() + kLongestEncodedByte * (name.size() + value.size()) + 2);
  grown += text_;
  wipe(text_);
  if (!grown.empty()) grown += '&';
  append_encoded(grown, name);
  grown += '=';
  append_encoded(grown, value);
  text_ = std::move(grown);
}

}  // namespace sms2fa
