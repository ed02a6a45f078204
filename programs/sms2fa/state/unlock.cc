// SPDX-License-Identifier: Apache-2.0
#include <sysexits.h>

#include "lib/base/text.h"
#include "lib/session/limits.h"
#include "programs/sms2fa/command.h"
#include "programs/sms2fa/state/with_state.h"

namespace sms2fa {

namespace {

constexpr const char* kOnlyWithReason =
    "The year's share of wrong codes stays spent; sms2fa unlock USER --reason TEXT forgets it.";

// False, too, where the configuration that says how large the share is can't be read.
bool has_spent_share(const std::string& user, StateAccess& state) {
  const auto eligibility = state.eligibility_of(user);
  return eligibility && eligibility->decoy_reason == Reason::share_spent;
}

// False when none was sent lately.
Result<bool> forget_messages(const std::string& user, StateAccess& state) {
  const auto eligibility = state.eligibility_of(user);
  if (!eligibility) return eligibility.error();
  return state.store().refill_rate_limits(
      personal_rate_limits(state.configuration().limits, user, *eligibility));
}

std::string detail_of(const Arguments& arguments) {
  if (!arguments.limits) return arguments.reason;
  return "rate limits too" + (arguments.reason.empty() ? "" : ": " + arguments.reason);
}

Result<Answer> unlock(const Arguments& arguments, StateAccess& state) {
  const auto forgot = arguments.limits ? forget_messages(arguments.user, state) : false;
  if (!forgot) return forgot.error();
  const auto ended = state.store().unlock(arguments.user, !arguments.reason.empty());
  if (!ended) return ended.error();
  const std::string user = escape(arguments.user);
  const bool spent = has_spent_share(arguments.user, state);
  if (!*ended && !*forgot)
    return refusal(kNegativeAnswer,
                   user + " is not locked, and has no wrong code " +
                       (arguments.limits ? "and no message " : "") + "to forget",
                   spent ? kOnlyWithReason : "");
  state.note(NoticeKind::unlocked, arguments.user, detail_of(arguments));
  Answer answer;
  answer.say(user + " may try again at once.");
  if (spent) answer.finding(Severity::warning, kOnlyWithReason);
  return answer;
}

Result<Answer> run(const Arguments& arguments, const Console& console) {
  if (arguments.reason.size() > kLongestReason)
    return refusal(EX_USAGE, "--reason has more than " + std::to_string(kLongestReason) + " bytes");
  return with_person(arguments, console, Needs::store,
                     [&](StateAccess& state) { return unlock(arguments, state); });
}

}  // namespace

Command unlock_command() {
  return {
      .name = "unlock",
      .summary = "end a lock, or a disabling",
      .description =
          "Ends all locks of USER, from wherever they came, and a disabling. With a reason it also "
          "forgets the wrong codes of this year, which nothing else gives back. Works on the store "
          "itself: the daemon may run or not. The log says who did it, and why.",
      .example = "sudo sms2fa unlock alice",
      .operands = {kUser},
      .options = {{.name = "limits",
                   .meaning = "forget the messages sent to USER, too: sends_per_number and "
                              "sends_per_user begin anew",
                   .take = take<&Arguments::limits>},
                  {.name = "reason",
                   .value = "TEXT",
                   .meaning =
                       "why the year's wrong codes are no matter, for the log; at most 200 bytes",
                   .take = take<&Arguments::reason>},
                  kConfigOption,
                  kJsonOption},
      .run = run};
}

}  // namespace sms2fa
