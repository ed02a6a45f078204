// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/output/answer.h"

#include <sysexits.h>

#include <algorithm>

#include "lib/base/secret.h"
#include "lib/base/text.h"
#include "programs/sms2fa/output/state_json.h"
#include "programs/wiring/exit_code.h"

namespace sms2fa {

namespace {

std::string object_of(const char* command, const Arguments& arguments, const Answer& answer) {
  const auto warning = std::find_if(answer.lines.begin(), answer.lines.end(), [](const auto& line) {
    return line.severity == Severity::warning;
  });
  return answer_as_json(command, escape(arguments.user), answer.exit_code, answer.error,
                        warning == answer.lines.end() ? "" : warning->text);
}

}  // namespace

Answer told(int exit_code) {
  Answer answer;
  answer.exit_code = exit_code;
  answer.is_told = true;
  return answer;
}

Answer refusal(int exit_code, std::string why, std::string next) {
  Answer answer;
  answer.exit_code = exit_code;
  answer.error = std::move(why);
  answer.next = std::move(next);
  return answer;
}

Answer refusal(const Error& error) {
  if (error.kind == ErrorKind::not_found)
    return refusal(EX_UNAVAILABLE, error.message,
                   "The daemon makes it when it starts for the first time.");
  std::string next = "docs/STORE.md says what is refused of a store and what to do.";
  if (error.kind == ErrorKind::permission)
    next = "Run it as root, or fix the permissions: sudo sms2fa check";
  if (error.kind == ErrorKind::configuration)
    next =
        "The whole configuration is looked over by: sudo sms2fa check; what is refused of a store, "
        "by docs/STORE.md";
  return refusal(exit_code_of(error.kind), error.message, next);
}

int tell(const char* command, const Arguments& arguments, Answer answer, const Console& console) {
  if (answer.is_told) return answer.exit_code;
  if (arguments.json)
    console.say(answer.object.empty() ? object_of(command, arguments, answer) : answer.object);
  for (auto& [severity, text] : answer.lines) {
    if (!arguments.json && severity) console.finding(*severity, text);
    if (!arguments.json && !severity) console.say(text);
    wipe(text);
  }
  wipe(answer.object);
  if (!answer.error.empty()) console.warn(answer.error, answer.next);
  return answer.exit_code;
}

}  // namespace sms2fa
