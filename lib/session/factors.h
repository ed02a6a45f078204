// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/key_ring.h"
#include "lib/base/method.h"
#include "lib/base/phone_number.h"
#include "lib/base/secret.h"
#include "lib/store/store.h"

namespace sms2fa {

// What came of one answer.
struct FactorCheck {
  enum class Outcome {
    wrong,
    app,      // a code of an app, for the first time
    backup,   // an unused backup code
    pass,     // an administrator's pass
    replayed  // a code of an app whose step, or a later one, was used before
  };
  Outcome outcome = Outcome::wrong;
  unsigned backup_codes_left = 0;  // after this one

  bool is_right() const {
    return outcome == Outcome::app || outcome == Outcome::backup || outcome == Outcome::pass;
  }
};

// What one person has enrolled: a number, authenticator apps, backup codes; and a pass, if an
// administrator gave one out. Move-only, for it holds the apps' keys. Reading and checking cost the
// same for everybody, whatever they hold.
class Factors {
 public:
  Factors() = default;

  // `keys` may be nullptr: nothing sealed can be read then. What can't be opened is left out, and
  // trouble() says why.
  static Factors of(const std::string& user, const UserRecord& record, KeyRing* keys);

  const std::optional<PhoneNumber>& number() const { return number_; }
  bool has_app() const { return !apps_.empty(); }
  bool has_app_beyond_reach() const { return app_beyond_reach_; }
  bool has_number_beyond_reach() const { return number_beyond_reach_; }
  unsigned backup_codes_left() const { return backup_ ? backup_->left : 0; }
  bool has_pass() const { return pass_.has_value(); }
  // Holds nothing at all, readable or not.
  bool nothing_enrolled() const;
  // Why something enrolled can't be used, for the log; "" when all is well.
  const std::string& trouble() const { return trouble_; }

  // Tries the answer on every app and backup code of the `allowed` methods, and on a pass whatever
  // is allowed, and spends what it matched. Call it after the answer was counted. With `real` false
  // it costs the same, changes nothing, and the answer is wrong. An error means that the store
  // failed: the caller denies.
  // Unless `accepts` is any code, what is shorter than 50 bits is wrong, but two codes in a row of
  // one app where those are accepted.
  Result<FactorCheck> check(std::string_view answer, WallTime now, const Methods& allowed,
                            Store& store, bool real, Accepts accepts = Accepts::any_code) const;

  // The chance that one answer is a code of one of the apps.
  int64_t chance_of_apps() const;

 private:
  struct App {
    Secret key;
    TotpParameters parameters;
  };
  void open_number(const std::string& sealed, KeyRing* keys);
  void open_app(const EnrolledApp& app, KeyRing* keys);
  struct Steps {
    std::optional<int64_t> one;
    std::optional<int64_t> last_of_two;
  };
  Steps matching_steps(std::string_view answer, WallTime now) const;
  Result<bool> use_steps(const Steps& steps, Accepts accepts, Store& store) const;
  Result<FactorCheck> spend(const Steps& steps, const std::string& hash, const Methods& allowed,
                            Accepts accepts, Store& store) const;
  Result<bool> spend_pass(std::string_view answer, const std::string& hash, Store& store,
                          bool real) const;
  const std::string& parameters() const;

  std::string user_;
  std::optional<PhoneNumber> number_;
  std::vector<App> apps_;
  std::optional<BackupCodes> backup_;
  std::optional<Pass> pass_;
  bool app_beyond_reach_ = false;
  bool number_beyond_reach_ = false;
  std::string trouble_;
};

// The chance that one answer is the code of an app that shows so many digits.
int64_t chance_of_app(unsigned digits);

// What numbers and app keys are sealed with beside the key: a value that is moved to another person
// or place in the store doesn't open.
std::string number_context(const std::string& user);
std::string app_context(const std::string& user);

}  // namespace sms2fa
