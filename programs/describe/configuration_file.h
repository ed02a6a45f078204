// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/config/key_description.h"

namespace sms2fa {

// sms2fa.conf as it is shipped: every key with its default, or with an example where it has none.
// Fails (internal) when a row's default is not the settings' own, or a line is longer than the
// reader takes.
Result<std::string> write_configuration(const std::vector<SectionDescription>& sections);

}  // namespace sms2fa
