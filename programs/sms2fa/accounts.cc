// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/accounts.h"

#include <grp.h>
#include <pwd.h>
#include <shadow.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>

#include "lib/base/random.h"
#include "lib/base/text.h"
#include "lib/session/policy.h"
#include "programs/wiring/wiring.h"

namespace sms2fa {

namespace {

constexpr uid_t kFirstPerson = 1000;
constexpr uid_t kNobodysUid = 65534;
// Debian's, Fedora's and Ubuntu's groups of those whom sudo lets become root.
constexpr const char* kAdminGroups[] = {"sudo", "wheel", "admin"};

std::set<std::string> administrators() {
  std::set<std::string> names;
  for (const char* group : kAdminGroups) {
    const struct group* entry = getgrnam(group);
    if (entry == nullptr) continue;
    for (char** member = entry->gr_mem; *member != nullptr; ++member) names.insert(*member);
  }
  return names;
}

bool lets_people_in(std::string_view shell) {
  return !shell.ends_with("/nologin") && !shell.ends_with("/false") && !shell.ends_with("/sync");
}

bool has_password(const std::string& name) {
  const spwd* entry = getspnam(name.c_str());
  return entry != nullptr && entry->sp_pwdp != nullptr && entry->sp_pwdp[0] != '!' &&
         entry->sp_pwdp[0] != '*';
}

// What an attempt would ask before its first prompt.
class Lookup {
 public:
  static Result<std::unique_ptr<Lookup>> create(const Configuration& settings) {
    auto self = std::unique_ptr<Lookup>(new Lookup(settings));
    auto directory = make_directory(settings);
    if (!directory) return directory.error();
    self->directory_ = std::move(*directory);
    auto time = SystemTimeSource::create();
    if (!time) return time.error();
    self->time_ = std::move(*time);
    StoreSettings place = settings.store;
    // Where there has never been a store, this is not the one to make it.
    std::error_code ignored;
    if (!std::filesystem::exists(place.path, ignored) &&
        !std::filesystem::exists(place.path + ".exists", ignored))
      place.type = StoreType::memory;
    auto store = make_store(place, self->clock_, self->random_, *self->time_);
    if (!store) return store.error();
    self->store_ = std::move(*store);
    return self;
  }

  Result<void> look_up(Account& account) const {
    LoginRequest request;
    request.user = account.name;
    KeyRing keys(settings_.store.key_file);
    const auto standing = standing_of(request, settings_, *directory_, *store_, &keys);
    if (!standing) return standing.error();
    account.has_way = !standing->is_decoy();
    account.way = account.has_way ? standing->masked : reason_of(*standing);
    account.barred =
        standing->decoy_reason == Reason::locked || standing->decoy_reason == Reason::disabled;
    return {};
  }

 private:
  explicit Lookup(const Configuration& settings) : settings_(settings) {}

  static std::string reason_of(const Standing& standing) {
    const std::string reason = to_string(standing.decoy_reason);
    return standing.detail.empty() ? reason : reason + ": " + escape(standing.detail);
  }

  const Configuration& settings_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<Directory> directory_;
  std::unique_ptr<TimeSource> time_;
  std::unique_ptr<Store> store_;
};

Account account_of(const passwd& entry, const std::set<std::string>& admins) {
  Account account;
  account.name = entry.pw_name;
  account.is_root = entry.pw_uid == 0;
  account.is_admin = admins.contains(account.name);
  return account;
}

}  // namespace

Result<std::vector<Account>> read_accounts(const Configuration* settings) {
  std::unique_ptr<Lookup> lookup;
  if (settings != nullptr) {
    auto made = Lookup::create(*settings);
    if (!made) return made.error();
    lookup = std::move(*made);
  }
  const auto admins = administrators();
  std::vector<Account> accounts;
  setpwent();
  while (const passwd* entry = getpwent()) {
    const bool person = entry->pw_uid >= kFirstPerson && entry->pw_uid != kNobodysUid;
    if ((person || entry->pw_uid == 0) && lets_people_in(entry->pw_shell) &&
        accounts.size() < kMostAccounts)
      accounts.push_back(account_of(*entry, admins));
  }
  endpwent();
  for (auto& account : accounts) {
    account.has_password = has_password(account.name);
    if (lookup == nullptr) continue;
    if (auto done = lookup->look_up(account); !done) return done.error();
  }
  return accounts;
}

Result<Account> read_account(const Configuration& settings, const std::string& name) {
  const auto lookup = Lookup::create(settings);
  if (!lookup) return lookup.error();
  const passwd* entry = getpwnam(name.c_str());
  if (entry == nullptr)
    return make_error(ErrorKind::not_found, "there is no account " + escape(name) +
                                                " on this machine; see: getent passwd");
  Account account = account_of(*entry, administrators());
  account.has_password = has_password(name);
  if (auto done = (*lookup)->look_up(account); !done) return done.error();
  return account;
}

}  // namespace sms2fa
