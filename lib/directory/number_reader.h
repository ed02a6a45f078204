// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "lib/base/phone_number.h"
#include "lib/base/result.h"

// The only door to libphonenumber, whose metadata is as old as the distribution. Thread-safe.
namespace sms2fa {

// A number as people write it, as number_digits() takes it, in E.164 form: without the national
// prefix that many write behind the country code ("+49 (0)151", "+7 8 912"), with the leading zero
// that belongs to an Italian number. Knows nothing about whether the number exists, and takes a
// number whose country code the metadata does not know as it is written. About 50 µs. The errors do
// not repeat the number. A number that is_forbidden() is an error too.
Result<PhoneNumber> read_number(std::string_view text, std::string_view default_country);

// False for what default_country can't be.
bool is_known_country(std::string_view country);

// What a number is for.
enum class NumberKind {
  unknown,  // the metadata knows of no such number, which may be newer
  mobile,   // or fixed or mobile, where the numbers do not tell
  fixed,
  voip,
  toll_free,
  premium_rate,
  shared_cost,
  personal,
  pager,
  universal_access,
  voicemail,
};

enum class NumberLength { possible, too_short, too_long };

struct NumberFacts {
  NumberKind kind = NumberKind::unknown;
  NumberLength length = NumberLength::possible;
  // The country that the number belongs to (ISO 3166-1 alpha-2). Where several share a calling code
  // and the metadata can't tell which, the main one of them; "" for codes of no country.
  std::string country;
};

// What the metadata says about a number. Some 100 to 250 µs.
NumberFacts facts_of(const PhoneNumber& number);

// How a mobile number of a country is written internationally, such as "+353 85 012 3456"; "" for
// none.
std::string example_number(const std::string& country);

}  // namespace sms2fa
