// SPDX-License-Identifier: Apache-2.0
#include "lib/directory/number_reader.h"

#include <phonenumbers/phonenumberutil.h>

#include <optional>

#include "lib/directory/number_text.h"

namespace sms2fa {

namespace {

using i18n::phonenumbers::PhoneNumberUtil;
using Parsed = i18n::phonenumbers::PhoneNumber;

constexpr const char* kNoRegion = "ZZ";         // "I do not know"
constexpr std::string_view kNoCountry = "001";  // satellite, freephone and the like

const PhoneNumberUtil& library() {
  return *PhoneNumberUtil::GetInstance();
}

Error refuse(std::string reason) {
  return number_error(ErrorKind::configuration, std::move(reason));
}

Result<PhoneNumber> read_digits(const std::string& digits, std::string_view country) {
  const bool is_international = digits[0] == '+';
  Parsed parsed;
  const auto outcome =
      library().Parse(digits, is_international ? kNoRegion : std::string(country), &parsed);
  if (outcome == PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR && !is_international)
    return unknown_country();
  std::string e164;
  if (outcome == PhoneNumberUtil::NO_PARSING_ERROR)
    library().Format(parsed, PhoneNumberUtil::E164, &e164);
  else if (outcome == PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR)
    e164 = digits;  // of a country code newer than the metadata
  const auto number = PhoneNumber::parse_international(e164);
  if (number) return *number;
  return refuse(is_international ? "must be '+', country code and number, 7 to 15 digits in all"
                                 : "is not one of default_country");
}

// An E.164 number needs no region and no national prefix rules to be taken apart.
std::optional<Parsed> parse(const PhoneNumber& number) {
  Parsed parsed;
  if (library().Parse(number.e164(), kNoRegion, &parsed) != PhoneNumberUtil::NO_PARSING_ERROR)
    return std::nullopt;
  return parsed;
}

NumberKind kind_of(const Parsed& parsed) {
  switch (library().GetNumberType(parsed)) {
    case PhoneNumberUtil::MOBILE:
    case PhoneNumberUtil::FIXED_LINE_OR_MOBILE:
      return NumberKind::mobile;
    case PhoneNumberUtil::FIXED_LINE:
      return NumberKind::fixed;
    case PhoneNumberUtil::VOIP:
      return NumberKind::voip;
    case PhoneNumberUtil::TOLL_FREE:
      return NumberKind::toll_free;
    case PhoneNumberUtil::PREMIUM_RATE:
      return NumberKind::premium_rate;
    case PhoneNumberUtil::SHARED_COST:
      return NumberKind::shared_cost;
    case PhoneNumberUtil::PERSONAL_NUMBER:
      return NumberKind::personal;
    case PhoneNumberUtil::PAGER:
      return NumberKind::pager;
    case PhoneNumberUtil::UAN:
      return NumberKind::universal_access;
    case PhoneNumberUtil::VOICEMAIL:
      return NumberKind::voicemail;
    case PhoneNumberUtil::UNKNOWN:
      break;
  }
  return NumberKind::unknown;
}

NumberLength length_of(const Parsed& parsed) {
  switch (library().IsPossibleNumberWithReason(parsed)) {
    case PhoneNumberUtil::TOO_LONG:
      return NumberLength::too_long;
    case PhoneNumberUtil::TOO_SHORT:
    case PhoneNumberUtil::IS_POSSIBLE_LOCAL_ONLY:
      return NumberLength::too_short;
    case PhoneNumberUtil::INVALID_LENGTH:  // between two lengths that there are
      return NumberLength::too_short;
    case PhoneNumberUtil::IS_POSSIBLE:
    case PhoneNumberUtil::INVALID_COUNTRY_CODE:
      break;
  }
  return NumberLength::possible;
}

std::string country_of(const Parsed& parsed) {
  std::string country;
  library().GetRegionCodeForNumber(parsed, &country);
  if (country == kNoRegion) library().GetRegionCodeForCountryCode(parsed.country_code(), &country);
  if (country == kNoRegion || country == kNoCountry) return {};
  return country;
}

}  // namespace

Result<PhoneNumber> read_number(std::string_view text, std::string_view default_country) {
  const auto digits = number_digits(text, default_country);
  if (!digits) return digits.error();
  auto number = read_digits(*digits, default_country);
  if (number && number->is_forbidden()) return forbidden_prefix();
  return number;
}

bool is_known_country(std::string_view country) {
  return library().GetCountryCodeForRegion(std::string(country)) != 0;
}

NumberFacts facts_of(const PhoneNumber& number) {
  const auto parsed = parse(number);
  if (!parsed) return {};
  return {kind_of(*parsed), length_of(*parsed), country_of(*parsed)};
}

std::string example_number(const std::string& country) {
  Parsed parsed;
  std::string written;
  if (library().GetExampleNumberForType(country, PhoneNumberUtil::MOBILE, &parsed))
    library().Format(parsed, PhoneNumberUtil::INTERNATIONAL, &written);
  return written;
}

}  // namespace sms2fa
