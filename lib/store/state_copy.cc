// SPDX-License-Identifier: Apache-2.0
#include "lib/store/state_copy.h"

#include "lib/store/state_file.h"

namespace sms2fa {

Result<void> copy_state(const std::string& path, const std::string& copy, Milliseconds patience,
                        Random& random, const TimeSource& time) {
  auto state = open_state(path, Missing::refuse, patience, random, time);
  if (!state) return state.error();
  try {
    // Unlike a copy of the file it is whole without the log (sqlite.org/lang_vacuum.html).
    state->database.run("VACUUM INTO ?", {std::string_view(copy)});
  } catch (const DatabaseFailure& failure) {
    return make_error(ErrorKind::unavailable, copy + ": " + failure.what());
  }
  return {};
}

}  // namespace sms2fa
