// SPDX-License-Identifier: Apache-2.0
#include "lib/directory/gecos_directory.h"

#include <pwd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "lib/base/text.h"
#include "lib/directory/number_reader.h"

namespace sms2fa {

namespace {

constexpr size_t kFirstBuffer = 4096;
constexpr size_t kLargestBuffer = size_t{1024} * 1024;

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
  // A C string would end at the NUL and be another user's name.
  if (user.empty() || user.find('\0') != std::string_view::npos)
    return std::optional<std::string>();
  const std::string name(user);
  int error = ERANGE;
  for (size_t size = kFirstBuffer; error == ERANGE && size <= kLargestBuffer; size *= 2) {
    std::vector<char> buffer(size);
    passwd entry{};
    passwd* found = nullptr;
    do {
      error = getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
    } while (error == EINTR);
    if (error == 0 && found != nullptr)
      return std::optional<std::string>(found->pw_gecos == nullptr ? "" : found->pw_gecos);
  }
  // getpwnam(3): some sources say "not found" by one of these.
  if (error == 0 || error == ENOENT || error == ESRCH) return std::optional<std::string>();
  return make_error(ErrorKind::unavailable,
                    "the user database does not answer: " + std::string(std::strerror(error)));
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
