// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/state_access.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "lib/base/text.h"
#include "lib/base/trusted_file.h"
#include "programs/sms2fa/state_json.h"
#include "programs/wiring/capabilities.h"
#include "programs/wiring/exit_code.h"
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
  if (account == nullptr || setgroups(0, nullptr) != 0 ||
      setresgid(account->pw_gid, account->pw_gid, account->pw_gid) != 0 ||
      setresuid(account->pw_uid, account->pw_uid, account->pw_uid) != 0)
    return make_error(ErrorKind::permission,
                      "becoming the owner of " + directory + ": " + std::strerror(errno));
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
  std::unique_ptr<StateAccess> access(new StateAccess);
  auto configuration = configuration_at(path);
  if (!configuration) return configuration.error();
  access->configuration_ = std::move(*configuration);
  Configuration& settings = access->configuration_;
  for (const auto& provider : settings.delivery.providers)
    access->providers_.push_back(provider.name);
  settings.delivery.providers.clear();
  access->directory_ = make_directory(settings);
  access->keys_ = std::make_unique<KeyRing>(settings.store.key_file);
  auto time = SystemTimeSource::create();
  if (!time) return time.error();
  access->time_ = std::move(*time);
  auto store = open_store_as_its_owner(settings.store, access->random_, *access->time_);
  if (!store) return store.error();
  access->store_ = std::move(*store);
  access->audit_ = std::make_unique<RecordKeeper>(access->log_, *access->store_, access->clock_);
  return access;
}

Result<std::unique_ptr<Store>> open_store_as_its_owner(const StoreSettings& settings,
                                                       Random& random, const TimeSource& time) {
  const auto directory = std::filesystem::path(settings.path).parent_path();
  if (auto became = become_owner_of(directory); !became) return became.error();
  return open_existing_store(settings, random, time);
}

Result<std::optional<Person>> StateAccess::find(const std::string& user) const {
  if (!directory_) return directory_.error();
  return (*directory_)->find(user);
}

Result<Standing> StateAccess::standing_of(const std::string& user) {
  if (!directory_) return directory_.error();
  LoginRequest request;
  request.user = user;
  return sms2fa::standing_of(request, configuration_, **directory_, *store_, keys_.get());
}

Result<bool> StateAccess::knows(const std::string& user) {
  const auto person = find(user);
  if (!person || *person) return true;
  const auto state = store_->state_of(user);
  if (!state) return state.error();
  if (state->consecutive_failures > 0) return true;
  const auto enrolled = store_->enrolled_users();
  if (!enrolled) return enrolled.error();
  return std::binary_search(enrolled->begin(), enrolled->end(), user);
}

int refuse(const char* command, const Arguments& arguments, const Console& console, int exit_code,
           const std::string& why, const std::string& next) {
  if (arguments.json) console.say(answer_as_json(command, escape(arguments.user), exit_code, why));
  return console.fail(exit_code, why, next);
}

int refuse(const char* command, const Arguments& arguments, const Console& console,
           const Error& error) {
  if (error.kind == ErrorKind::not_found)
    return refuse(command, arguments, console, EX_UNAVAILABLE, error.message,
                  "The daemon makes it when it starts for the first time.");
  std::string next = "docs/STORE.md says what is refused of a store and what to do.";
  if (error.kind == ErrorKind::permission)
    next = "Run it as root, or mend the permissions: sudo sms2fa check";
  if (error.kind == ErrorKind::configuration)
    next =
        "The whole configuration is looked over by: sudo sms2fa check; what is refused of a store, "
        "by docs/STORE.md";
  return refuse(command, arguments, console, exit_code_of(error.kind), error.message, next);
}

int refuse_unknown(const char* command, const Arguments& arguments, const Console& console) {
  return refuse(command, arguments, console, EX_NOUSER,
                "there is no user " + escape(arguments.user) + " on record",
                "Names are case-sensitive. Who has failed lately is listed by: sudo sms2fa status");
}

std::string invoking_account() {
  uid_t uid = static_cast<uid_t>(-1);
  if (!(std::ifstream(kLoginUid) >> uid) || uid == static_cast<uid_t>(-1)) uid = getuid();
  return name_of(uid);
}

}  // namespace sms2fa
