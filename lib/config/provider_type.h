// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/config/key_description.h"
#include "lib/config/provider_settings.h"

namespace sms2fa {

// A type of provider, as [provider NAME] names it.
struct ProviderType {
  std::string_view name;
  std::string_view remark;  // for the shipped file; may be empty
  // Whether such a provider makes and checks codes of its own, as long as it likes.
  bool makes_codes;
  std::unique_ptr<ProviderOptions> (*make_options)();
  // Of its keys, "type" apart; prefixes end in '.'.
  std::vector<std::string_view> (*key_names)();
  std::vector<KeyDescription> (*describe_keys)();

  bool knows(std::string_view key) const;
};

// "twilio, telnyx or http", each name between `mark`s.
std::string names_of(ProviderTypes types, std::string_view mark = "");

// For the shipped file and the manual, one a type.
std::vector<SectionDescription> describe_provider_sections(ProviderTypes types);

}  // namespace sms2fa
