// SPDX-License-Identifier: Apache-2.0
#include <sysexits.h>

#include <algorithm>

#include "lib/base/text.h"
#include "lib/delivery/provider_health.h"
#include "programs/sms2fa/command.h"
#include "programs/sms2fa/doctor/daemon_word.h"
#include "programs/sms2fa/output/human_time.h"
#include "programs/sms2fa/output/state_json.h"
#include "programs/sms2fa/output/table.h"
#include "programs/sms2fa/state/user_status.h"
#include "programs/sms2fa/state/with_state.h"

namespace sms2fa {

namespace {

constexpr size_t kDate = std::string_view("2026-11-25").size();

bool is_locked(const UserStatus& status) {
  return status.state.disabled || status.state.locked_for.count() > 0;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

bool has(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::vector<std::string> apps_of(const UserStatus& status) {
  std::vector<std::string> apps;
  for (const auto& app : status.apps)
    apps.push_back(app.label + " (since " + local_time(app.since).substr(0, kDate) + ")");
  if (has(status.unusable, "app")) apps.emplace_back("cannot be used");
  return apps;
}

// Of the wrong answers of 365 days, in those that the person's factors allow.
std::string guesses_of(const UserStatus& status) {
  const int64_t all = (status.state.year.chance + status.chance - 1) / status.chance;
  return std::to_string(status.state.year.strangers) + " of " +
         std::to_string(share_of(Series::strangers, status.chance)) +
         " wrong codes from elsewhere, " + std::to_string(all) + " of " +
         std::to_string(share_of(Series::familiar, status.chance)) + " in all";
}

std::string locked_or_not(const SeriesState& series) {
  const std::string lock =
      series.locked_for.count() > 0 ? ", locked for another " + in_words(series.locked_for) : "";
  return std::to_string(series.wrong) + " wrong codes in a row" + lock;
}

std::string left_of(const LimitState& limit) {
  return std::to_string(limit.left) + " of " + std::to_string(limit.count) + " messages in " +
         in_words(limit.window) + " left" +
         (limit.next_in.count() > 0 ? ", the next in " + in_words(limit.next_in) : "");
}

// The machine's limits only when they keep a message back. What a login that has proved nothing
// first has of a limit stands behind the whole.
std::vector<std::string> limits_of(const UserStatus& status) {
  std::vector<std::string> lines;
  for (const LimitState& limit : status.limits) {
    const bool is_machines = limit.name.starts_with("sends_per_host");
    if (limit.is_share || (is_machines && limit.next_in.count() == 0)) continue;
    std::string line = limit.name + ": " + left_of(limit);
    for (const LimitState& share : status.limits)
      if (share.is_share && share.name == limit.name)
        line += " (" + std::to_string(share.left) + " of " + std::to_string(share.count) +
                " when nothing was proved first" +
                (share.next_in > limit.next_in ? ", the next in " + in_words(share.next_in) : "") +
                ")";
    lines.push_back(std::move(line));
  }
  return lines;
}

// What stands between what was loaded and what the files say now, and how to end that.
std::vector<std::string> warnings_of(const DaemonWord& word, const std::string& path) {
  Findings findings;
  judge_loaded(word, path, findings);
  std::vector<std::string> warnings;
  for (const auto& finding : findings.all())
    if (finding.severity != Severity::ok) warnings.push_back(finding.text);
  return warnings;
}

std::string daemon_in_words(const DaemonWord& word) {
  if (!word.report) return word.why_not + "; this is what the files and the store say";
  const LoadedFiles& loaded = word.report->loaded;
  std::string files;
  for (const auto& [path, stamp] : loaded.files)
    files += (files.empty() ? "" : ", ") + escape(path);
  return "version " + word.report->version + " (pid " + word.report->pid + "), works with what " +
         files + " said at " + local_time(loaded.at);
}

void show(const UserStatus& status, Answer& answer) {
  const auto line = [&](std::string name, const std::string& value) {
    name.resize(16, ' ');
    if (!value.empty()) answer.say("  " + name + value);
  };
  answer.say(status.user);
  line("state",
       state_in_words(status) + (status.loses_way ? ", until sms2fad reads its files again" : ""));
  line("after a reload", status.after_reload);
  line("wrong codes", std::to_string(status.state.consecutive_failures) +
                          " since the last right one, " + std::to_string(status.failures_last_day) +
                          " in the last 24 hours");
  line("a year", guesses_of(status));
  for (const SeriesState& series : status.series)
    if (series.wrong > 0) line(to_string(series.series), locked_or_not(series));
  const bool is_lost = status.number.empty() && has(status.unusable, "number");
  line("number", is_lost ? "one that cannot be read"
                         : status.number + (status.number_is_enrolled ? " (enrolled)" : ""));
  if (!status.next_number.empty())
    line("next number", status.next_number + ", in " + in_words(status.next_number_in));
  line("apps", joined(apps_of(status)));
  line("methods", joined(status.methods));
  if (status.backup_codes_left)
    line("backup codes", std::to_string(*status.backup_codes_left) + " left");
  if (status.bypass_for)
    line("bypass code", "one, good for another " + in_words(*status.bypass_for));
  for (const auto& limit : limits_of(status)) line("limit", limit);
  line("record", status.trouble);
}

void show_next_steps(const UserStatus& status, Answer& answer) {
  if (is_locked(status)) answer.say("  To end it: sudo sms2fa unlock " + status.user);
  if (status.share_spent)
    answer.say("  To forget the year's: sudo sms2fa unlock " + status.user + " --reason TEXT");
  if (status.exhausted)
    answer.say("  To forget the messages: sudo sms2fa unlock " + status.user + " --limits");
}

Result<Answer> one_user(const Arguments& arguments, const DaemonWord& word, StateAccess& access) {
  const auto status = look_at(arguments.user, access, word.person(arguments.configuration));
  if (!status) return status.error();
  const bool is_out = !status->has_way || is_locked(*status) || status->loses_way ||
                      (status->exhausted && status->needs_message);
  Answer answer;
  answer.exit_code = is_out ? kNegativeAnswer : EX_OK;
  answer.object = user_status_as_json(*status, word, answer.exit_code);
  show(*status, answer);
  if (!word.report) answer.say("  daemon          " + daemon_in_words(word));
  show_next_steps(*status, answer);
  for (const auto& warning : warnings_of(word, arguments.configuration))
    answer.finding(Severity::warning, warning);
  return answer;
}

// Those of the configuration, in its order, whether they were ever in trouble or not.
Result<std::vector<ProviderState>> look_at_providers(StateAccess& access) {
  const auto known = access.store().provider_states();
  if (!known) return known.error();
  std::vector<ProviderState> providers;
  for (const auto& name : access.providers()) {
    const auto found = std::find_if(known->begin(), known->end(),
                                    [&](const auto& each) { return each.name == name; });
    providers.push_back(found == known->end()
                            ? ProviderState{name, std::string(to_string(Circuit::closed)), {}, 0}
                            : *found);
  }
  return providers;
}

std::string provider_in_words(const ProviderState& provider) {
  std::string words = word_of(provider);
  if (provider.state != to_string(Circuit::closed)) words += " since " + local_time(provider.since);
  if (provider.failures > 0)
    words += ", " + std::to_string(provider.failures) + " failures in a row";
  return words;
}

void show(const HouseStatus& house, Answer& answer) {
  Table providers({"PROVIDER", "STATE"});
  for (const ProviderState& provider : house.providers)
    providers.add({provider.name, provider_in_words(provider)});
  answer.say(providers.text() + "\n");
  Table users({"USER", "STATE", "WRONG CODES", "LAST 24 H"});
  for (const UserStatus& user : house.users)
    users.add({user.user, state_in_words(user), std::to_string(user.state.consecutive_failures),
               std::to_string(user.failures_last_day)});
  answer.say(users.empty() ? "Nobody is locked, and nobody has failed since their last right code."
                           : users.text());
  if (house.enrolled.empty()) return;
  Table enrolled({"ENROLLED", "NUMBER", "APPS", "BACKUP CODES"});
  for (const UserStatus& user : house.enrolled)
    enrolled.add({user.user, user.number, std::to_string(user.apps.size()),
                  std::to_string(user.backup_codes_left.value_or(0))});
  answer.say("\n" + enrolled.text());
}

Result<Answer> everybody(const Arguments& arguments, const DaemonWord& word, StateAccess& access) {
  HouseStatus house;
  house.daemon = &word;
  house.store = access.configuration().store.path;
  const auto states = access.store().user_states();
  if (!states) return states.error();
  for (const auto& [user, state] : *states) {
    auto status = look_at(user, access);
    if (!status) return status.error();
    house.users.push_back(std::move(*status));
  }
  const auto enrolled = access.store().enrolled_users();
  if (!enrolled) return enrolled.error();
  for (const std::string& user : *enrolled) {
    auto status = look_at(user, access);
    if (!status) return status.error();
    house.enrolled.push_back(std::move(*status));
  }
  auto providers = look_at_providers(access);
  if (!providers) return providers.error();
  house.providers = std::move(*providers);
  Answer answer;
  answer.object = house_status_as_json(house, EX_OK);
  answer.say("daemon: " + daemon_in_words(word) + "\n");
  for (const auto& warning : warnings_of(word, arguments.configuration))
    answer.finding(Severity::warning, warning + "\n");
  show(house, answer);
  return answer;
}

Result<Answer> run(const Arguments& arguments, const Console& console) {
  // First: opening the store gives up root, whom alone the daemon answers.
  const DaemonWord word = ask_daemon(arguments.socket, arguments.user);
  if (arguments.user.empty())
    return with_state(arguments, console, Needs::store,
                      [&](StateAccess& access) { return everybody(arguments, word, access); });
  return with_person(arguments, console, Needs::store,
                     [&](StateAccess& access) { return one_user(arguments, word, access); });
}

}  // namespace

Command status_command() {
  return {.name = "status",
          .summary = "how providers and people fare; with a USER, whether this one can log in",
          .description =
              "Without USER: what the daemon works with, how the providers fare, everybody with "
              "wrong codes since their last right one, who is locked, and who has enrolled what. "
              "With USER: whether this person can log in now, by what, and how many messages are "
              "left. Asks the running daemon; where none answers, it says so and goes by the files "
              "and the store.\n\nExit codes: 1 when USER is locked, disabled, over a rate limit or "
              "without a factor, now or after the next reload, 67 when nobody knows USER.",
          .example = "sudo sms2fa status alice",
          .operands = {kMaybeUser},
          .options = {kConfigOption, kSocketOption, kJsonOption},
          .run = run};
}

}  // namespace sms2fa
