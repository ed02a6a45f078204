// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/commands.h"

#include <algorithm>

namespace sms2fa {

// Each in its own file, in the folder of its kind.
Command check_command();
Command policy_command();
Command pam_command();
Command doctor_command();
Command send_command();
Command status_command();
Command unlock_command();
Command bypass_command();
Command log_command();
Command metrics_command();
Command enroll_command();
Command invite_command();
Command codes_command();
Command remove_command();
Command rotate_key_command();
Command backup_command();
Command restore_command();
Command try_command();

std::span<const Command> commands() {
  static const Command kCommands[] = {
      check_command(),  policy_command(),  pam_command(),    doctor_command(), send_command(),
      status_command(), unlock_command(),  bypass_command(), log_command(),    metrics_command(),
      enroll_command(), invite_command(),  codes_command(),  remove_command(), rotate_key_command(),
      backup_command(), restore_command(), try_command()};
  return kCommands;
}

const Command* find_command(std::string_view name) {
  const auto all = commands();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Command& each) { return each.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace sms2fa
