// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/directory/account_lookup.h"

namespace sms2fa {

// getpwnam_r(3), getpwuid_r(3), getgrouplist(3), getgrnam_r(3) and innetgr(3).
class SystemAccountLookup final : public AccountLookup {
 public:
  Result<std::optional<Identity>> find(std::string_view typed) override;
  Result<std::optional<Identity>> owner_of(uid_t uid) override;
  Result<bool> is_in(const Identity& account, const std::vector<std::string>& groups) override;
  Result<GroupAnswers> memberships(const Identity& account,
                                   const std::vector<std::string>& names) override;
};

}  // namespace sms2fa
