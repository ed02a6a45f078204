// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "lib/directory/directory.h"
#include "lib/directory/number_policy.h"

namespace sms2fa {

// Another directory, with a policy for numbers.
class NumberFilter final : public Directory {
 public:
  NumberFilter(std::unique_ptr<Directory> people, NumberPolicy policy)
      : people_(std::move(people)), policy_(std::move(policy)) {}

  Result<std::optional<Person>> find(std::string_view user) const override {
    return people_->find(user);
  }
  Reach reach_of(const std::optional<PhoneNumber>& number) const override {
    return policy_.reach_of(number);
  }
  std::vector<PhoneNumber> samples() const override { return people_->samples(); }
  const NumberPolicy& policy() const { return policy_; }

 private:
  std::unique_ptr<Directory> people_;
  NumberPolicy policy_;
};

}  // namespace sms2fa
