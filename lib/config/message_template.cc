// SPDX-License-Identifier: Apache-2.0
#include "lib/config/message_template.h"

#include <algorithm>
#include <array>

#include "lib/base/text.h"

namespace sms2fa {

namespace {

constexpr std::array<std::string_view, 4> kMessagePlaceholders = {"{host}", "{code}", "{service}",
                                                                  "{ref}"};
constexpr std::array<std::string_view, 3> kGatewayPlaceholders = {"{to}", "{to_digits}", "{text}"};
constexpr size_t kLongestPrompt = 100;
constexpr size_t kLongestSms = 160;

// The reader of the file lets no ASCII control characters through; these are the others, U+0080 to
// U+009F, which a terminal obeys too.
bool has_c1_control(std::string_view utf8) {
  for (size_t i = 0; i + 1 < utf8.size(); ++i)
    if (utf8[i] == '\xc2' && static_cast<unsigned char>(utf8[i + 1]) < 0xa0) return true;
  return false;
}

bool is_quoted(std::string_view text) {
  return text.size() >= 2 && text.front() == '"' && text.back() == '"';
}

std::string why_not_shown(std::string_view text) {
  if (has_c1_control(text) || text.find('\t') != std::string_view::npos)
    return "must not hold control characters";
  if (is_quoted(text)) return "must not be in quotes, which would be shown";
  return {};
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_letter_or_digit(char c) {
  return is_letter(c) || (c >= '0' && c <= '9');
}

// What would be a placeholder's name.
bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char c) { return is_letter_or_digit(c) || c == '_'; });
}

// RFC 5646: two or three letters, then parts of up to eight letters and digits.
bool is_language_tag(std::string_view text) {
  for (bool first = true;; first = false) {
    const size_t dash = text.find('-');
    const std::string_view part = text.substr(0, dash);
    const bool proper = first ? part.size() >= 2 && part.size() <= 3 &&
                                    std::all_of(part.begin(), part.end(), is_letter)
                              : !part.empty() && part.size() <= 8 &&
                                    std::all_of(part.begin(), part.end(), is_letter_or_digit);
    if (!proper || dash == std::string_view::npos) return proper;
    text.remove_prefix(dash + 1);
  }
}

}  // namespace

std::string take_message(std::string_view text, std::string& out) {
  if (auto reason = why_not_shown(text); !reason.empty()) return reason;
  std::string rest(text);
  for (const auto mark : kMessagePlaceholders)
    rest = replace_placeholder(rest, mark.substr(1, mark.size() - 2), "-");
  if (rest.find_first_of("{}") != std::string::npos)
    return "may hold no other braces than {host}, {code}, {service} and {ref}";
  if (text.find("{code}") == std::string_view::npos) return "must hold {code}";
  out = text;
  return {};
}

std::string take_prompt(std::string_view text, std::string& out) {
  if (auto reason = why_not_shown(text); !reason.empty()) return reason;
  if (text.find_first_of("{}") != std::string_view::npos) return "may hold no braces";
  if (text.size() > kLongestPrompt) return "must be at most 100 bytes";
  out = text;
  return {};
}

std::string take_language(std::string_view text, std::string& out) {
  if (!is_language_tag(text)) return "must be a language tag such as en-US";
  out = text;
  return {};
}

std::string why_not_sms(std::string_view sms, unsigned code_length) {
  const std::string lower = ascii_lower(sms);
  for (const std::string_view link : {"http", "www.", "://"})
    if (lower.find(link) != std::string::npos)
      return "must not hold a link: people are to trust none in such a message";
  std::string filled = replace_placeholder(sms, "code", std::string(code_length, '0'));
  filled = replace_placeholder(filled, "host", std::string(kLongestHost, 'x'));
  filled = replace_placeholder(filled, "service", std::string(kLongestService, 'x'));
  filled = replace_placeholder(filled, "ref", std::string(kLongestRef, 'x'));
  const size_t length = gsm7_length(filled);
  if (length == 0) return "must hold only ASCII characters of the GSM-7 alphabet";
  if (length > kLongestSms)
    return "may become " + std::to_string(length) + " characters, and 160 fit into one message";
  return {};
}

std::string take_gateway_text(std::string_view text, std::string& out) {
  for (size_t open = text.find('{'); open != std::string_view::npos;
       open = text.find('{', open + 1)) {
    const size_t close = text.find('}', open);
    if (close == std::string_view::npos || !is_word(text.substr(open + 1, close - open - 1)))
      continue;
    const auto mark = text.substr(open, close - open + 1);
    if (std::find(kGatewayPlaceholders.begin(), kGatewayPlaceholders.end(), mark) ==
        kGatewayPlaceholders.end())
      return "may hold no other placeholders than {to}, {to_digits} and {text}";
  }
  out = text;
  return {};
}

}  // namespace sms2fa
