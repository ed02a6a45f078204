// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/audit/event.h"
#include "lib/base/phone_number.h"
#include "lib/config/configuration.h"
#include "lib/delivery/login_message.h"
#include "lib/directory/directory.h"
#include "lib/rules/decide.h"
#include "lib/session/factors.h"
#include "lib/session/login_request.h"
#include "lib/store/store.h"

namespace sms2fa {

// Whether an attempt can succeed at all. If it can't, the person walks through a decoy: the same
// prompts, nothing sent, no right code.
struct Eligibility {
  bool is_real = false;
  // Holds nothing, and the configuration says that such people pass. Never set when anything
  // failed.
  bool passes_unenrolled = false;
  // While they pass because a countdown runs.
  std::optional<unsigned> days_left = {};
  // Where messages may go; of real attempts only.
  std::optional<PhoneNumber> phone;
  // The same when the person is locked or disabled, and would otherwise be real.
  std::optional<PhoneNumber> locked_out_phone;
  // How a message may reach the person, the preferred way first. A decoy's are those of somebody
  // whose record names no methods.
  std::vector<Medium> media;
  // A message goes out before the first question; else only when the person asks for one.
  bool message_first = true;
  // The person has an app or a backup code, and needs no message.
  bool other_way = false;
  // The person has them, and the key that opens them is missing.
  bool app_unavailable = false;
  bool number_unavailable = false;
  Reason decoy_reason = Reason::internal_error;
  // Of a decoy, unless it is any code: what lets it in all the same.
  Accepts accepts = Accepts::any_code;
  // How much longer a lock lasts, of a decoy for that reason.
  std::chrono::seconds locked_for{0};
  // The chance of one answer to be a code of this person's.
  int64_t chance = 1;
  std::string detail;
  std::string masked;                                // what the prompt shows of the number
  Methods methods;                                   // that the person may use, in this order
  std::shared_ptr<const Factors> factors = nullptr;  // set by eligibility_of()
  Generation generation{};                           // of what the person holds

  bool is_decoy() const { return !is_real; }
  // Why an attempt was denied, for the log: a decoy that came to its end says why it was one.
  Reason denial(Reason reason) const { return is_decoy() ? decoy_reason : reason; }
  // Answers are counted for this person, and some can be right.
  bool is_somebody() const { return is_real || accepts != Accepts::any_code; }
  bool may(Medium medium) const {
    return std::find(media.begin(), media.end(), medium) != media.end();
  }
};

// Makes it a locked person's: nothing of what they see changes, but that no answer can be right, or
// only what `accepts` says.
void bar(Eligibility& eligibility, Reason reason, Accepts accepts = Accepts::any_code);
// Why only some codes are accepted.
Reason reason_of(Accepts accepts);

// Looks at the account, the directory's record, what was enrolled and the store's locks. A number
// in the directory goes before an enrolled one. `keys` may be nullptr, as for Factors::of(). What
// the rules say narrows methods, and denies like a lock, with nothing to see of it. An error means
// that the store failed, which concerns everybody alike: the attempt ends as unavailable.
Result<Eligibility> eligibility_of(const LoginRequest& request, const Configuration& configuration,
                                   const Directory& directory, Store& store, KeyRing* keys,
                                   const RuleDecision& rules = {});

}  // namespace sms2fa
