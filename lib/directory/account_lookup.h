// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"

namespace sms2fa {

// Whether somebody is in each of these groups.
using GroupAnswers = std::map<std::string, bool, std::less<>>;

// An account as the machine's name services know it.
struct Identity {
  std::string name;  // the account's own, in which it need not have been asked for
  uid_t uid = 0;
  std::string gecos = {};
  gid_t gid = static_cast<gid_t>(-1);  // its first group
  GroupAnswers memberships = {};       // as far as somebody asked for them
};

// Says whose account a typed name is. Name services may fold case or take `user@domain` (SSSD,
// winbind), so that one account has many spellings and a single name. Thread-safe.
class AccountLookup {
 public:
  virtual ~AccountLookup() = default;
  // nullopt: there is no such account. An error: that is not known; the caller denies. May block.
  virtual Result<std::optional<Identity>> find(std::string_view typed) = 0;
  // The same for a uid.
  virtual Result<std::optional<Identity>> owner_of(uid_t uid) = 0;
  // Whether the account is in one of these groups. False for groups that there are not; an error as
  // above.
  virtual Result<bool> is_in(const Identity& account, const std::vector<std::string>& groups) = 0;
  // Which of these groups ("ops") and netgroups ("@robots", and those within it) the account is in.
  // One that name services don't have at the moment is missing from the answer: they may have lost
  // it (SSSD without its server).
  virtual Result<GroupAnswers> memberships(const Identity& account,
                                           const std::vector<std::string>& names) = 0;
};

}  // namespace sms2fa
