// SPDX-License-Identifier: Apache-2.0
#include "lib/directory/number_reader.h"

#include <phonenumbers/phonenumberutil.h>

#include <algorithm>
#include <optional>

#include "lib/base/text.h"

namespace sms2fa {

namespace {

using i18n::phonenumbers::PhoneNumberUtil;
using Parsed = i18n::phonenumbers::PhoneNumber;

// What a number is written with. libphonenumber would also take letters (1-800-FLOWERS),
// extensions, tel: links and digits of other scripts.
constexpr std::string_view kNumberCharacters = "0123456789 -./()";
constexpr size_t kLongestText = 40;

constexpr std::string_view kNoRegion = "ZZ";    // "I do not know"
constexpr std::string_view kNoCountry = "001";  // satellite, freephone and the like

const PhoneNumberUtil& library() {
  return *PhoneNumberUtil::GetInstance();
}

// An international number needs no region and no national prefix rules to be taken apart.
std::optional<Parsed> parse(const PhoneNumber& number) {
  Parsed parsed;
  const auto outcome = library().Parse(number.e164(), std::string(kNoRegion), &parsed);
  if (outcome != PhoneNumberUtil::NO_PARSING_ERROR) return std::nullopt;
  return parsed;
}

Error unreadable(std::string reason) {
  return make_error(ErrorKind::configuration, "the phone number " + std::move(reason));
}

Result<PhoneNumber> read_national(std::string_view text, std::string_view country) {
  if (country.empty())
    return unreadable("does not begin with '+', and no default_country is configured");
  if (text.size() > kLongestText ||
      text.find_first_not_of(kNumberCharacters) != std::string_view::npos)
    return unreadable("must consist of digits, blanks and - . / ( )");
  Parsed parsed;
  std::string e164;
  const auto outcome = library().Parse(std::string(text), std::string(country), &parsed);
  if (outcome == PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR)
    return unreadable("cannot be read: default_country or its calling code is unknown");
  if (outcome == PhoneNumberUtil::NO_PARSING_ERROR)
    library().Format(parsed, PhoneNumberUtil::E164, &e164);
  const auto number = PhoneNumber::parse_international(e164);
  if (!number) return unreadable("is not one of default_country");
  return *number;
}

Result<PhoneNumber> read_any(std::string_view text, std::string_view country) {
  if (!text.starts_with('+')) return read_national(text, country);
  const auto number = PhoneNumber::parse_international(text);
  if (!number) return unreadable("must be '+', country code and number, 7 to 15 digits in all");
  return *number;
}

}  // namespace

Result<PhoneNumber> read_number(std::string_view text, std::string_view default_country) {
  auto number = read_any(trim(text), default_country);
  if (number && number->is_forbidden())
    return unreadable("has a satellite or premium-rate prefix, where no code may go");
  return number;
}

bool looks_valid(const PhoneNumber& number) {
  const auto parsed = parse(number);
  return parsed && library().IsValidNumber(*parsed);
}

std::string country_of(const PhoneNumber& number) {
  const auto parsed = parse(number);
  if (!parsed) return {};
  std::string country;
  library().GetRegionCodeForNumber(*parsed, &country);
  if (country == kNoRegion) library().GetRegionCodeForCountryCode(parsed->country_code(), &country);
  if (country == kNoRegion || country == kNoCountry) return {};
  return country;
}

}  // namespace sms2fa
