// SPDX-License-Identifier: Apache-2.0
#include "lib/directory/country_filter.h"

#include <algorithm>

#include "lib/directory/number_reader.h"

namespace sms2fa {

bool CountryFilter::may_reach(const PhoneNumber& number) const {
  const std::string country = country_of(number);
  return std::find(countries_.begin(), countries_.end(), country) != countries_.end();
}

}  // namespace sms2fa
