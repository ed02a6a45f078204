// SPDX-License-Identifier: Apache-2.0
#include "lib/store/store.h"

#include <utility>

// A store that lacks an operation says so, and the caller denies.
namespace sms2fa {

namespace {

Error missing() {
  return make_error(ErrorKind::internal, "this store cannot do that");
}

}  // namespace

Result<unsigned> Store::failures_last_day(const std::string&) {
  return missing();
}

Result<std::vector<NamedUserState>> Store::user_states() {
  return missing();
}

Result<bool> Store::unlock(const std::string&) {
  return missing();
}

Result<void> Store::record_verdict(const VerdictRecord&) {
  return missing();
}

Result<std::vector<VerdictRecord>> Store::recent_verdicts(const std::optional<std::string>&,
                                                          size_t) {
  return missing();
}

Result<bool> Store::use_totp_step(const std::string&, int64_t) {
  return missing();
}

Result<void> Store::replace_backup_codes(const std::string&, const std::string&,
                                         const std::vector<std::string>&) {
  return missing();
}

Result<std::optional<BackupCodes>> Store::backup_codes(const std::string&) {
  return missing();
}

Result<bool> Store::use_backup_code(const std::string&, const std::string&) {
  return missing();
}

Result<UserRecord> Store::record_of(const std::string& user) {
  const auto state = state_of(user);
  if (!state) return state.error();
  auto enrolment = enrolment_of(user);
  if (!enrolment) return enrolment.error();
  auto codes = backup_codes(user);
  if (!codes) return codes.error();
  auto pass = pass_of(user);
  if (!pass) return pass.error();
  return UserRecord{*state, std::move(*enrolment), std::move(*codes), std::move(*pass)};
}

}  // namespace sms2fa
