// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "lib/config/configuration.h"

// The sections that have a fixed name and a fixed set of keys: all but [provider NAME].
namespace sms2fa {

bool is_fixed_section(std::string_view name);

// The complaint about a header that names no section, with the nearest right one.
std::string unknown_section(std::string_view name);

// Lets one key take its value. Returns "" or the complaint. [delivery] providers fills in the names
// only. Precondition: is_fixed_section(section).
std::string take_fixed_section_key(std::string_view section, std::string_view key,
                                   std::string_view value, Configuration& out);

}  // namespace sms2fa
