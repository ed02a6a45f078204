// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "lib/base/result.h"
#include "programs/sms2fa/output/answer.h"
#include "programs/sms2fa/state/state_access.h"

namespace sms2fa {

// What a command on the store can't do without: a right configuration, or just its [store].
enum class Needs { configuration, store };

using StateWork = std::function<Result<Answer>(StateAccess& state)>;

// What `work` answers of the store, once that is open: StateAccess::open(), or open_for_rescue().
Result<Answer> with_state(const Arguments& arguments, const Console& console, Needs needs,
                          const StateWork& work);
// The same of a user whom a directory or the store knows; where none does, that is the answer.
Result<Answer> with_person(const Arguments& arguments, const Console& console, Needs needs,
                           const StateWork& work);

// That nobody knows the user.
Answer unknown_user(const Arguments& arguments);

}  // namespace sms2fa
