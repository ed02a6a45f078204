// SPDX-License-Identifier: Apache-2.0
#include "lib/config/provider_section.h"

#include <algorithm>

#include "lib/config/configuration_sections.h"

namespace sms2fa {

const ProviderType* ProviderSection::type_named(std::string_view name) const {
  const auto found = std::find_if(types_.begin(), types_.end(),
                                  [&](const ProviderType& type) { return type.name == name; });
  return found == types_.end() ? nullptr : &*found;
}

const ProviderType* ProviderSection::first_that_knows(std::string_view key) const {
  const auto found = std::find_if(types_.begin(), types_.end(),
                                  [&](const ProviderType& type) { return type.knows(key); });
  return found == types_.end() ? nullptr : &*found;
}

std::string ProviderSection::unknown_key(std::string_view key) const {
  if (auto elsewhere = belongs_elsewhere(key); !elsewhere.empty()) return elsewhere;
  std::vector<std::string_view> known = {"type"};
  for (const auto& type : types_)
    for (const auto name : type.key_names())
      if (!name.ends_with('.')) known.push_back(name);
  return unknown("key", key, known);
}

std::string ProviderSection::read(const Line& line) {
  if (settings_.type != nullptr && settings_.type->knows(line.key))
    return settings_.options->take(line.key, line.value.reveal());
  const ProviderType* const owner = first_that_knows(line.key);
  if (owner == nullptr) return unknown_key(line.key);
  if (settings_.type != nullptr)
    return about_key(line.key, "is no key of type " + std::string(settings_.type->name));
  return owner->make_options()->take(line.key, line.value.reveal());
}

void ProviderSection::finish(unsigned section_line, const KeyLines& seen, bool voice,
                             Diagnostics& diagnostics) {
  for (const auto& line : lines_) {
    if (line.key != "type") continue;
    settings_.type = type_named(line.value.reveal());
    if (settings_.type == nullptr)
      diagnostics.add(line.number, about_key("type", "must be " + names_of(types_)));
  }
  if (settings_.type != nullptr) settings_.options = settings_.type->make_options();
  for (const auto& line : lines_) {
    if (line.key == "type") continue;
    if (auto complaint = read(line); !complaint.empty())
      diagnostics.add(line.number, std::move(complaint));
  }
  lines_.clear();
  const KeyRules rules(settings_.name, section_line, seen, diagnostics);
  rules.require("type");
  if (settings_.options) settings_.options->complete(settings_.name, voice, rules);
}

}  // namespace sms2fa
