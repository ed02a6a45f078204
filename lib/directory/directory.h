// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

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

// Answers who can be reached where. Thread-safe after construction.
class Directory {
 public:
  virtual ~Directory() = default;
  // nullopt: this source does not know the user. An error: the source knows the user but the record
  // is unusable, or the source itself failed; the caller denies and must not ask another source.
  virtual Result<std::optional<Person>> find(std::string_view user) const = 0;
  // Whether codes may go to a number of this one's country, wherever it is on record.
  virtual bool may_reach(const PhoneNumber& /*number*/) const { return true; }
};

}  // namespace sms2fa
