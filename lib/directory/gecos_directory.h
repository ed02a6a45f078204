// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "lib/directory/directory.h"

namespace sms2fa {

// The whole GECOS text of a user, nullopt when there is no such user, or an error when the system's
// user database does not answer. Thread-safe.
using GecosLookup = std::function<Result<std::optional<std::string>>(std::string_view user)>;

// Asks the system (getpwnam_r): /etc/passwd and whatever else nsswitch.conf names. At most 1 MiB a
// record.
Result<std::optional<std::string>> gecos_from_passwd(std::string_view user);

// Phone numbers that stand in a comma-separated field of the system's user records, as chfn(1)
// writes them. Where chfn lets people change that field themselves (CHFN_RESTRICT in login.defs), a
// password is enough to move the second factor to another phone.
class GecosDirectory final : public Directory {
 public:
  // `field` is 1-based, 3 is the office phone; `default_country` is as for read_number().
  GecosDirectory(unsigned field, std::string default_country, GecosLookup lookup)
      : field_(field), default_country_(std::move(default_country)), lookup_(std::move(lookup)) {}

  // A user whose field is empty or absent is unknown here. The error of an unreadable number names
  // the user, escaped, and not the number.
  Result<std::optional<Person>> find(std::string_view user) const override;

 private:
  unsigned field_;
  std::string default_country_;
  GecosLookup lookup_;
};

}  // namespace sms2fa
