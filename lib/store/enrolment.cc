// SPDX-License-Identifier: Apache-2.0
#include "lib/store/enrolment.h"

namespace sms2fa {

namespace {

// A store that lacks an operation says so, and the caller denies.
Error missing() {
  return make_error(ErrorKind::internal, "this store keeps no enrolments");
}

}  // namespace

Result<void> put_outcome(const Result<PutStatus>& status) {
  if (!status) return status.error();
  switch (*status) {
    case PutStatus::done:
      return {};
    case PutStatus::another_key:
      return make_error(ErrorKind::unavailable,
                        "the store is sealed with another key than the key file's");
    case PutStatus::too_many:
      return make_error(ErrorKind::refused, "no more than " + std::to_string(kMostApps) +
                                                " authenticator apps can be enrolled");
  }
  return missing();
}

Result<Enrolment> EnrolmentStore::enrolment_of(const std::string&) {
  return missing();
}

Result<std::vector<std::string>> EnrolmentStore::enrolled_users() {
  return missing();
}

Result<void> EnrolmentStore::set_number(const std::string&, const std::string&) {
  return missing();
}

Result<void> EnrolmentStore::plan_number(const std::string&, const std::string&,
                                         std::chrono::seconds) {
  return missing();
}

Result<void> EnrolmentStore::put_app(const std::string&, const EnrolledApp&) {
  return missing();
}

Result<bool> EnrolmentStore::remove_enrolment(const std::string&) {
  return missing();
}

Result<size_t> EnrolmentStore::reseal(const std::string&, const Reseal&) {
  return missing();
}

}  // namespace sms2fa
