// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/directory/directory.h"

namespace sms2fa {

// Another directory, with a list of the countries (ISO 3166-1 alpha-2) whose numbers may get codes.
// A number of no country, such as freephone, is of none of them.
class CountryFilter final : public Directory {
 public:
  CountryFilter(std::unique_ptr<Directory> people, std::vector<std::string> countries)
      : people_(std::move(people)), countries_(std::move(countries)) {}

  Result<std::optional<Person>> find(std::string_view user) const override {
    return people_->find(user);
  }
  bool may_reach(const PhoneNumber& number) const override;

 private:
  std::unique_ptr<Directory> people_;
  std::vector<std::string> countries_;
};

}  // namespace sms2fa
