// SPDX-License-Identifier: Apache-2.0
#include <sysexits.h>

#include <algorithm>

#include "programs/sms2fa/command.h"
#include "programs/sms2fa/human_time.h"
#include "programs/sms2fa/state_access.h"
#include "programs/sms2fa/state_json.h"
#include "programs/sms2fa/table.h"
#include "programs/sms2fa/user_status.h"

namespace sms2fa {

namespace {

constexpr const char* kName = "status";
constexpr size_t kDate = std::string_view("2026-11-25").size();

constexpr const char* kUsage =
    "usage: sms2fa status [USER] [--config FILE] [--json]\n"
    "\n"
    "Without USER: how the providers fare, everybody with wrong codes since their last right one,\n"
    "who is locked, and who has enrolled what. With USER: whether this person can log in, and by\n"
    "what. Works on the store itself: the daemon may run or not.\n"
    "  --config FILE   configuration (default /etc/sms2fa/sms2fa.conf)\n"
    "  --json          one JSON object instead of lines\n"
    "\n"
    "Exit codes: 1 when USER is locked, disabled or without a way in, 67 when nobody knows USER.\n"
    "\n"
    "example: sudo sms2fa status alice";

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::vector<std::string> apps_of(const UserStatus& status) {
  std::vector<std::string> apps;
  for (const auto& app : status.apps)
    apps.push_back(app.label + " (since " + local_time(app.since).substr(0, kDate) + ")");
  return apps;
}

void show(const UserStatus& status, const Console& console) {
  const auto line = [&](std::string name, const std::string& value) {
    name.resize(16, ' ');
    if (!value.empty()) console.say("  " + name + value);
  };
  console.say(status.user);
  line("state", state_in_words(status));
  line("wrong codes", std::to_string(status.state.consecutive_failures) +
                          " since the last right one, " + std::to_string(status.failures_last_day) +
                          " in the last 24 hours");
  line("number", status.number + (status.number_is_enrolled ? " (enrolled)" : ""));
  if (!status.next_number.empty())
    line("next number", status.next_number + ", in " + in_words(status.next_number_in));
  line("apps", joined(apps_of(status)));
  line("methods", joined(status.methods));
  if (status.backup_codes_left)
    line("backup codes", std::to_string(*status.backup_codes_left) + " left");
  if (status.pass_for) line("pass", "one, good for another " + in_words(*status.pass_for));
  line("record", status.trouble);
}

int one_user(const Arguments& arguments, const Console& console, StateAccess& access) {
  const auto status = look_at(arguments.user, access);
  if (!status) return refuse(kName, arguments, console, status.error());
  const auto known = access.knows(arguments.user);
  if (!known) return refuse(kName, arguments, console, known.error());
  if (!*known) return refuse_unknown(kName, arguments, console);
  const int exit_code = status->has_way ? EX_OK : kNegativeAnswer;
  if (arguments.json) {
    console.say(user_status_as_json(*status, exit_code));
  } else {
    show(*status, console);
    if (status->state.disabled || status->state.locked_for.count() > 0)
      console.say("  To end it: sudo sms2fa unlock " + status->user);
  }
  return exit_code;
}

// Those of the configuration, in its order, whether they were ever in trouble or not.
Result<std::vector<ProviderState>> look_at_providers(StateAccess& access) {
  const auto known = access.store().provider_states();
  if (!known) return known.error();
  std::vector<ProviderState> providers;
  for (const auto& name : access.providers()) {
    const auto found = std::find_if(known->begin(), known->end(),
                                    [&](const auto& each) { return each.name == name; });
    providers.push_back(found == known->end() ? ProviderState{name, "closed", {}, 0} : *found);
  }
  return providers;
}

std::string provider_in_words(const ProviderState& provider) {
  if (provider.state == "closed" && provider.failures == 0) return "in use";
  const std::string failures = std::to_string(provider.failures) + " failures in a row";
  if (provider.state == "closed") return "in use, " + failures;
  return (provider.state == kProviderOpen ? "left alone since " : "tried again since ") +
         local_time(provider.since) + ", " + failures;
}

void show(const HouseStatus& house, const Console& console) {
  Table providers({"PROVIDER", "STATE"});
  for (const ProviderState& provider : house.providers)
    providers.add({provider.name, provider_in_words(provider)});
  console.say(providers.text() + "\n");
  Table users({"USER", "STATE", "WRONG CODES", "LAST 24 H"});
  for (const UserStatus& user : house.users)
    users.add({user.user, state_in_words(user), std::to_string(user.state.consecutive_failures),
               std::to_string(user.failures_last_day)});
  console.say(users.empty() ? "Nobody is locked, and nobody has failed since their last right code."
                            : users.text());
  if (house.enrolled.empty()) return;
  Table enrolled({"ENROLLED", "NUMBER", "APPS", "BACKUP CODES"});
  for (const UserStatus& user : house.enrolled)
    enrolled.add({user.user, user.number, std::to_string(user.apps.size()),
                  std::to_string(user.backup_codes_left.value_or(0))});
  console.say("\n" + enrolled.text());
}

int everybody(const Arguments& arguments, const Console& console, StateAccess& access) {
  HouseStatus house;
  house.store = access.configuration().store.path;
  const auto states = access.store().user_states();
  if (!states) return refuse(kName, arguments, console, states.error());
  for (const auto& [user, state] : *states) {
    auto status = look_at(user, access);
    if (!status) return refuse(kName, arguments, console, status.error());
    house.users.push_back(std::move(*status));
  }
  const auto enrolled = access.store().enrolled_users();
  if (!enrolled) return refuse(kName, arguments, console, enrolled.error());
  for (const std::string& user : *enrolled) {
    auto status = look_at(user, access);
    if (!status) return refuse(kName, arguments, console, status.error());
    house.enrolled.push_back(std::move(*status));
  }
  auto providers = look_at_providers(access);
  if (!providers) return refuse(kName, arguments, console, providers.error());
  house.providers = std::move(*providers);
  if (arguments.json) {
    console.say(house_status_as_json(house, EX_OK));
    return EX_OK;
  }
  show(house, console);
  return EX_OK;
}

int run(const Arguments& arguments, const Console& console) {
  const auto access = StateAccess::open(arguments.configuration);
  if (!access) return refuse(kName, arguments, console, access.error());
  return arguments.user.empty() ? everybody(arguments, console, **access)
                                : one_user(arguments, console, **access);
}

}  // namespace

const Command kStatusCommand = {kName, "cjh", TakesUser::maybe, kUsage, run};

}  // namespace sms2fa
