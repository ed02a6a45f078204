// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lib/audit/audit_log.h"
#include "lib/base/clock.h"
#include "lib/base/key_ring.h"
#include "lib/base/random.h"
#include "lib/base/result.h"
#include "lib/config/configuration.h"
#include "lib/directory/directory.h"
#include "lib/session/outlook.h"
#include "lib/session/policy.h"
#include "lib/session/record_keeper.h"
#include "lib/store/store.h"
#include "lib/store/store_time.h"
#include "programs/sms2fa/arguments.h"
#include "programs/sms2fa/output/console.h"

namespace sms2fa {

// The configuration. Of the kind `configuration` when it isn't there: `not_found` says that the
// store isn't there yet.
Result<Configuration> configuration_at(const std::string& path);

// Who runs this program, for audit: the account that logged in, as the kernel remembers it through
// sudo and su, or else the real user.
std::string invoking_account();

// What the commands on the store work with. They need no daemon, and one that runs meanwhile does
// not mind.
class StateAccess {
 public:
  // Reads the configuration and the people on record, and opens the store that the daemon has made.
  // In between, a process of root's becomes the owner of the store's directory, and any other
  // gives up its capabilities, for good: the file may be the work of a daemon that somebody else
  // has taken over. Errors have docs/STORE.md's kinds, and unavailable when there is no store yet.
  static Result<std::unique_ptr<StateAccess>> open(const std::string& configuration);
  // The same for what must work in any trouble: of a configuration that is wrong, [store] is
  // enough. The person at the console is told; the directory is an error then, and all other
  // settings are the defaults.
  static Result<std::unique_ptr<StateAccess>> open_for_rescue(const std::string& configuration,
                                                              const Console& console);

  Store& store() { return *store_; }
  // Where what a command does is told: the system's log and the store.
  AuditLog& audit() { return *audit_; }
  // Who runs this program, as before root was given up.
  const std::string& by() const { return by_; }
  // Tells the log what that one did to `user`.
  void note(NoticeKind kind, const std::string& user, std::string detail = {});
  Random& random() { return random_; }
  const Clock& clock() const { return clock_; }
  // Without its providers, for nobody here needs their secrets.
  const Configuration& configuration() const { return configuration_; }
  // What sealed things open with. They are read when first needed.
  KeyRing& keys() { return *keys_; }
  // The providers' names, in their order.
  const std::vector<std::string>& providers() const { return providers_; }

  // As Directory::find(); an error also when the users file could not be read.
  Result<std::optional<Person>> find(const std::string& user) const;

  // Where people are on record; an error when the users file could not be read.
  const Result<std::unique_ptr<Directory>>& directory() const { return directory_; }

  // Where codes go: the directory's number, or the enrolled one.
  Result<std::optional<PhoneNumber>> number_of(const std::string& user);

  // As a login from an unfamiliar source would stand that has proved a password or key.
  Result<Eligibility> eligibility_of(const std::string& user);

  // What such a login would meet if a daemon read the files now.
  Outlook outlook_of(const std::string& user);

  // With the longest lock of any series.
  Result<UserState> longest_lock_of(const std::string& user);

  // True when a directory or the store knows of this user. When no directory can be asked, a user
  // is taken to be known.
  Result<bool> knows(const std::string& user);

 private:
  StateAccess() : log_("sms2fa") {}
  static Result<std::unique_ptr<StateAccess>> open_with(Configuration configuration);
  static Result<std::unique_ptr<StateAccess>> open_store(std::unique_ptr<StateAccess> access);

  const std::string by_ = invoking_account();
  const SystemClock clock_;
  SystemRandom random_;
  SystemAuditLog log_;
  Configuration configuration_;
  std::vector<std::string> providers_;
  Result<std::unique_ptr<Directory>> directory_ = make_error(ErrorKind::internal, "not opened");
  std::unique_ptr<KeyRing> keys_;
  std::unique_ptr<SystemTimeSource> time_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<RecordKeeper> audit_;
};

// Lets this process become the owner of the store at `path`, as StateAccess::open() does.
Result<void> become_owner_of_store(const std::string& path);

// Opens the store like that, of a configuration whose other sections may be wrong. Both must
// outlive the store.
Result<std::unique_ptr<Store>> open_store_as_its_owner(const StoreSettings& settings,
                                                       Random& random, const TimeSource& time);

}  // namespace sms2fa
