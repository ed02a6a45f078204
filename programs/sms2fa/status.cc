// SPDX-License-Identifier: Apache-2.0
#include <sysexits.h>

#include <algorithm>

#include "lib/base/text.h"
#include "programs/sms2fa/command.h"
#include "programs/sms2fa/human_time.h"
#include "programs/sms2fa/state_access.h"
#include "programs/sms2fa/state_json.h"
#include "programs/sms2fa/table.h"

namespace sms2fa {

namespace {

constexpr const char* kName = "status";

constexpr const char* kUsage =
    "usage: sms2fa status [USER] [--config FILE] [--json]\n"
    "\n"
    "Without USER: how the providers fare, everybody with wrong codes since their last right one,\n"
    "and who is locked. With USER: whether this person can log in. Works on the store itself: the\n"
    "daemon may run or not.\n"
    "  --config FILE   configuration (default /etc/sms2fa/sms2fa.conf)\n"
    "  --json          one JSON object instead of lines\n"
    "\n"
    "Exit codes: 1 when USER is locked, disabled or without a way in, 67 when nobody knows USER.\n"
    "\n"
    "example: sudo sms2fa status alice";

Result<UserStatus> look_at(const std::string& user, StateAccess& access) {
  UserStatus status;
  status.user = escape(user);
  const auto record = access.store().record_of(user);
  if (!record) return record.error();
  status.state = record->state;
  const auto day = access.store().failures_last_day(user);
  if (!day) return day.error();
  status.failures_last_day = *day;
  if (record->backup_codes) status.backup_codes_left = record->backup_codes->left;
  if (record->pass) status.pass_for = record->pass->expires_in;

  const auto person = access.find(user);
  if (!person) {
    status.record_error = person.error().message;
    return status;
  }
  status.on_record = person->has_value();
  if (!status.on_record) return status;
  const Methods& own = (*person)->methods;
  for (const Method method : own.empty() ? access.configuration().code.methods : own)
    status.methods.emplace_back(to_string(method));
  if ((*person)->phone) status.number = (*person)->phone->masked();
  return status;
}

std::string state_in_words(const UserStatus& status) {
  if (status.state.disabled) return "disabled until an administrator unlocks";
  if (status.state.locked_for.count() > 0)
    return "locked for another " + in_words(status.state.locked_for);
  if (!status.record_error.empty()) return "record cannot be read";
  return status.on_record ? "may log in" : "not on record";
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
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
  line("number", status.number);
  line("methods", joined(status.methods));
  if (status.backup_codes_left)
    line("backup codes", std::to_string(*status.backup_codes_left) + " left");
  if (status.pass_for) line("pass", "one, good for another " + in_words(*status.pass_for));
  line("record", status.record_error);
}

int one_user(const Arguments& arguments, const Console& console, StateAccess& access) {
  const auto status = look_at(arguments.user, access);
  if (!status) return refuse(kName, arguments, console, status.error());
  const auto known = access.knows(arguments.user);
  if (!known) return refuse(kName, arguments, console, known.error());
  if (!*known) return refuse_unknown(kName, arguments, console);
  const int exit_code = status->may_log_in() ? EX_OK : kNegativeAnswer;
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
  auto providers = look_at_providers(access);
  if (!providers) return refuse(kName, arguments, console, providers.error());
  house.providers = std::move(*providers);
  if (arguments.json) {
    console.say(house_status_as_json(house, EX_OK));
    return EX_OK;
  }
  Table provider_table({"PROVIDER", "STATE"});
  for (const ProviderState& provider : house.providers)
    provider_table.add({provider.name, provider_in_words(provider)});
  console.say(provider_table.text() + "\n");
  Table table({"USER", "STATE", "WRONG CODES", "LAST 24 H"});
  for (const UserStatus& user : house.users)
    table.add({user.user, state_in_words(user), std::to_string(user.state.consecutive_failures),
               std::to_string(user.failures_last_day)});
  console.say(table.empty() ? "Nobody is locked, and nobody has failed since their last right code."
                            : table.text());
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
