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

Standing decide(const LoginRequest& request, const Configuration& configuration,
                const Directory& directory, const UserState& state) {
  const auto found = directory.find(request.user);
  if (!found) return decoy(Reason::directory_failed, found.error().message);
  if (!*found) return decoy(Reason::unknown_user);
  const Person& person = **found;
  const Methods& methods = person.methods.empty() ? configuration.code.methods : person.methods;
  const bool by_sms = std::find(methods.begin(), methods.end(), Method::sms) != methods.end();
  if (!person.phone || !by_sms) return decoy(Reason::not_enrolled);
  if (person.phone->is_forbidden()) return decoy(Reason::forbidden_number);
  if (request.not_admitted) return decoy(Reason::not_admitted);
  if (state.disabled) return decoy(Reason::disabled);
  if (state.locked_for.count() > 0) return decoy(Reason::locked);
  Standing standing;
  standing.phone = person.phone;
  standing.masked = person.phone->masked();
  return standing;
}

}  // namespace

Result<Standing> standing_of(const LoginRequest& request, const Configuration& configuration,
                             const Directory& directory, Store& store) {
  const auto state = store.state_of(request.user);
  if (!state) return state.error();
  const auto key = store.decoy_key();
  if (!key) return key.error();
  Standing standing = decide(request, configuration, directory, *state);
  if (!standing.is_decoy()) return standing;
  // Locked people keep seeing their own digits, or the lock would show.
  const auto found = directory.find(request.user);
  const bool has_number = found && *found && (*found)->phone;
  standing.masked = has_number ? (*found)->phone->masked()
                               : mask_ending_in(decoy_digits(*key, request.user));
  return standing;
}

}  // namespace sms2fa
