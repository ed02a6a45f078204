// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"
#include "lib/session/outlook.h"
#include "programs/wiring/loaded_files.h"

namespace sms2fa {

// A reload that the daemon refused, and why: a sentence a line, as in the log.
struct RefusedReload {
  WallTime at{};
  std::string why;
};

// The daemon's answer to a question (docs/PROTOCOL.md): what it runs with, and for a person, what
// would happen at this moment.
struct DaemonReport {
  std::string version;
  std::string pid;
  LoadedFiles loaded;
  std::optional<RefusedReload> refused;  // since `loaded`
  std::optional<Outlook> person;
};

// A line "name value" each, at most wire::kLongestReport bytes in all. Of a long refusal the last
// sentences are left out.
std::string write_report(const DaemonReport& report);

// Lines of an unknown name are passed over, for a later daemon may say more. nullopt when a known
// one can't be read. All texts but the files' paths are printable ASCII then.
std::optional<DaemonReport> read_report(std::string_view text);

}  // namespace sms2fa
