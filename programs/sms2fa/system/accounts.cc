// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/system/accounts.h"

#include <grp.h>
#include <pwd.h>
#include <shadow.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
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

// Among more accounts, only those are looked at that sudoers names, or else those groups.
constexpr size_t kMostAsked = 50;
constexpr size_t kMostNamed = 10;

// Whom it makes sense to ask sudo about.
class Administrators {
 public:
  Administrators() {
    SudoNames names =
        Sudo::names().value_or(SudoNames{{}, {std::begin(kAdminGroups), std::end(kAdminGroups)}});
    users_ = std::move(names.users);
    for (const auto& group : names.groups) take(group);
  }

  bool may_be(const std::string& user, gid_t group) const {
    return users_.contains("ALL") || users_.contains(user) || groups_.contains(group);
  }

 private:
  void take(const std::string& group) {
    const struct group* entry = getgrnam(group.c_str());
    if (entry == nullptr) return;
    groups_.insert(entry->gr_gid);
    for (char** member = entry->gr_mem; *member != nullptr; ++member) users_.insert(*member);
  }

  std::set<std::string> users_;
  std::set<gid_t> groups_;
};

bool is_in_admin_group(const std::string& user) {
  return std::any_of(std::begin(kAdminGroups), std::end(kAdminGroups), [&](const char* group) {
    const struct group* entry = getgrnam(group);
    if (entry == nullptr) return false;
    for (char** member = entry->gr_mem; *member != nullptr; ++member)
      if (user == *member) return true;
    return false;
  });
}

// What sudo says; what the groups say when it says nothing.
SudoRights rights_of(const Sudo& sudo, const std::string& user) {
  if (const auto rights = sudo.rights_of(user)) return *rights;
  SudoRights rights;
  rights.becomes_root = is_in_admin_group(user);
  return rights;
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
std::string whereabouts(Series series) {
  switch (series) {
    case Series::familiar:
      return "at a usual place";
    case Series::strangers:
      return "elsewhere than at usual places";
    case Series::unproven:
      return "where the PIN comes first";
  }
  return "";
}

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
    request.uid = account.uid;
    request.lane = Lane::proven;
    KeyRing keys(settings_.store.key_file);
    const auto eligibility = eligibility_of(request, settings_, *directory_, *store_, &keys);
    if (!eligibility) return eligibility.error();
    account.has_way = !eligibility->is_decoy();
    account.way = account.has_way ? eligibility->masked : reason_of(*eligibility);
    if (eligibility->decoy_reason == Reason::locked ||
        eligibility->decoy_reason == Reason::disabled ||
        eligibility->decoy_reason == Reason::share_spent)
      account.locked_out = account.way;
    // A login by a password or key may go on while strangers without one are locked out.
    const auto series = store_->series_of(account.name);
    if (!series) return series.error();
    for (const SeriesState& each : *series)
      if (account.locked_out.empty() && each.locked_for.count() > 0)
        account.locked_out = "locked " + whereabouts(each.series);
    return {};
  }

 private:
  explicit Lookup(const Configuration& settings) : settings_(settings) {}

  static std::string reason_of(const Eligibility& eligibility) {
    const std::string reason = to_string(eligibility.decoy_reason);
    return eligibility.detail.empty() ? reason : reason + ": " + escape(eligibility.detail);
  }

  const Configuration& settings_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<Directory> directory_;
  std::unique_ptr<TimeSource> time_;
  std::unique_ptr<Store> store_;
};

Account account_of(const passwd& entry) {
  Account account;
  account.name = entry.pw_name;
  account.uid = entry.pw_uid;
  account.is_root = entry.pw_uid == 0;
  return account;
}

void take_sudo_rights(std::vector<Account>& accounts, const std::vector<gid_t>& groups) {
  const Sudo sudo;
  std::optional<Administrators> administrators;
  if (accounts.size() > kMostAsked) administrators.emplace();
  for (size_t i = 0; i < accounts.size(); ++i)
    if (!administrators || administrators->may_be(accounts[i].name, groups[i]))
      accounts[i].sudo = rights_of(sudo, accounts[i].name);
}

}  // namespace

std::string names_of(const std::vector<Account>& accounts,
                     const std::function<bool(const Account&)>& which) {
  std::string names;
  size_t count = 0;
  for (const auto& account : accounts) {
    if (!which(account) || ++count > kMostNamed) continue;
    names += (names.empty() ? "" : ", ") + escape(account.name);
  }
  if (count > kMostNamed) names += " and " + std::to_string(count - kMostNamed) + " more";
  return names;
}

Result<std::vector<Account>> read_accounts(const Configuration* settings) {
  std::unique_ptr<Lookup> lookup;
  if (settings != nullptr) {
    auto made = Lookup::create(*settings);
    if (!made) return made.error();
    lookup = std::move(*made);
  }
  std::vector<Account> accounts;
  std::vector<gid_t> groups;
  setpwent();
  while (const passwd* entry = getpwent()) {
    const bool person = entry->pw_uid >= kFirstPerson && entry->pw_uid != kNobodysUid;
    if ((person || entry->pw_uid == 0) && lets_people_in(entry->pw_shell) &&
        accounts.size() < kMostAccounts) {
      accounts.push_back(account_of(*entry));
      groups.push_back(entry->pw_gid);
    }
  }
  endpwent();
  take_sudo_rights(accounts, groups);
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
  Account account = account_of(*entry);
  account.has_password = has_password(name);
  account.sudo = rights_of(Sudo(), name);
  if (auto done = (*lookup)->look_up(account); !done) return done.error();
  return account;
}

}  // namespace sms2fa
