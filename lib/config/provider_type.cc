// SPDX-License-Identifier: Apache-2.0
#include "lib/config/provider_type.h"

#include <algorithm>

namespace sms2fa {

bool ProviderType::knows(std::string_view key) const {
  const auto names = key_names();
  return std::any_of(names.begin(), names.end(), [&](std::string_view own) {
    return own.ends_with('.') ? key.starts_with(own) : key == own;
  });
}

std::string names_of(ProviderTypes types, std::string_view mark) {
  std::string names;
  for (size_t i = 0; i < types.size(); ++i) {
    if (i > 0) names += i + 1 == types.size() ? " or " : ", ";
    names.append(mark).append(types[i].name).append(mark);
  }
  return names;
}

std::vector<SectionDescription> describe_provider_sections(ProviderTypes types) {
  std::vector<SectionDescription> described;
  for (const auto& type : types) {
    auto& section = described.emplace_back();
    section.heading = "provider NAME";
    section.name = type.name;
    section.commented_out = described.size() > 1;
    section.one_of_many = true;
    section.keys.push_back(
        {"type", needed(type.name.data()), type.remark, names_of(types, "*"), ""});
    auto keys = type.describe_keys();
    section.keys.insert(section.keys.end(), keys.begin(), keys.end());
  }
  return described;
}

}  // namespace sms2fa
