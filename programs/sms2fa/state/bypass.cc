// SPDX-License-Identifier: Apache-2.0
#include <pwd.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/base/text.h"
#include "lib/config/configuration_values.h"
#include "lib/otp/backup_code.h"
#include "programs/sms2fa/command.h"
#include "programs/sms2fa/output/human_time.h"
#include "programs/sms2fa/output/state_json.h"
#include "programs/sms2fa/state/with_state.h"

namespace sms2fa {

namespace {

// The code, kept as a slow hash only.
Result<Secret> issue(const std::string& user, std::chrono::seconds lifetime, StateAccess& access) {
  auto made = make_backup_codes(access.random());
  if (!made) return made.error();
  Secret& code = made->front();
  // Those of the person's backup codes: then one hash tells at the prompt whether an answer is any
  // of them or this one.
  const auto codes = access.store().backup_codes(user);
  if (!codes) return codes.error();
  const std::string& parameters = *codes ? (*codes)->parameters : dummy_backup_parameters();
  const auto hash = hash_backup_code(parameters, code.reveal());
  if (!hash) return hash.error();
  const auto issued = access.store().issue_bypass(user, parameters, *hash, lifetime);
  if (!issued) return issued.error();
  return std::move(code);
}

Answer show(const Arguments& arguments, const Secret& code, std::chrono::seconds lifetime,
            const UserState& state) {
  const WallTime until = std::chrono::system_clock::now() + lifetime;
  const std::string user = escape(arguments.user);
  std::string warning;
  if (state.disabled || state.locked_for.count() > 0)
    warning = user + " is " + (state.disabled ? "disabled" : "locked") +
              ", and no bypass code ends that: sudo sms2fa unlock " + user;
  Answer answer;
  answer.object = bypass_as_json(user, code, until, warning);
  answer.say("One login of " + user + " within " + in_words(lifetime) + ", until " +
             local_time(until) + ":\n");
  answer.say("    " + std::string(code.reveal()) + "\n");
  answer.say("It stands in the place of the code, and is not shown again. Make sure that it is " +
             user + " whom you tell.");
  if (!warning.empty()) answer.finding(Severity::warning, warning);
  return answer;
}

Result<Answer> give(const Arguments& arguments, std::chrono::seconds lifetime,
                    StateAccess& access) {
  const auto known = access.knows(arguments.user);
  if (!known) return known.error();
  // A person who has nothing on record yet can use one as well.
  if (!*known && getpwnam(arguments.user.c_str()) == nullptr) return unknown_user(arguments);
  const auto state = access.longest_lock_of(arguments.user);
  if (!state) return state.error();
  const auto code = issue(arguments.user, lifetime, access);
  if (!code) return code.error();
  access.note(NoticeKind::bypass_issued, arguments.user,
              "for " + in_words(lifetime) + ": " + arguments.reason);
  return show(arguments, *code, lifetime, *state);
}

Result<Answer> run(const Arguments& arguments, const Console& console) {
  std::chrono::seconds lifetime{};
  if (const auto bad = take_duration(arguments.duration.empty() ? "15m" : arguments.duration,
                                     std::chrono::minutes(1), std::chrono::hours(24), lifetime);
      !bad.empty())
    return refusal(EX_USAGE, "--for " + bad);
  if (arguments.reason.empty())
    return refusal(
        EX_USAGE, "why? People who read the log will want to know",
        "Write: sms2fa bypass " + escape(arguments.user) + " --reason 'phone lost, called back'");
  if (arguments.reason.size() > kLongestReason)
    return refusal(EX_USAGE, "--reason has more than " + std::to_string(kLongestReason) + " bytes");
  if (geteuid() != 0)
    return refusal(EX_NOPERM, "only root may give out bypass codes",
                   "Run it as root: sudo sms2fa bypass USER --reason TEXT");
  return with_state(arguments, console, Needs::store,
                    [&](StateAccess& access) { return give(arguments, lifetime, access); });
}

}  // namespace

Command bypass_command() {
  return {.name = "bypass",
          .summary = "one login without the phone, when it is lost or the provider is down",
          .description =
              "Prints a bypass code: one login of USER without the phone, when it is lost or the "
              "provider is down. At the prompt it stands in the place of the code, and USER has "
              "one at a time. Only root may give one out, and the log says who did, why, and when "
              "it was used.",
          .example = "sudo sms2fa bypass alice --for 15m --reason 'phone lost, called back'",
          .operands = {kUser},
          .options = {{.name = "reason",
                       .value = "TEXT",
                       .meaning = "why, for the log; at most 200 bytes",
                       .take = take<&Arguments::reason>,
                       .is_needed = true},
                      {.name = "for",
                       .value = "TIME",
                       .meaning = "how long it is good for (default 15m, at most 1d)",
                       .take = take<&Arguments::duration>},
                      kConfigOption,
                      kJsonOption},
          .run = run};
}

}  // namespace sms2fa
