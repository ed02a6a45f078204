// SPDX-License-Identifier: Apache-2.0
#include "lib/directory/system_account_lookup.h"

#include <grp.h>
#include <netdb.h>
#include <pwd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace sms2fa {

namespace {

constexpr size_t kFirstBuffer = 4096;
constexpr size_t kLargestBuffer = size_t{1024} * 1024;
constexpr size_t kMostGroups = 65536;  // NGROUPS_MAX of Linux

Identity value_of(const passwd& entry) {
  return {entry.pw_name, entry.pw_uid, entry.pw_gecos == nullptr ? "" : entry.pw_gecos,
          entry.pw_gid};
}

gid_t value_of(const group& entry) {
  return entry.gr_gid;
}

// `ask` is one of the *_r functions, with a buffer of its own.
template <typename Entry, typename Value, typename Ask>
Result<std::optional<Value>> look_up(Ask ask) {
  int error = ERANGE;
  for (size_t size = kFirstBuffer; error == ERANGE && size <= kLargestBuffer; size *= 2) {
    std::vector<char> buffer(size);
    Entry entry{};
    Entry* found = nullptr;
    do {
      error = ask(&entry, buffer.data(), buffer.size(), &found);
    } while (error == EINTR);
    if (error == 0 && found != nullptr) return std::optional<Value>(value_of(*found));
  }
  // getpwnam(3): some sources say "not found" by one of these.
  if (error == 0 || error == ENOENT || error == ESRCH) return std::optional<Value>();
  return make_error(ErrorKind::unavailable,
                    "the user database does not answer: " + std::string(std::strerror(error)));
}

Result<std::vector<gid_t>> groups_of(const Identity& account) {
  std::vector<gid_t> groups(32);
  while (groups.size() <= kMostGroups) {
    auto count = static_cast<int>(groups.size());
    const bool fits = getgrouplist(account.name.c_str(), account.gid, groups.data(), &count) >= 0;
    if (fits) {
      groups.resize(static_cast<size_t>(count));
      return groups;
    }
    groups.resize(groups.size() * 2);
  }
  return make_error(ErrorKind::unavailable, "the account is in too many groups");
}

}  // namespace

Result<std::optional<Identity>> SystemAccountLookup::find(std::string_view typed) {
  // A C string would end at the NUL and be another user's name.
  if (typed.empty() || typed.find('\0') != std::string_view::npos) return std::optional<Identity>();
  const std::string name(typed);
  return look_up<passwd, Identity>([&name](auto* entry, char* buffer, size_t size, auto** found) {
    return getpwnam_r(name.c_str(), entry, buffer, size, found);
  });
}

Result<std::optional<Identity>> SystemAccountLookup::owner_of(uid_t uid) {
  return look_up<passwd, Identity>([uid](auto* entry, char* buffer, size_t size, auto** found) {
    return getpwuid_r(uid, entry, buffer, size, found);
  });
}

namespace {

Result<std::optional<gid_t>> id_of(const std::string& name) {
  return look_up<group, gid_t>([&name](auto* entry, char* buffer, size_t size, auto** found) {
    return getgrnam_r(name.c_str(), entry, buffer, size, found);
  });
}

// innetgr(3) answers no also when it can't be known; whether there is such a netgroup tells that
// apart. glibc has a lock around both.
std::optional<bool> is_in_netgroup(const std::string& user, const char* netgroup) {
  if (innetgr(netgroup, nullptr, user.c_str(), nullptr) == 1) return true;
  const bool exists = setnetgrent(netgroup) == 1;
  endnetgrent();
  return exists ? std::optional(false) : std::nullopt;
}

}  // namespace

Result<GroupAnswers> SystemAccountLookup::memberships(const Identity& account,
                                                      const std::vector<std::string>& names) {
  GroupAnswers memberships;
  const auto its = groups_of(account);
  if (!its) return its.error();
  for (const std::string& name : names) {
    if (name.starts_with('@')) {
      if (const auto is_member = is_in_netgroup(account.name, name.c_str() + 1))
        memberships[name] = *is_member;
      continue;
    }
    const auto id = id_of(name);
    if (!id) return id.error();
    if (*id) memberships[name] = std::find(its->begin(), its->end(), **id) != its->end();
  }
  return memberships;
}

Result<bool> SystemAccountLookup::is_in(const Identity& account,
                                        const std::vector<std::string>& groups) {
  const auto its = groups_of(account);
  if (!its) return its.error();
  for (const std::string& name : groups) {
    const auto id = id_of(name);
    if (!id) return id.error();
    if (*id && std::find(its->begin(), its->end(), **id) != its->end()) return true;
  }
  return false;
}

}  // namespace sms2fa
