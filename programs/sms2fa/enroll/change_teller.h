// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "lib/base/clock.h"
#include "lib/base/lane.h"
#include "lib/config/configuration.h"
#include "lib/delivery/messenger.h"
#include "programs/sms2fa/output/console.h"
#include "programs/sms2fa/state/state_access.h"

namespace sms2fa {

// Tells the number on record what an administrator changes, as well as it can: the change goes on
// whatever becomes of the message.
class ChangeTeller {
 public:
  // Reads the providers and their secrets: before StateAccess::open() gives up root.
  explicit ChangeTeller(const std::string& configuration);

  // `what` is a sentence of lib/session/enroll_wording.h. When it can't be told, the console and
  // the log say so.
  void tell(const std::string& user, const std::string& what, StateAccess& access,
            const Console& console) const;
  // As one of many: half of what limits the host's messages stays for logins. Returns whether all
  // is well or nobody has to be told; otherwise the log says why.
  bool tell_one_of_many(const std::string& user, const std::string& what,
                        StateAccess& access) const;
  // To the log, of somebody whom nobody tried to tell.
  void note_untold(const std::string& user, const std::string& why, StateAccess& access) const;

 private:
  std::string send(const std::string& user, const std::string& what, Lane lane,
                   StateAccess& access) const;

  const std::string by_ = invoking_account();
  SystemClock clock_;
  Result<Configuration> settings_;
  Result<std::unique_ptr<Messenger>> messenger_ = make_error(ErrorKind::internal, "not made");
};

}  // namespace sms2fa
