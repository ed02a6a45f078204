// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "lib/base/alphabet.h"
#include "lib/base/random.h"
#include "lib/base/secret.h"

namespace sms2fa {

// A code of `length` characters, each drawn evenly and independently from `alphabet`
// (NIST SP 800-63B, 5.1.3.2: at least 20 bits; the configuration holds the floor). An error means
// the random source failed.
Result<Secret> make_pin(Random& random, Alphabet alphabet, unsigned length);

// True when `answer`, without its blanks and dashes and in upper case, is `pin`. The time taken
// depends on the two lengths only, not on where they differ.
bool pin_matches(const Secret& pin, std::string_view answer);

// Whether `answer`, read like that, has `shortest` to `longest` characters, all of `alphabet`.
bool has_form_of_pin(std::string_view answer, Alphabet alphabet, size_t shortest, size_t longest);

}  // namespace sms2fa
