// SPDX-License-Identifier: Apache-2.0
#include "lib/directory/gecos_directory.h"

#include <utility>

#include "lib/base/text.h"
#include "lib/directory/number_reader.h"
#include "lib/directory/system_account_lookup.h"

namespace sms2fa {

namespace {

// The field, trimmed; empty when there are fewer.
std::string_view field_of(std::string_view gecos, unsigned field) {
  for (; field > 1; --field) {
    const size_t comma = gecos.find(',');
    if (comma == std::string_view::npos) return {};
    gecos.remove_prefix(comma + 1);
  }
  return trim(gecos.substr(0, gecos.find(',')));
}

}  // namespace

Result<std::optional<std::string>> gecos_from_passwd(std::string_view user) {
  auto account = SystemAccountLookup().find(user);
  if (!account) return account.error();
  if (!*account) return std::optional<std::string>();
  return std::optional<std::string>(std::move((*account)->gecos));
}

Result<std::optional<Person>> GecosDirectory::find(std::string_view user) const {
  const auto gecos = lookup_(user);
  if (!gecos) return gecos.error();
  if (!*gecos) return std::optional<Person>();
  const std::string_view text = field_of(**gecos, field_);
  if (text.empty()) return std::optional<Person>();
  const auto number = read_number(text, default_country_);
  if (!number)
    return make_error(number.error().kind, "GECOS field " + std::to_string(field_) + " of user " +
                                               escape(user) + ": " + number.error().message);
  return std::optional<Person>(Person{std::string(user), *number, {}});
}

}  // namespace sms2fa
