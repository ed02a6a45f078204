// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace sms2fa {

// Writes all of it, however many calls that takes. False, with errno, when one fails.
bool write_all(int fd, std::string_view bytes);

}  // namespace sms2fa
