// SPDX-License-Identifier: Apache-2.0
#include "lib/store/store.h"

#include <utility>

namespace sms2fa {

Result<UserRecord> record_by_parts(Store& store, const Origin& origin) {
  const std::string& user = origin.user;
  // First: what changes while the rest is read makes it outdated.
  const auto generation = store.generation_of(user);
  if (!generation) return generation.error();
  const auto state = store.state_of(origin);
  if (!state) return state.error();
  auto enrolment = store.enrolment_of(user);
  if (!enrolment) return enrolment.error();
  auto codes = store.backup_codes(user);
  if (!codes) return codes.error();
  auto bypass = store.bypass_of(user);
  if (!bypass) return bypass.error();
  return UserRecord{*state, std::move(*enrolment), std::move(*codes), std::move(*bypass),
                    *generation};
}

}  // namespace sms2fa
