// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "lib/config/configuration.h"
#include "programs/wiring/provider_types.h"
#include "tests/unit/scratch_directory.h"

// What the tests of lib/config share: small configuration files, and what is said about them.
namespace sms2fa::test {

// The least that a configuration can be.
inline constexpr std::string_view kOutbox =
    "[delivery]\nproviders = outbox\n"
    "[provider outbox]\ntype = outbox\ndirectory = /var/lib/sms2fa/outbox\n";

// What is wrong with a file "c" of this content; "" when nothing is.
inline std::string diagnostics(const std::string& content) {
  const ScratchDirectory directory;
  const auto result = read_configuration(directory.write("c", content));
  return result ? "" : directory.without_path(result.error().message);
}

// A file whose line 3 is `[provider p]`, line 4 its type, and line 5 the first of `lines`.
inline std::string provider_file(std::string_view type, const std::string& lines) {
  return "[delivery]\nproviders = p\n[provider p]\ntype = " + std::string(type) + "\n" + lines +
         "\n";
}

}  // namespace sms2fa::test
