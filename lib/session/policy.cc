// SPDX-License-Identifier: Apache-2.0
#include "lib/session/policy.h"

#include <algorithm>

#include "lib/session/decoy.h"

namespace sms2fa {

namespace {

Standing decoy(Reason reason, std::string detail = {}) {
  Standing standing;
  standing.decoy_reason = reason;
  standing.detail = std::move(detail);
  return standing;
}

Standing barred(Reason reason, const PhoneNumber& phone) {
  Standing standing = decoy(reason);
  standing.barred_phone = phone;
  return standing;
}

Standing decide(const LoginRequest& request, const Configuration& configuration,
                const Result<std::optional<Person>>& found, const UserState& state) {
  if (!found) return decoy(Reason::directory_failed, found.error().message);
  if (!*found) return decoy(Reason::unknown_user);
  const Person& person = **found;
  const Methods& methods = person.methods.empty() ? configuration.code.methods : person.methods;
  const bool by_sms = std::find(methods.begin(), methods.end(), Method::sms) != methods.end();
  if (!person.phone || !by_sms) return decoy(Reason::not_enrolled);
  if (person.phone->is_forbidden()) return decoy(Reason::forbidden_number);
  if (request.not_admitted) return decoy(Reason::not_admitted);
  if (state.disabled) return barred(Reason::disabled, *person.phone);
  if (state.locked_for.count() > 0) return barred(Reason::locked, *person.phone);
  Standing standing;
  standing.phone = person.phone;
  return standing;
}

}  // namespace

Result<Standing> standing_of(const LoginRequest& request, const Configuration& configuration,
                             const Directory& directory, Store& store) {
  const auto state = store.state_of(request.user);
  if (!state) return state.error();
  const auto key = store.decoy_key();
  if (!key) return key.error();
  // One look into the directory for everybody: a second one would take time that tells.
  const auto found = directory.find(request.user);
  Standing standing = decide(request, configuration, found, *state);
  // Locked people keep seeing their own digits, or the lock would show.
  const bool has_number = found && *found && (*found)->phone;
  standing.masked =
      has_number ? (*found)->phone->masked() : mask_ending_in(decoy_digits(*key, request.user));
  return standing;
}

}  // namespace sms2fa
