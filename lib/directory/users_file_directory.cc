// SPDX-License-Identifier: Apache-2.0
#include "lib/directory/users_file_directory.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <limits>

#include "lib/base/text.h"
#include "lib/directory/number_reader.h"

namespace sms2fa {

namespace {

constexpr size_t kLongestName = 255;

// A reach holds the number's digits, at most 10^15 and so below 2^50, or 0 for none; above them up
// to four methods, three bits each, the first in the lowest, 0 where there is none.
constexpr unsigned kNumberBits = 50;
constexpr unsigned kMethodBits = 3;
constexpr uint64_t kNumberMask = (uint64_t{1} << kNumberBits) - 1;
constexpr size_t kMostMethods = 4;

uint64_t pack(const std::optional<PhoneNumber>& phone, const Methods& methods) {
  uint64_t number = 0;
  if (phone) {
    const std::string& digits = phone->e164();
    std::from_chars(digits.data() + 1, digits.data() + digits.size(), number);
  }
  uint64_t packed = 0;
  for (size_t i = methods.size(); i > 0; --i)
    packed = packed << kMethodBits | (static_cast<uint64_t>(methods[i - 1]) + 1);
  return packed << kNumberBits | number;
}

std::optional<PhoneNumber> unpack_phone(uint64_t reach) {
  const uint64_t number = reach & kNumberMask;
  if (number == 0) return std::nullopt;
  return PhoneNumber::parse_international("+" + std::to_string(number));
}

Methods unpack_methods(uint64_t reach) {
  Methods methods;
  for (uint64_t rest = reach >> kNumberBits; rest != 0; rest >>= kMethodBits)
    methods.push_back(static_cast<Method>((rest & ((1U << kMethodBits) - 1)) - 1));
  return methods;
}

uint32_t hash_of(std::string_view name) {
  return static_cast<uint32_t>(std::hash<std::string_view>{}(name));
}

std::string_view name_at(const std::string& names, uint32_t offset) {
  return {names.data() + offset + 1, static_cast<unsigned char>(names[offset])};
}

Error refuse(std::string reason) {
  return make_error(ErrorKind::configuration, std::move(reason));
}

}  // namespace

Result<void> UsersFileDirectory::Builder::add(std::string_view name, std::string_view phone,
                                              const Methods& methods) {
  if (name.empty() || name.size() > kLongestName)
    return refuse("a user's name must be 1 to 255 bytes");
  if (methods.size() > kMostMethods) return refuse("a method stands twice");
  if (names_.size() > std::numeric_limits<uint32_t>::max() - kLongestName - 1)
    return refuse("there are more users than fit");
  std::optional<PhoneNumber> number;
  if (!phone.empty()) {
    auto read = read_number(phone, default_country_);
    if (!read) return read.error();
    number = std::move(*read);
  }
  records_.push_back({hash_of(name), static_cast<uint32_t>(names_.size()), pack(number, methods)});
  names_ += static_cast<char>(static_cast<unsigned char>(name.size()));
  names_ += name;
  return {};
}

Result<UsersFileDirectory> UsersFileDirectory::Builder::build() && {
  const auto by_name = [this](const Record& a, const Record& b) {
    if (a.hash != b.hash) return a.hash < b.hash;
    return name_at(names_, a.name_offset) < name_at(names_, b.name_offset);
  };
  std::sort(records_.begin(), records_.end(), by_name);
  const auto twice =
      std::adjacent_find(records_.begin(), records_.end(),
                         [&](const Record& a, const Record& b) { return !by_name(a, b); });
  if (twice != records_.end())
    return refuse("the user " + escape(name_at(names_, twice->name_offset)) + " stands twice");
  names_.shrink_to_fit();
  records_.shrink_to_fit();
  return UsersFileDirectory(std::move(names_), std::move(records_));
}

Result<std::optional<Person>> UsersFileDirectory::find(std::string_view user) const {
  const uint32_t hash = hash_of(user);
  auto record = std::lower_bound(records_.begin(), records_.end(), hash,
                                 [](const Record& a, uint32_t b) { return a.hash < b; });
  for (; record != records_.end() && record->hash == hash; ++record)
    if (name_at(names_, record->name_offset) == user)
      return std::optional<Person>(
          Person{std::string(user), unpack_phone(record->reach), unpack_methods(record->reach)});
  return std::optional<Person>();
}

}  // namespace sms2fa
