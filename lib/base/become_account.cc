// SPDX-License-Identifier: Apache-2.0
#include "lib/base/become_account.h"

#include <grp.h>
#include <unistd.h>

namespace sms2fa {

bool become_account(const passwd& account) {
  return setgroups(0, nullptr) == 0 &&
         setresgid(account.pw_gid, account.pw_gid, account.pw_gid) == 0 &&
         setresuid(account.pw_uid, account.pw_uid, account.pw_uid) == 0;
}

}  // namespace sms2fa
