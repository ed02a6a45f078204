// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "lib/audit/event.h"
#include "lib/base/text.h"
#include "programs/sms2fa/command.h"
#include "programs/sms2fa/output/human_time.h"
#include "programs/sms2fa/output/state_json.h"
#include "programs/sms2fa/output/table.h"
#include "programs/sms2fa/state/with_state.h"

namespace sms2fa {

namespace {

constexpr size_t kTerminal = 80;
constexpr size_t kWidestCell = 40;
constexpr size_t kWidestColumn = 16;

std::string cell(const std::string& text) {
  return text.empty() ? "-" : escape(text, kWidestCell);
}

// The limit or rule that denied it or let it in, or else how the code went out, as far as it did.
std::string cause_of(const VerdictRecord& record) {
  if (!record.limit.empty()) return escape(record.limit, kWidestCell);
  if (record.reason == to_string(Reason::rule)) return escape("rule " + record.rule, kWidestCell);
  if (record.provider.empty()) return escape(record.method, kWidestCell);
  return escape(record.method + " " + record.provider, kWidestCell);
}

// The day stands in a line of its own where it changes: with it, few lines would fit a terminal.
std::string table_of(const std::vector<VerdictRecord>& records) {
  Table table({"TIME", "USER", "SERVICE", "FROM", "VERDICT", "REASON", "BY"});
  std::vector<std::string> days;
  for (const VerdictRecord& record : records) {
    const auto [day, time] = local_day_and_time(record.when);
    days.push_back(day);
    table.add({time, cell(record.user), cell(record.service), cell(record.rhost),
               cell(record.verdict), cell(record.reason), cause_of(record)});
  }
  const auto rows = table.folded(kTerminal, kWidestColumn);
  std::string text = rows.front();
  for (size_t i = 0; i < days.size(); ++i) {
    if (i == 0 || days[i] != days[i - 1]) text += "\n" + days[i];
    text += "\n" + rows[i + 1];
  }
  return text;
}

Result<Answer> show(const Arguments& arguments, StateAccess& state) {
  const bool one = !arguments.user.empty();
  auto records = state.store().recent_verdicts(one ? std::optional(arguments.user) : std::nullopt,
                                               arguments.lines);
  if (!records) return records.error();
  std::reverse(records->begin(), records->end());
  if (one && records->empty()) {
    const auto known = state.knows(arguments.user);
    if (!known) return known.error();
    if (!*known) return unknown_user(arguments);
  }
  Answer answer;
  if (arguments.json)
    answer.object = log_as_json(*records);
  else if (records->empty())
    answer.say(one ? "Nothing yet about " + escape(arguments.user) + "." : "Nothing yet.");
  else
    answer.say(table_of(*records));
  return answer;
}

Result<Answer> run(const Arguments& arguments, const Console& console) {
  return with_state(arguments, console, Needs::store,
                    [&](StateAccess& state) { return show(arguments, state); });
}

}  // namespace

Command log_command() {
  return {.name = "log",
          .summary = "the newest verdicts, of everybody or of one USER",
          .description =
              "Shows the newest verdicts and notices, of everybody or of USER, oldest first. They "
              "are kept in the store: the daemon may run or not. BY is the limit or rule that "
              "decided, or how the code went out. What is long is cut; --json and the system's "
              "log tell more of each.",
          .example = "sudo sms2fa log alice -n 10",
          .operands = {kMaybeUser},
          .options = {{.name = "lines",
                       .value = "N",
                       .meaning = "how many (default 50, at most 10000)",
                       .take = take_lines,
                       .letter = 'n'},
                      kConfigOption,
                      kJsonOption},
          .run = run};
}

}  // namespace sms2fa
