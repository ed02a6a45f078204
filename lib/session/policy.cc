// SPDX-License-Identifier: Apache-2.0
#include "lib/session/policy.h"

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

// The media among `methods`. Whoever gets texts by default may be called too, where calls are
// switched on.
std::vector<Medium> media_of(const Methods& methods, bool by_default, bool calls) {
  std::vector<Medium> media;
  for (const Method method : methods) {
    if (method == Method::sms) media.push_back(Medium::sms);
    if (method == Method::voice && calls) media.push_back(Medium::voice);
  }
  const bool only_texts = media.size() == 1 && media.front() == Medium::sms;
  if (by_default && calls && only_texts) media.push_back(Medium::voice);
  return media;
}

// Whoever has enrolled something is known, whatever the directory holds.
Result<std::optional<Person>> with_enrolled(Result<std::optional<Person>> found,
                                            const std::string& user, const Factors& factors) {
  if (!found || factors.nothing_enrolled()) return found;
  if (!*found) *found = Person{user, std::nullopt, {}};
  if (!(*found)->phone) (*found)->phone = factors.number();
  return found;
}

Standing decide(const LoginRequest& request, const Configuration& configuration,
                const Directory& directory, const Result<std::optional<Person>>& found,
                const UserState& state) {
  if (!found) return decoy(Reason::directory_failed, found.error().message);
  if (!*found) return decoy(Reason::unknown_user);
  const Person& person = **found;
  const bool by_default = person.methods.empty();
  const Methods& methods = by_default ? configuration.code.methods : person.methods;
  const auto media = media_of(methods, by_default, configuration.delivery.voice);
  if (!person.phone || media.empty()) return decoy(Reason::not_enrolled);
  if (person.phone->is_forbidden()) return decoy(Reason::forbidden_number);
  if (!directory.may_reach(*person.phone)) return decoy(Reason::foreign_number);
  if (request.not_admitted) return decoy(Reason::not_admitted);
  if (state.disabled) return barred(Reason::disabled, *person.phone);
  if (state.locked_for.count() > 0) return barred(Reason::locked, *person.phone);
  Standing standing;
  standing.is_real = true;
  standing.phone = person.phone;
  standing.media = media;
  return standing;
}

// Nobody whose number is only unusable, whose record asks for methods, or who is locked.
bool holds_nothing(const Result<std::optional<Person>>& found, const Factors& factors,
                   const UserState& state) {
  if (!found || !factors.nothing_enrolled()) return false;
  if (state.disabled || state.locked_for.count() > 0) return false;
  return !*found || (!(*found)->phone && (*found)->methods.empty());
}

}  // namespace

Result<Standing> standing_of(const LoginRequest& request, const Configuration& configuration,
                             const Directory& directory, Store& store, KeyRing* keys) {
  const auto state = store.state_of(request.user);
  if (!state) return state.error();
  const auto key = store.decoy_key();
  if (!key) return key.error();
  auto factors = Factors::of(request.user, store, keys);
  if (!factors) return factors.error();
  // One look into the directory for everybody: a second one would take time that tells.
  const auto found = with_enrolled(directory.find(request.user), request.user, *factors);
  const bool has_methods = found && *found && !(*found)->methods.empty();
  Standing standing = decide(request, configuration, directory, found, *state);
  standing.passes_unenrolled = configuration.code.unenrolled == Unenrolled::pass &&
                               !request.not_admitted && holds_nothing(found, *factors, *state);
  if (standing.is_decoy())
    standing.media = media_of(configuration.code.methods, true, configuration.delivery.voice);
  standing.methods = has_methods ? (*found)->methods : configuration.code.methods;
  if (standing.detail.empty()) standing.detail = factors->trouble();
  // Locked people keep seeing their own digits, or the lock would show.
  const bool has_number = found && *found && (*found)->phone;
  standing.masked =
      has_number ? (*found)->phone->masked() : mask_ending_in(decoy_digits(*key, request.user));
  standing.factors = std::make_shared<const Factors>(std::move(*factors));
  return standing;
}

}  // namespace sms2fa
