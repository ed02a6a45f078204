// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/method.h"
#include "lib/base/phone_number.h"
#include "lib/base/result.h"

namespace sms2fa {

// What is on record about one person.
struct Person {
  std::string name;
  std::optional<PhoneNumber> phone;
  // Empty: the configuration's default methods apply.
  Methods methods;
};

// Whether codes may go to a number.
enum class Reach {
  open,
  forbidden,  // premium rate, satellite and whatever else no code may ever go to
  foreign     // of a country that gets no codes
};

// Answers who can be reached where. Thread-safe after construction.
class Directory {
 public:
  virtual ~Directory() = default;
  // nullopt: this source does not know the user. An error: the source knows the user but the record
  // is unusable, or the source itself failed; the caller denies and must not ask another source.
  virtual Result<std::optional<Person>> find(std::string_view user) const = 0;
  // Whether codes may go to this number, wherever it is on record. nullopt, for people without one,
  // takes the time of a number and is open.
  virtual Reach reach_of(const std::optional<PhoneNumber>& number) const {
    return number && number->is_forbidden() ? Reach::forbidden : Reach::open;
  }
  // Numbers on record, at least one of each country; none where a source can't list its people.
  virtual std::vector<PhoneNumber> samples() const { return {}; }
};

}  // namespace sms2fa
