// SPDX-License-Identifier: Apache-2.0
#include "lib/store/enrolment.h"

namespace sms2fa {

Result<Generation> put_outcome(const Result<PutStatus>& status, const Generation& next) {
  if (!status) return status.error();
  switch (*status) {
    case PutStatus::done:
      return next;
    case PutStatus::another_key:
      return make_error(ErrorKind::unavailable,
                        "the store is sealed with another key than the key file's");
    case PutStatus::too_many:
      return make_error(ErrorKind::refused, "no more than " + std::to_string(kMostApps) +
                                                " authenticator apps can be enrolled");
    case PutStatus::outdated:
      return make_error(ErrorKind::outdated, "what was enrolled has changed meanwhile");
  }
  return make_error(ErrorKind::internal, "an unknown outcome");
}

}  // namespace sms2fa
