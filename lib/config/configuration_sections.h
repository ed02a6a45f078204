// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/config/configuration.h"
#include "lib/config/key_description.h"

// The sections that have a fixed name and a fixed set of keys: all but [provider NAME], [peer
// NAME] and [rule NAME] (rule_section.h).
namespace sms2fa {

bool is_fixed_section(std::string_view name);

// The complaint about a header that names no section, with the nearest right one.
std::string unknown_section(std::string_view name);

// Lets a key of [peer NAME] take its value. Returns "" or the complaint.
std::string take_peer_key(std::string_view key, std::string_view value, PeerSettings& out);

// "resend_after belongs to [limits]", or "" when no fixed section has such a key.
std::string belongs_elsewhere(std::string_view key);

// Lets one key take its value. Returns "" or the complaint. [delivery] providers fills in the names
// only. Precondition: is_fixed_section(section).
std::string take_fixed_section_key(std::string_view section, std::string_view key,
                                   std::string_view value, Configuration& out);

// In the order of the shipped file, [peer NAME] apart.
std::vector<SectionDescription> describe_fixed_sections();
SectionDescription describe_peer_section();

}  // namespace sms2fa
