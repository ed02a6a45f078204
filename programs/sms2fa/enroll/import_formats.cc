// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/enroll/import_formats.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>

#include "lib/base/alphabet.h"
#include "lib/base/text.h"

namespace sms2fa {

namespace {

// RFC 4226, section 4, R6: at least 128 bits. Google's tool made 80 for years, so those pass too.
constexpr size_t kShortestKey = 10;
constexpr size_t kLongestKey = 128;
// google-authenticator makes no more, and each costs a slow hash.
constexpr size_t kMostScratchCodes = 10;

// The first line of `text`, which moves on behind it.
std::string_view take_line(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    const size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return words;
    const size_t end = std::min(line.find_first_of(" \t", begin), line.size());
    words.push_back(line.substr(begin, end - begin));
    line.remove_prefix(end);
  }
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<Secret> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Secret bytes(std::string(text.size() / 2, '\0'));
  for (size_t i = 0; i < bytes.size(); ++i) {
    const int high = hex_value(text[2 * i]);
    const int low = hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.writable()[i] = static_cast<char>(high << 4 | low);
  }
  return bytes;
}

void leave_behind(Importable& person, std::string_view what) {
  person.left_behind.append(person.left_behind.empty() ? "" : " and ").append(what);
}

std::string why_not(const Secret& key) {
  if (key.size() < kShortestKey) return "its key is shorter than 80 bits";
  if (key.size() > kLongestKey) return "its key is longer than 1024 bits";
  return {};
}

// "HOTP/T30/6" and what may be left out of it; "" when an app with these can be kept.
std::string read_type(std::string_view type, TotpParameters& parameters) {
  const auto parts = split(type, '/');
  if (parts[0] != "HOTP" || parts.size() > 3) return "an unknown type of token";
  if (parts.size() == 1 || parts[1].empty() || parts[1] == "E")
    return "it counts events instead of time";
  if (parts[1] != "T30") return "its steps are not of 30 seconds";
  if (parts.size() == 2) return {};
  if (parts[2].size() != 1 || parts[2][0] < '6' || parts[2][0] > '8')
    return "its codes have neither 6, 7 nor 8 digits";
  parameters.digits = static_cast<unsigned>(parts[2][0] - '0');
  return {};
}

// As pam_google_authenticator decodes its key: digits that look like letters are those letters, and
// bits that fill no byte are dropped.
std::optional<Secret> decode_as_google(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  constexpr std::string_view kCharacters = characters_of(Alphabet::base32);
  Secret bytes(std::string(text.size() * 5 / 8, '\0'));
  uint32_t window = 0;
  unsigned held = 0;
  size_t count = 0;
  for (char c : text) {
    if (c == ' ' || c == '\t' || c == '-') continue;
    if (c == '0') c = 'O';
    if (c == '1') c = 'L';
    if (c == '8') c = 'B';
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    const size_t value = kCharacters.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    window = window << 5 | static_cast<uint32_t>(value);
    held += 5;
    if (held < 8) continue;
    held -= 8;
    bytes.writable()[count++] = static_cast<char>(window >> held & 0xff);
  }
  return Secret(bytes.reveal().substr(0, count));
}

// The steps by which a phone's clock is wrong, found and written down by Google's module.
void read_skew(std::string_view text, Importable& person) {
  int steps = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), steps);
  if (error == std::errc() && end == text.data() + text.size() && std::abs(steps) <= kMostTotpSkew)
    person.parameters.skew = steps;
  else
    leave_behind(person, "its correction of a clock that is wrong by more than half a day");
}

// What an option line of google-authenticator's file changes.
void read_option(std::string_view line, Importable& person, bool& counts_time) {
  const auto words = words_of(line.substr(1));
  if (words.empty()) return;
  if (words[0] == "TOTP_AUTH") counts_time = true;
  if (words[0] == "STEP_SIZE" && words.back() != "30")
    person.refused = "its steps are not of 30 seconds";
  if (words[0] == "TIME_SKEW") read_skew(words.back(), person);
}

Importable read_oath_line(std::string_view line) {
  Importable person;
  const auto words = words_of(line);
  if (words.size() < 4) {
    person.refused = "a line needs a type, a user, a PIN or - and a key";
    return person;
  }
  person.user = words[1];
  person.refused = read_type(words[0], person.parameters);
  if (!person.refused.empty()) return person;
  auto key = from_hex(words[3]);
  person.refused = key ? why_not(*key) : "its key is not hexadecimal";
  if (key && person.refused.empty()) person.key = std::move(*key);
  if (words[2] != "-" && words[2] != "+") person.left_behind = "its PIN";
  return person;
}

}  // namespace

Importable read_google_authenticator(std::string_view text, const std::string& user) {
  Importable person;
  person.user = user;
  auto key = decode_as_google(take_line(text));
  person.refused = key ? why_not(*key) : "its first line is no base32 key";
  bool counts_time = false;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.starts_with('"')) read_option(line, person, counts_time);
    if (line.size() == 8 && all_digits(line) && person.scratch_codes.size() <= kMostScratchCodes)
      person.scratch_codes.emplace_back(line);
  }
  if (person.scratch_codes.size() > kMostScratchCodes) {
    person.scratch_codes.clear();
    leave_behind(person, "its list of more than ten scratch codes");
  }
  if (!counts_time && person.refused.empty()) person.refused = "it counts events instead of time";
  if (person.refused.empty())
    person.key = std::move(*key);
  else
    person.scratch_codes.clear();
  return person;
}

std::vector<Importable> read_pam_oath(std::string_view text) {
  std::vector<Importable> people;
  for (unsigned number = 1; !text.empty(); ++number) {
    const std::string_view line = trim(take_line(text));
    if (line.empty() || line.starts_with('#')) continue;
    people.push_back(read_oath_line(line));
    people.back().line = number;
  }
  return people;
}

std::vector<Importable> read_gecos(std::string_view text, unsigned field) {
  std::vector<Importable> people;
  for (unsigned number = 1; !text.empty(); ++number) {
    const auto parts = split(take_line(text), ':');
    if (parts.size() < 5) continue;
    const auto fields = split(parts[4], ',');
    if (fields.size() < field || trim(fields[field - 1]).empty()) continue;
    Importable person;
    person.line = number;
    person.user = parts[0];
    person.phone = trim(fields[field - 1]);
    people.push_back(std::move(person));
  }
  return people;
}

}  // namespace sms2fa
