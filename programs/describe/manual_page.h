// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/config/key_description.h"

namespace sms2fa {

// sms2fa.conf(5) from its template, which explains the keys: in a key's section, a line that begins
// with it between stars, and the explanation below, indented. A key with a default has nothing else
// in its line and gets the default; one without has " = " and a kind of value there, such as
// _PATH_. @bounds@ in an explanation becomes the key's bounds. Keys that it leaves out get their
// rows' meaning, at the end of the section. Fails (configuration), with one sentence a line, when a
// key is invented, explained twice or without its bounds, or has neither explanation nor meaning.
Result<std::string> write_manual(std::string_view page,
                                 const std::vector<SectionDescription>& sections);

}  // namespace sms2fa
