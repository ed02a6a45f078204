// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "programs/sms2fa/arguments.h"
#include "programs/sms2fa/output/console.h"

namespace sms2fa {

enum class TakesUser { no, maybe, yes };

// One command: what it takes, what --help says about it, and what it does.
struct Command {
  std::string_view name;
  std::string_view options;  // the keys, in arguments.cc, of those it knows
  TakesUser takes_user;
  const char* usage;
  // Returns an exit code of sysexits.h, or kNegativeAnswer. May throw std::exception.
  int (*run)(const Arguments& arguments, const Console& console);
  bool takes_file = false;  // one, and never none
  size_t most_words = 0;    // of its own
};

extern const Command kBackupCommand;
extern const Command kCheckCommand;
extern const Command kCodesCommand;
extern const Command kDoctorCommand;
extern const Command kEnrollCommand;
extern const Command kInviteCommand;
extern const Command kLogCommand;
extern const Command kMetricsCommand;
extern const Command kPamCommand;
extern const Command kBypassCommand;
extern const Command kRemoveCommand;
extern const Command kRestoreCommand;
extern const Command kRotateKeyCommand;
extern const Command kSendCommand;
extern const Command kStatusCommand;
extern const Command kTryCommand;
extern const Command kUnlockCommand;

}  // namespace sms2fa
