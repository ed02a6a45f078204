// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/state/state_access.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "lib/base/become_account.h"
#include "lib/base/system_error.h"
#include "lib/base/text.h"
#include "lib/base/trusted_file.h"
#include "lib/config/file_settings.h"
#include "lib/directory/system_account_lookup.h"
#include "programs/wiring/capabilities.h"
#include "programs/wiring/wiring.h"

namespace sms2fa {

namespace {

constexpr const char* kLoginUid = "/proc/self/loginuid";

std::string name_of(uid_t uid) {
  const passwd* entry = getpwuid(uid);
  return entry == nullptr ? "uid " + std::to_string(uid) : entry->pw_name;
}

Result<void> become_owner_of(const std::string& directory) {
  struct stat info {};
  // What is wrong with the directory, opening the store will say.
  if (geteuid() != 0) return drop_capabilities();
  if (stat(directory.c_str(), &info) != 0) return {};
  if (info.st_uid == 0 || !is_trusted_owner(info.st_uid)) return {};
  const passwd* account = getpwuid(info.st_uid);
  if (account == nullptr || !become_account(*account))
    return system_error(ErrorKind::permission, "becoming the owner of " + directory);
  return {};
}

}  // namespace

Result<Configuration> configuration_at(const std::string& path) {
  auto configuration = read_configuration(path);
  if (!configuration && configuration.error().kind == ErrorKind::not_found)
    return make_error(ErrorKind::configuration, configuration.error().message);
  return configuration;
}

Result<std::unique_ptr<StateAccess>> StateAccess::open(const std::string& path) {
  auto configuration = configuration_at(path);
  if (!configuration) return configuration.error();
  return open_with(std::move(*configuration));
}

Result<std::unique_ptr<StateAccess>> StateAccess::open_with(Configuration configuration) {
  std::unique_ptr<StateAccess> access(new StateAccess);
  Configuration& settings = access->configuration_ = std::move(configuration);
  for (const auto& provider : settings.delivery.providers)
    access->providers_.push_back(provider.name);
  settings.delivery.providers.clear();
  if (auto directory = make_directory(settings))
    access->directory_ = std::unique_ptr<Directory>(std::move(*directory));
  else
    access->directory_ = directory.error();
  return open_store(std::move(access));
}

Result<std::unique_ptr<StateAccess>> StateAccess::open_for_rescue(const std::string& path,
                                                                  const Console& console) {
  auto configuration = configuration_at(path);
  if (configuration) return open_with(std::move(*configuration));
  auto store = read_store_settings(path);
  if (!store) return configuration.error();
  std::unique_ptr<StateAccess> access(new StateAccess);
  access->configuration_.store = std::move(*store);
  access->directory_ = configuration.error();
  console.warn(
      "the configuration is wrong, so only its [store] was used:\n" + configuration.error().message,
      "Everything in it is checked by: sudo sms2fa check");
  return open_store(std::move(access));
}

Result<std::unique_ptr<StateAccess>> StateAccess::open_store(std::unique_ptr<StateAccess> access) {
  const StoreSettings& settings = access->configuration_.store;
  access->keys_ = std::make_unique<KeyRing>(settings.key_file);
  auto time = SystemTimeSource::create();
  if (!time) return time.error();
  access->time_ = std::move(*time);
  auto store = open_store_as_its_owner(settings, access->random_, *access->time_);
  if (!store) return store.error();
  access->store_ = std::move(*store);
  access->audit_ = std::make_unique<RecordKeeper>(access->log_, *access->store_, access->clock_);
  return access;
}

Result<void> become_owner_of_store(const std::string& path) {
  return become_owner_of(std::filesystem::path(path).parent_path());
}

Result<std::unique_ptr<Store>> open_store_as_its_owner(const StoreSettings& settings,
                                                       Random& random, const TimeSource& time) {
  if (auto became = become_owner_of_store(settings.path); !became) return became.error();
  return open_existing_store(settings, random, time);
}

void StateAccess::note(NoticeKind kind, const std::string& user, std::string detail) {
  AuditNotice notice;
  notice.kind = kind;
  notice.user = user;
  notice.by = by_;
  notice.detail = std::move(detail);
  audit_->notice(notice);
}

Result<std::optional<Person>> StateAccess::find(const std::string& user) const {
  if (!directory_) return directory_.error();
  return (*directory_)->find(user);
}

Result<Eligibility> StateAccess::eligibility_of(const std::string& user) {
  if (!directory_) return directory_.error();
  const auto account = SystemAccountLookup().find(user);
  if (!account) return account.error();
  return sms2fa::eligibility_of(imagined_request(user, *account, configuration_.directory),
                                configuration_, **directory_, *store_, keys_.get());
}

Outlook StateAccess::outlook_of(const std::string& user) {
  if (directory_)
    return sms2fa::outlook_of(user, SystemAccountLookup().find(user), configuration_, **directory_,
                              *store_, keys_.get());
  Outlook outlook;
  outlook.user = escape(user);
  outlook.detail = directory_.error().message;
  return outlook;
}

Result<UserState> StateAccess::longest_lock_of(const std::string& user) {
  auto state = store_->state_of({.user = user, .proven = true});
  if (!state) return state;
  const auto series = store_->series_of(user);
  if (!series) return series.error();
  for (const SeriesState& each : *series)
    state->locked_for = std::max(state->locked_for, each.locked_for);
  return state;
}

Result<std::optional<PhoneNumber>> StateAccess::number_of(const std::string& user) {
  const auto person = find(user);
  if (!person) return person.error();
  if (*person && (*person)->phone) return (*person)->phone;
  const auto record = store_->record_of({user});
  if (!record) return record.error();
  return Factors::of(user, *record, keys_.get()).number();
}

Result<bool> StateAccess::knows(const std::string& user) {
  const auto person = find(user);
  if (!person || *person) return true;
  const auto state = store_->state_of({user});
  if (!state) return state.error();
  if (state->consecutive_failures > 0) return true;
  const auto enrolled = store_->enrolled_users();
  if (!enrolled) return enrolled.error();
  return std::binary_search(enrolled->begin(), enrolled->end(), user);
}

std::string invoking_account() {
  uid_t uid = static_cast<uid_t>(-1);
  if (!(std::ifstream(kLoginUid) >> uid) || uid == static_cast<uid_t>(-1)) uid = getuid();
  return name_of(uid);
}

}  // namespace sms2fa
