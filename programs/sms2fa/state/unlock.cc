// SPDX-License-Identifier: Apache-2.0
#include <sysexits.h>

#include "lib/base/text.h"
#include "lib/session/limits.h"
#include "programs/sms2fa/command.h"
#include "programs/sms2fa/output/state_json.h"
#include "programs/sms2fa/state/state_access.h"

namespace sms2fa {

namespace {

constexpr const char* kName = "unlock";

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

int run(const Arguments& arguments, const Console& console) {
  if (arguments.reason.size() > kLongestReason)
    return refuse(kName, arguments, console, EX_USAGE,
                  "--reason has more than " + std::to_string(kLongestReason) + " bytes", "");
  const std::string by = invoking_account();
  const auto access = StateAccess::open_for_rescue(arguments.configuration, console);
  if (!access) return refuse(kName, arguments, console, access.error());
  StateAccess& state = **access;
  const auto known = state.knows(arguments.user);
  if (!known) return refuse(kName, arguments, console, known.error());
  if (!*known) return refuse_unknown(kName, arguments, console);
  const auto forgot = arguments.limits ? forget_messages(arguments.user, state) : false;
  if (!forgot) return refuse(kName, arguments, console, forgot.error());
  const auto ended = state.store().unlock(arguments.user, !arguments.reason.empty());
  if (!ended) return refuse(kName, arguments, console, ended.error());
  const std::string user = escape(arguments.user);
  const bool spent = has_spent_share(arguments.user, state);
  const std::string next = spent ? kOnlyWithReason : "";
  if (!*ended && !*forgot)
    return refuse(kName, arguments, console, kNegativeAnswer,
                  user + " is not locked, and has no wrong code " +
                      (arguments.limits ? "and no message " : "") + "to forget",
                  next);
  AuditNotice notice;
  notice.kind = NoticeKind::unlocked;
  notice.user = arguments.user;
  notice.by = by;
  notice.detail = detail_of(arguments);
  state.audit().notice(notice);
  console.say(arguments.json ? answer_as_json(kName, user, EX_OK, "", next)
                             : user + " may try again at once.");
  if (spent && !arguments.json) console.finding(Severity::warning, next);
  return EX_OK;
}

}  // namespace

Command unlock_command() {
  return {
      .name = kName,
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
