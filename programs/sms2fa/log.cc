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

constexpr const char* kName = "log";
constexpr size_t kWidestCell = 40;

constexpr const char* kUsage =
    "usage: sms2fa log [USER] [--lines N] [--config FILE] [--json]\n"
    "\n"
    "Shows the newest verdicts and notices, of everybody or of USER, oldest first. They are kept\n"
    "in the store: the daemon may run or not. The system's log tells more of each.\n"
    "  --lines N       how many (default 50, at most 10000)\n"
    "  --config FILE   configuration (default /etc/sms2fa/sms2fa.conf)\n"
    "  --json          one JSON object instead of a table\n"
    "\n"
    "example: sudo sms2fa log alice --lines 10";

std::string cell(const std::string& text) {
  return text.empty() ? "-" : escape(text, kWidestCell);
}

// How the code went out, as far as it did.
std::string way_of(const VerdictRecord& record) {
  std::string way = escape(record.method, kWidestCell);
  for (const auto& part : {record.provider, record.masked_number})
    if (!part.empty()) way += (way.empty() ? "" : " ") + escape(part, kWidestCell);
  return way;
}

std::string table_of(const std::vector<VerdictRecord>& records) {
  Table table({"TIME", "USER", "SERVICE", "FROM", "VERDICT", "REASON", "BY"});
  for (const VerdictRecord& record : records)
    table.add({local_time(record.when), cell(record.user), cell(record.service), cell(record.rhost),
               cell(record.verdict), cell(record.reason), way_of(record)});
  return table.text();
}

int run(const Arguments& arguments, const Console& console) {
  const auto access = StateAccess::open(arguments.configuration);
  if (!access) return refuse(kName, arguments, console, access.error());
  StateAccess& state = **access;
  const bool one = !arguments.user.empty();
  auto records = state.store().recent_verdicts(one ? std::optional(arguments.user) : std::nullopt,
                                               arguments.lines);
  if (!records) return refuse(kName, arguments, console, records.error());
  std::reverse(records->begin(), records->end());
  if (one && records->empty()) {
    const auto known = state.knows(arguments.user);
    if (!known) return refuse(kName, arguments, console, known.error());
    if (!*known) return refuse_unknown(kName, arguments, console);
  }
  if (arguments.json) {
    console.say(log_as_json(*records));
  } else if (records->empty()) {
    console.say(one ? "Nothing yet about " + escape(arguments.user) + "." : "Nothing yet.");
  } else {
    console.say(table_of(*records));
  }
  return EX_OK;
}

}  // namespace

const Command kLogCommand = {kName, "cnjh", TakesUser::maybe, kUsage, run};

}  // namespace sms2fa
