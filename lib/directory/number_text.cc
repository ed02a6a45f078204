// SPDX-License-Identifier: Apache-2.0
#include "lib/directory/number_text.h"

#include <cstdint>
#include <cstdio>

#include "lib/base/text.h"

namespace sms2fa {

namespace {

constexpr std::string_view kSeparators = " -./()";
// Some islands have four digits; an international prefix and 15 digits (ITU-T E.164, 6.1) make 20.
constexpr size_t kFewestNational = 4;
constexpr size_t kMostNational = 20;
constexpr size_t kFewestInternational = 7;
// 15, and a national prefix that people leave in, up to the 8~10 of Belarus.
constexpr size_t kMostInternational = 18;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool continues_a_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

// "U+202A" of the character that `text` begins with, or "\x80" of a byte that is none.
std::string name_of_first(std::string_view text) {
  size_t size = 1;
  while (size < text.size() && continues_a_character(text[size])) ++size;
  if (!is_valid_utf8(text.substr(0, size))) return escape(text.substr(0, 1));
  const auto first = static_cast<unsigned char>(text[0]);
  uint32_t point = size == 1 ? first : first & (0x7fU >> size);
  for (size_t i = 1; i < size; ++i) point = point << 6 | (text[i] & 0x3f);
  char name[16];
  std::snprintf(name, sizeof name, "U+%04X", point);
  return name;
}

// What is at `text[at]`, which is no part of a number, and where.
std::string describe(std::string_view text, size_t at) {
  size_t column = 1;
  for (size_t i = 0; i < at; ++i)
    if (!continues_a_character(text[i])) ++column;
  const std::string place = " at column " + std::to_string(column);
  const char c = text[at];
  if (c == '+') return "has a '+'" + place + ", which may stand only in front";
  if (is_letter(c))
    return "has a letter" + place + "; write it in digits, without tel: and without an extension";
  if (c > ' ' && c < '\x7f')
    return std::string("has a '") + c + "'" + place +
           "; it may consist of digits, blanks and - . / ( )";
  return "has " + name_of_first(text.substr(at)) + place +
         ", which is no part of a number; type it anew instead of pasting it";
}

std::string why_not(std::string_view digits, std::string_view country) {
  if (digits.starts_with('+')) {
    const size_t count = digits.size() - 1;
    if (count < kFewestInternational || count > kMostInternational || digits[1] == '0')
      return "must be '+', country code and number, 7 to 15 digits in all";
    return {};
  }
  if (country.empty())
    return digits.starts_with("00")
               ? "begins with 00; write '+' for it"
               : "does not begin with '+', and no default_country is configured";
  if (digits.size() < kFewestNational || digits.size() > kMostNational)
    return "is not one of default_country";
  return {};
}

}  // namespace

Error number_error(ErrorKind kind, std::string reason) {
  return make_error(kind, "the phone number " + std::move(reason));
}

Error unknown_country() {
  return number_error(ErrorKind::configuration,
                      "cannot be read: default_country or its calling code is unknown");
}

Error forbidden_prefix() {
  return number_error(ErrorKind::configuration,
                      "has a prefix where no code may go (satellite, premium rate, freephone)");
}

Result<std::string> number_digits(std::string_view text, std::string_view default_country) {
  const auto refuse = [](std::string reason) {
    return number_error(ErrorKind::configuration, std::move(reason));
  };
  const std::string_view trimmed = trim(text);
  std::string digits;
  for (const char& c : trimmed) {
    if (is_digit(c) || (c == '+' && digits.empty()))
      digits += c;
    else if (kSeparators.find(c) == std::string_view::npos)
      return refuse(describe(text, static_cast<size_t>(&c - text.data())));
    if (digits.size() > kMostNational) return refuse("has too many digits");
  }
  if (auto reason = why_not(digits, default_country); !reason.empty())
    return refuse(std::move(reason));
  return digits;
}

}  // namespace sms2fa
