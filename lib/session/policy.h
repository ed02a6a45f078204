// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/audit/event.h"
#include "lib/base/phone_number.h"
#include "lib/config/configuration.h"
#include "lib/delivery/login_message.h"
#include "lib/directory/directory.h"
#include "lib/session/factors.h"
#include "lib/session/login_request.h"
#include "lib/store/store.h"

namespace sms2fa {

// Whether an attempt can succeed at all. If it can't, the person walks through a decoy: the same
// prompts, nothing sent, no right code.
struct Standing {
  bool is_real = false;
  // Holds nothing, and the configuration says that such people pass. Never set when anything
  // failed.
  bool passes_unenrolled = false;
  // Where messages may go; of real attempts only.
  std::optional<PhoneNumber> phone;
  // The same when the person is locked or disabled, and would otherwise be real.
  std::optional<PhoneNumber> barred_phone;
  // How a message may reach the person, the preferred way first. A decoy's are those of somebody
  // whose record names no methods.
  std::vector<Medium> media;
  // A message goes out before the first question; else only when the person asks for one.
  bool message_first = true;
  // The person has an app or a backup code, and needs no message.
  bool other_way = false;
  Reason decoy_reason = Reason::internal_error;
  std::string detail;
  std::string masked;                                // what the prompt shows of the number
  Methods methods;                                   // that the person may use, in this order
  std::shared_ptr<const Factors> factors = nullptr;  // set by standing_of()

  bool is_decoy() const { return !is_real; }
  bool may(Medium medium) const {
    return std::find(media.begin(), media.end(), medium) != media.end();
  }
};

// Looks at the account, the directory's record, what was enrolled and the store's locks. A number
// in the directory goes before an enrolled one. `keys` may be nullptr, as for Factors::of(). An
// error means that the store failed, which concerns everybody alike: the attempt ends as
// unavailable.
Result<Standing> standing_of(const LoginRequest& request, const Configuration& configuration,
                             const Directory& directory, Store& store, KeyRing* keys);

}  // namespace sms2fa
