// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/state/with_state.h"

#include <sysexits.h>

#include "lib/base/text.h"

namespace sms2fa {

Result<Answer> with_state(const Arguments& arguments, const Console& console, Needs needs,
                          const StateWork& work) {
  const auto state = needs == Needs::configuration
                         ? StateAccess::open(arguments.configuration)
                         : StateAccess::open_for_rescue(arguments.configuration, console);
  if (!state) return state.error();
  return work(**state);
}

Result<Answer> with_person(const Arguments& arguments, const Console& console, Needs needs,
                           const StateWork& work) {
  return with_state(arguments, console, needs, [&](StateAccess& state) -> Result<Answer> {
    const auto known = state.knows(arguments.user);
    if (!known) return known.error();
    return *known ? work(state) : unknown_user(arguments);
  });
}

Answer unknown_user(const Arguments& arguments) {
  return refusal(
      EX_NOUSER, "there is no user " + escape(arguments.user) + " on record",
      "Names are case-sensitive. Who has failed lately is listed by: sudo sms2fa status");
}

}  // namespace sms2fa
