// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/phone_number.h"
#include "lib/session/factor.h"

namespace sms2fa {

// All kinds of factors, in the order in which an answer is tried. Codes that are sent belong to
// challenges.
std::span<const FactorKind> factor_kinds();

// What came of one answer, and by which factor if it was not wrong.
struct FactorCheck {
  const FactorKind* kind = nullptr;
  FactorUse use = {};

  bool is_right() const { return use.kind == FactorUse::Kind::right; }
  bool is_replayed() const { return use.kind == FactorUse::Kind::replayed; }
};

// What one person has enrolled: a number, and what there is of each kind of factor. Move-only, for
// it holds the apps' keys. Reading and checking cost the same for everybody, whatever they hold.
class Factors {
 public:
  Factors() = default;

  // `keys` may be nullptr: nothing sealed can be read then. What can't be opened is left out, and
  // trouble() says why.
  static Factors of(const std::string& user, const UserRecord& record, KeyRing* keys);

  const std::optional<PhoneNumber>& number() const { return number_; }
  bool has_number_beyond_reach() const { return number_beyond_reach_; }
  // Holds one of this method that can be used; has one that can't be read.
  bool has(Method method) const;
  bool has_beyond_reach(Method method) const;
  unsigned backup_codes_left() const { return backup_codes_left_; }
  // Whether an answer that no message brought can be right at all.
  bool can_answer(const Methods& allowed) const;
  // Holds nothing at all, readable or not.
  bool nothing_enrolled() const;
  // Why something enrolled can't be used, for the log; "" when all is well.
  const std::string& trouble() const { return trouble_; }
  // The chance that one answer is right by one of the `allowed` methods.
  int64_t chance(const Methods& allowed) const;

  // Tries the answer on all factors of the `allowed` methods, and on those that nothing takes away,
  // and spends what it matched. Call it after the answer was counted. With `real` false it costs
  // the same, changes nothing, and the answer is wrong. An error means that the store failed: the
  // caller denies.
  // Unless `accepts` is any code, what is shorter than 50 bits is wrong, but two codes in a row of
  // one app where those are accepted.
  Result<FactorCheck> check(std::string_view answer, WallTime now, const Methods& allowed,
                            Store& store, bool real, Accepts accepts = Accepts::any_code) const;

 private:
  struct Held {
    const FactorKind* kind;
    std::unique_ptr<Factor> factor;
  };
  void open_number(const std::string& sealed, KeyRing* keys);

  std::string user_;
  std::optional<PhoneNumber> number_;
  std::vector<Held> all_;
  unsigned backup_codes_left_ = 0;
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
