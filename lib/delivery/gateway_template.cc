// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/gateway_template.h"

#include <array>
#include <optional>

#include "lib/delivery/form.h"

namespace sms2fa {

namespace {

constexpr std::string_view kTo = "{to}";
constexpr std::string_view kToDigits = "{to_digits}";
constexpr std::string_view kText = "{text}";
constexpr std::array kMarks = {kTo, kToDigits, kText};

// The placeholder that `text` begins with; empty: none.
std::string_view mark_at(std::string_view text) {
  for (const auto mark : kMarks)
    if (text.starts_with(mark)) return mark;
  return {};
}

void append_json(std::string& out, std::string_view value) {
  constexpr std::string_view kHex = "0123456789abcdef";
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < ' ') {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 0xf];
    } else {
      out += c;
    }
  }
}

void append(std::string& out, std::string_view value, Place place) {
  switch (place) {
    case Place::url: {
      std::string encoded = percent_encode(value);
      out += encoded;
      wipe(encoded);
      return;
    }
    case Place::form:
      out += value;
      return;
    case Place::json:
      return append_json(out, value);
    case Place::header:
      for (const char c : value)
        out += static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? ' ' : c;
      return;
  }
}

}  // namespace

bool has_placeholder(std::string_view text) {
  for (size_t at = text.find('{'); at != text.npos; at = text.find('{', at + 1))
    if (!mark_at(text.substr(at)).empty()) return true;
  return false;
}

std::string fill(std::string_view text, const LoginMessage& message, Place place) {
  constexpr size_t kLongestEscape = 6;
  const std::string_view number = message.to.e164();
  std::string out;
  // Room for every placeholder there can be, so that no half-filled copy is left behind.
  const size_t marks = 1 + text.size() / kTo.size();
  out.reserve(text.size() + marks * kLongestEscape * (number.size() + message.body.size()));
  while (!text.empty()) {
    const size_t open = text.find('{');
    out += text.substr(0, open);
    if (open == text.npos) break;
    text.remove_prefix(open);
    const auto mark = mark_at(text);
    if (mark == kTo) append(out, number, place);
    if (mark == kToDigits) append(out, number.substr(1), place);
    if (mark == kText) append(out, message.body.reveal(), place);
    if (mark.empty()) out += '{';
    text.remove_prefix(mark.empty() ? 1 : mark.size());
  }
  return out;
}

}  // namespace sms2fa
