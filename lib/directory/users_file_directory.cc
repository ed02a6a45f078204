// SPDX-License-Identifier: Apache-2.0
#include "lib/directory/users_file_directory.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <unordered_set>

#include "lib/base/text.h"
#include "lib/directory/number_reader.h"
#include "lib/directory/number_text.h"

namespace sms2fa {

namespace {

constexpr size_t kLongestName = 255;

// Up to four methods, three bits each, the first in the lowest, 0 where there is none.
constexpr unsigned kMethodBits = 3;
constexpr size_t kMostMethods = 4;

uint16_t pack(const Methods& methods) {
  unsigned packed = 0;
  for (size_t i = methods.size(); i > 0; --i)
    packed = packed << kMethodBits | (static_cast<unsigned>(methods[i - 1]) + 1);
  return static_cast<uint16_t>(packed);
}

Methods unpack(uint16_t packed) {
  Methods methods;
  for (unsigned rest = packed; rest != 0; rest >>= kMethodBits)
    methods.push_back(static_cast<Method>((rest & ((1U << kMethodBits) - 1)) - 1));
  return methods;
}

uint32_t hash_of(std::string_view name) {
  return static_cast<uint32_t>(std::hash<std::string_view>{}(name));
}

void append(std::string& texts, std::string_view text) {
  texts += static_cast<char>(static_cast<unsigned char>(text.size()));
  texts += text;
}

std::string_view text_at(const std::string& texts, size_t offset) {
  return {texts.data() + offset + 1, static_cast<unsigned char>(texts[offset])};
}

// What stands behind the name.
std::string_view digits_at(const std::string& texts, size_t offset) {
  return text_at(texts, offset + 1 + text_at(texts, offset).size());
}

// The first digits of an international number, as many as tell countries of one calling code apart
// well enough: three behind North America's, else six in all.
uint32_t beginning_of(std::string_view digits) {
  const size_t most = digits.starts_with("+1") ? 4 : 6;
  uint32_t beginning = 0;
  for (size_t i = 1; i < digits.size() && i <= most; ++i)
    beginning = beginning * 10 + static_cast<uint32_t>(digits[i] - '0');
  return beginning;
}

Error refuse(std::string reason) {
  return make_error(ErrorKind::configuration, std::move(reason));
}

}  // namespace

UsersFileDirectory::Builder::Builder(std::string default_country)
    : default_country_(std::move(default_country)),
      country_is_known_(is_known_country(default_country_)) {}

Result<void> UsersFileDirectory::Builder::add(std::string_view name, std::string_view phone,
                                              const Methods& methods) {
  if (name.empty() || name.size() > kLongestName)
    return refuse("a user's name must be 1 to 255 bytes");
  if (methods.size() > kMostMethods) return refuse("a method stands twice");
  if (texts_.size() > std::numeric_limits<uint32_t>::max() - 2 * (kLongestName + 1))
    return refuse("there are more users than fit");
  std::string digits;
  if (!phone.empty()) {
    auto read = number_digits(phone, default_country_);
    if (!read) return read.error();
    digits = std::move(*read);
    if (digits[0] != '+' && !country_is_known_) return unknown_country();
    const auto number = PhoneNumber::parse_international(digits);
    if (number && number->is_forbidden()) return forbidden_prefix();
  }
  records_.push_back({hash_of(name), static_cast<uint32_t>(texts_.size()), pack(methods)});
  append(texts_, name);
  append(texts_, digits);
  return {};
}

Result<UsersFileDirectory> UsersFileDirectory::Builder::build() && {
  const auto by_name = [this](const Record& a, const Record& b) {
    if (a.hash != b.hash) return a.hash < b.hash;
    return text_at(texts_, a.offset) < text_at(texts_, b.offset);
  };
  std::sort(records_.begin(), records_.end(), by_name);
  const auto twice =
      std::adjacent_find(records_.begin(), records_.end(),
                         [&](const Record& a, const Record& b) { return !by_name(a, b); });
  if (twice != records_.end())
    return refuse("the user " + escape(text_at(texts_, twice->offset)) + " stands twice");
  texts_.shrink_to_fit();
  records_.shrink_to_fit();
  return UsersFileDirectory(std::move(default_country_), std::move(texts_), std::move(records_));
}

Result<std::optional<Person>> UsersFileDirectory::find(std::string_view user) const {
  const uint32_t hash = hash_of(user);
  auto record = std::lower_bound(records_.begin(), records_.end(), hash,
                                 [](const Record& a, uint32_t b) { return a.hash < b; });
  for (; record != records_.end() && record->hash == hash; ++record)
    if (text_at(texts_, record->offset) == user) break;
  const bool is_known = record != records_.end() && record->hash == hash;
  if (records_.empty()) return std::optional<Person>();
  const Record& looked_at = is_known ? *record : records_[hash % records_.size()];
  const std::string_view digits = digits_at(texts_, looked_at.offset);
  std::optional<PhoneNumber> phone;
  if (!digits.empty()) {
    auto number = read_number(digits, default_country_);
    if (!number && is_known)
      return make_error(number.error().kind,
                        "the users file, user " + escape(user) + ": " + number.error().message);
    if (number) phone = std::move(*number);
  }
  if (!is_known) return std::optional<Person>();
  return std::optional<Person>(
      Person{std::string(user), std::move(phone), unpack(looked_at.methods)});
}

std::vector<PhoneNumber> UsersFileDirectory::samples() const {
  std::vector<PhoneNumber> numbers;
  std::unordered_set<uint32_t> seen;
  for (const Record& record : records_) {
    const std::string_view digits = digits_at(texts_, record.offset);
    if (!digits.starts_with('+') || !seen.insert(beginning_of(digits)).second) continue;
    if (auto number = read_number(digits, default_country_)) numbers.push_back(std::move(*number));
  }
  return numbers;
}

}  // namespace sms2fa
