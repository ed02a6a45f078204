// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lib/audit/notice.h"
#include "lib/base/clock.h"
#include "lib/base/key_ring.h"
#include "lib/base/method.h"
#include "lib/base/secret.h"
#include "lib/store/store.h"

namespace sms2fa {

// An answer that was counted, as factors look at it. For one answer, and not thread-safe.
class FactorAnswer {
 public:
  // `text` must outlive this.
  FactorAnswer(std::string_view text, WallTime now, Accepts accepts)
      : text_(text), now_(now), accepts_(accepts) {}

  std::string_view text() const { return text_; }
  WallTime now() const { return now_; }
  Accepts accepts() const { return accepts_; }
  // Whether a code as long as this one may still let in (50 bits).
  bool is_long_enough() const;
  // The slow hash (backup_code.h); "" for what is too short to be a code that is kept as one. With
  // the same parameters as before it costs nothing.
  Result<std::string> slow_hash(const std::string& parameters);

 private:
  const std::string_view text_;
  const WallTime now_;
  const Accepts accepts_;
  std::string parameters_;
  std::string hash_;
};

// What an answer is found to be, before anything is used up.
struct FactorEvidence {
  // Numbers in a row, of steps or of a counter, whose codes it is.
  struct Numbers {
    int64_t first;
    int64_t last;
  };
  std::optional<Numbers> numbers = {};
  std::string hash = {};
  bool may_be_right = true;  // false: whatever it is, it is no longer accepted
};

// What came of an answer with one factor.
struct FactorUse {
  enum class Kind {
    wrong,
    right,
    replayed  // a code that was used before, or is older than one that was
  };
  Kind kind = Kind::wrong;
  std::optional<unsigned> left = {};  // when right: of codes that are counted
};

// What one person holds of one kind. Immutable, and so thread-safe.
class Factor {
 public:
  virtual ~Factor() = default;
  // Something is on record, whether it can be used or not.
  virtual bool is_enrolled() const = 0;
  virtual bool is_usable() const = 0;
  // Why something that is enrolled can't be used; "" when all is well.
  virtual std::string trouble() const { return {}; }
  // The chance that one answer is right by this factor (yearly_share.h).
  virtual int64_t chance() const { return 0; }

  // Computes all that can be said of the answer without the store, at a cost that is the same
  // whatever the person holds.
  virtual Result<FactorEvidence> evidence(FactorAnswer& answer) const = 0;
  // Uses up what was found. `user` is kDecoyUser when the answer must not be right: that costs the
  // store as much as a wrong answer does. An error means that the store failed: the caller denies.
  virtual Result<FactorUse> use(const FactorEvidence& evidence, const std::string& user,
                                Store& store) const = 0;
};

// A kind of factor: all that the rest of the program knows of it.
struct FactorKind {
  std::string_view word;           // the log's
  std::optional<Method> method;    // that allows it; nullopt: nothing takes it away
  bool is_usual;                   // for every day, and so asked for instead of a message
  std::optional<NoticeKind> used;  // what the log says beside the verdict when it let somebody in
  // Whether an answer has the form of one of its codes, whoever gave it.
  bool (*has_form)(std::string_view answer);
  // `keys` may be nullptr: nothing sealed can be read then.
  std::unique_ptr<Factor> (*open)(const std::string& user, const UserRecord& record, KeyRing* keys);
};

// One for each kind, in a file of its own.
FactorKind totp_kind();
FactorKind backup_kind();
FactorKind bypass_kind();

// A value of the store, opened.
Result<Secret> open_sealed(KeyRing* keys, const std::string& context, const std::string& sealed);

}  // namespace sms2fa
