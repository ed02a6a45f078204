// SPDX-License-Identifier: Apache-2.0
#include "lib/base/text.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>

#include "lib/base/escape.h"

namespace sms2fa {

std::string escape(std::string_view text, size_t most) {
  std::string out(std::max<size_t>(most, 3) + 1, '\0');
  out.resize(escape_into(out.data(), out.size(), text));
  return out;
}

bool is_valid_utf8(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || i + length > text.size()) return false;
    uint32_t point = lead & (0xffu >> (length + 1));
    for (size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xc0) != 0x80) return false;
      point = point << 6 | (next & 0x3fu);
    }
    const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
    if (overlong || (point >= 0xd800 && point <= 0xdfff) || point > 0x10ffff) return false;
    i += length;
  }
  return true;
}

std::string ascii_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  const size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

size_t gsm7_length(std::string_view text) {
  // 3GPP TS 23.038: these ASCII characters sit in the extension table, behind an escape.
  constexpr std::string_view kExtended = "^{}\\[~]|";
  size_t length = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n' || c == '\r') {
      ++length;
    } else if (byte < 0x20 || byte >= 0x7f || c == '`') {
      return 0;
    } else {
      length += kExtended.find(c) == std::string_view::npos ? 1 : 2;
    }
  }
  return length;
}

std::string replace_placeholder(std::string_view text, std::string_view name,
                                std::string_view value) {
  const std::string mark = "{" + std::string(name) + "}";
  size_t marks = 0;
  for (size_t at = text.find(mark); at != std::string_view::npos; at = text.find(mark, at + 1))
    ++marks;
  std::string out;
  // At once, for growing would leave copies of `value` behind, which may be a code.
  out.reserve(text.size() + marks * value.size());
  while (true) {
    const size_t at = text.find(mark);
    out += text.substr(0, at);
    if (at == std::string_view::npos) return out;
    out += value;
    text.remove_prefix(at + mark.size());
  }
}

std::string iso_date(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text;
}

}  // namespace sms2fa
