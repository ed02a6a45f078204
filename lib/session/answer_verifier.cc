// SPDX-License-Identifier: Apache-2.0
#include "lib/session/answer_verifier.h"

#include <algorithm>

#include "lib/session/limits.h"

namespace sms2fa {

namespace {

// Their numbers are given out anew at each login.
constexpr std::string_view kPseudoTerminal = "pts/";

std::string place_of(const LoginRequest& request) {
  if (!request.rhost.empty())
    return request.has_address() ? "remote " + request.source() : std::string();
  if (request.lane == Lane::own) return "own " + request.caller;
  // All who come through it would be at one place.
  if (request.lane == Lane::named) return {};
  const bool is_pseudo = request.tty.find(kPseudoTerminal) != std::string::npos;
  return "local " + request.caller + " " + (is_pseudo ? "pts" : request.tty);
}

}  // namespace

Origin origin_of(const LoginRequest& request) {
  return {request.user, place_of(request), request.lane == Lane::proven};
}

int64_t chance_of_code(const CodeSettings& code) {
  const auto characters = static_cast<int64_t>(characters_of(code.alphabet).size());
  int64_t chance = kCertain;
  for (unsigned i = 0; i < code.length; ++i) chance = (chance + characters - 1) / characters;
  return code.made_by_service ? std::max(chance, kCertain / 1'000'000) : chance;
}

Result<CountedAttempt> AnswerVerifier::count(bool real, int64_t chance) {
  Origin origin = origin_of(request_);
  if (!real) origin.user = kDecoyUser;
  // What lets nobody in says nothing about where somebody logs in from.
  if (chance == 0) origin.place.clear();
  auto counted = store_.count_attempt(origin, chance, lock_rules(limits_));
  real_ = real && counted && counted->id;
  return counted;
}

Result<unsigned> AnswerVerifier::commit(const CountedAttempt& counted, const Compared& compared) {
  if (!counted.id) return 0u;
  const bool right = compared.right;
  auto committed =
      store_.commit_outcome(*counted.id, right, right ? wrong_ : std::vector<AttemptId>());
  if (!right && real_) wrong_.push_back(*counted.id);
  if (committed && real_) notices_.answered(counted, right, compared.method);
  return committed;
}

Result<VerifiedAnswer> AnswerVerifier::verify(bool real, int64_t chance, const Compare& compare) {
  const auto counted = count(real, chance);
  if (!counted) return counted.error();
  const auto compared = compare(*counted);
  if (!compared) return compared.error();
  const auto committed = commit(*counted, *compared);
  if (!committed) return committed.error();
  if (!compared->right) {
    // Decoys' too: what an event says decides how much is written.
    ++event_.wrong_answers;
    event_.series = to_string(counted->state.series);
  }
  return VerifiedAnswer{compared->right, *committed};
}

}  // namespace sms2fa
