// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "programs/sms2fa/arguments.h"
#include "programs/sms2fa/output/console.h"

namespace sms2fa {

// `sms2fa enroll --import`: takes over what files of other second factors hold, and reports.
// Returns the exit code: kNegativeAnswer when something could not be taken over.
int import_files(const Arguments& arguments, const Console& console);

}  // namespace sms2fa
