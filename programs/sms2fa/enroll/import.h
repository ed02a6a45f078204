// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/base/result.h"
#include "programs/sms2fa/arguments.h"
#include "programs/sms2fa/output/answer.h"
#include "programs/sms2fa/output/console.h"

namespace sms2fa {

// `sms2fa enroll --import`: takes over what files of other second factors hold, and reports.
// The exit code is kNegativeAnswer when something could not be taken over.
Result<Answer> import_files(const Arguments& arguments, const Console& console);

}  // namespace sms2fa
