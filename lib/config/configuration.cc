// SPDX-License-Identifier: Apache-2.0
#include "lib/config/configuration.h"

#include <cmath>
#include <cstdio>

#include "lib/base/trusted_file.h"
#include "lib/config/configuration_sections.h"
#include "lib/config/configuration_values.h"
#include "lib/config/diagnostics.h"
#include "lib/config/ini_reader.h"
#include "lib/config/message_template.h"
#include "lib/config/provider_section.h"
#include "lib/config/rule_section.h"

namespace sms2fa {

namespace {

constexpr std::string_view kProviderPrefix = "provider ";
constexpr std::string_view kPeerPrefix = "peer ";
constexpr std::string_view kRulePrefix = "rule ";

struct SectionNotes {
  unsigned line = 0;
  KeyLines keys;
};

class ConfigurationReader final : public IniVisitor {
 public:
  ConfigurationReader(ProviderTypes types, Diagnostics& diagnostics)
      : types_(types), diagnostics_(diagnostics) {}

  void section(std::string_view name, unsigned line) override {
    current_ = nullptr;
    if (auto complaint = open_section(name, line); !complaint.empty())
      return diagnostics_.add(line, std::move(complaint));
    const auto [at, is_new] = sections_.try_emplace(std::string(name));
    if (is_new)
      at->second.line = line;
    else
      diagnostics_.add(
          line, "[" + at->first + "] stands already in line " + std::to_string(at->second.line));
    current_ = &at->second;
  }

  // Whatever stands under an unknown header is not looked at: the header says enough.
  void key(std::string_view section, std::string_view key, std::string_view value,
           unsigned line) override {
    if (current_ == nullptr) return;
    const auto [at, is_new] = current_->keys.try_emplace(std::string(key), line);
    auto complaint = is_new
                         ? take(section, key, value, line)
                         : about_key(key, "stands already in line " + std::to_string(at->second));
    if (!complaint.empty()) diagnostics_.add(line, std::move(complaint));
  }

  // What only the whole file can tell.
  Configuration finish() && {
    check_code();
    check_countdown();
    check_message();
    check_limits();
    for (auto& [name, section] : providers_) {
      const SectionNotes& notes = sections_[std::string(kProviderPrefix) + name];
      section.finish(notes.line, notes.keys, settings_.delivery.voice, diagnostics_);
    }
    collect_providers();
    collect_peers();
    for (const RuleSettings& rule : settings_.rules)
      check_rule(rule, sections_[std::string(kRulePrefix) + rule.name].keys, diagnostics_);
    return std::move(settings_);
  }

 private:
  // Returns "" or the complaint.
  std::string open_section(std::string_view name, unsigned line) {
    if (name.starts_with(kProviderPrefix)) {
      std::string provider;
      auto reason = take_name(name.substr(kProviderPrefix.size()), provider);
      if (reason.empty()) providers_.try_emplace(provider, provider, types_);
      return about_key("[provider NAME]", reason);
    }
    if (name.starts_with(kPeerPrefix)) {
      std::string account;
      auto reason = take_name(name.substr(kPeerPrefix.size()), account);
      if (reason.empty()) peers_.try_emplace(account).first->second.account = account;
      return about_key("[peer NAME]", reason);
    }
    if (name.starts_with(kRulePrefix)) {
      std::string rule;
      auto reason = take_name(name.substr(kRulePrefix.size()), rule);
      if (reason.empty() && !sections_.contains(name))
        settings_.rules.push_back({.name = std::move(rule), .line = line});
      return about_key("[rule NAME]", reason);
    }
    if (is_fixed_section(name)) return {};
    if (name == "provider" || name == "peer" || name == "rule")
      return "[" + std::string(name) + " NAME] needs a name";
    return unknown_section(name);
  }

  std::string take(std::string_view section, std::string_view key, std::string_view value,
                   unsigned line) {
    if (section.starts_with(kPeerPrefix))
      return take_peer_key(key, value, peers_.find(section.substr(kPeerPrefix.size()))->second);
    // One that stands twice is complained about as it is.
    if (section.starts_with(kRulePrefix)) return take_rule_key(key, value, settings_.rules.back());
    if (!section.starts_with(kProviderPrefix))
      return take_fixed_section_key(section, key, value, settings_);
    providers_.find(section.substr(kProviderPrefix.size()))->second.keep(key, value, line);
    return {};
  }

  // The line of a key, or of its section, or of the file's begin: the closest there is.
  unsigned line_of(std::string_view section, std::string_view key) const {
    const auto notes = sections_.find(section);
    if (notes == sections_.end()) return 1;
    const auto found = notes->second.keys.find(key);
    return found == notes->second.keys.end() ? notes->second.line : found->second;
  }

  bool has(std::string_view section, std::string_view key) const {
    const auto notes = sections_.find(section);
    return notes != sections_.end() && notes->second.keys.contains(key);
  }

  // NIST SP 800-63B, 5.1.3.2, asks for 20 bits and counts six digits, 19.93 bits, as enough.
  void check_code() {
    constexpr double kFewestBits = 19.9;
    const CodeSettings& code = settings_.code;
    const auto characters = characters_of(code.alphabet).size();
    const double bits = code.length * std::log2(static_cast<double>(characters));
    if (bits >= kFewestBits) return;
    char reason[128];
    std::snprintf(reason, sizeof reason,
                  "length: %u of %zu characters are %.1f bits, easy to guess; at least 19.9 are "
                  "needed",
                  code.length, characters, bits);
    const char* key = has("code", "length") ? "length" : "alphabet";
    diagnostics_.add(line_of("code", key), reason);
  }

  void check_countdown() {
    const CodeSettings& code = settings_.code;
    if (code.unenrolled == Unenrolled::countdown && !has("code", "deadline"))
      diagnostics_.add(line_of("code", "unenrolled"), "unenrolled: a countdown needs a deadline");
    // Somebody may take it for an end.
    if (code.unenrolled == Unenrolled::allow && code.deadline)
      diagnostics_.add(line_of("code", "deadline"), "deadline: ends no unenrolled = allow");
  }

  void check_message() {
    const auto reason = why_not_sms(settings_.message.sms, settings_.code.length);
    if (!reason.empty()) diagnostics_.add(line_of("message", "sms"), about_key("sms", reason));
  }

  void check_limits() {
    const LimitSettings& limits = settings_.limits;
    if (limits.wrong_before_disable < limits.wrong_before_lockout)
      diagnostics_.add(line_of("limits", "wrong_before_disable"),
                       "wrong_before_disable: must not be below wrong_before_lockout");
  }

  // Until here the list holds names only.
  void collect_providers() {
    const unsigned line = line_of("delivery", "providers");
    if (!has("delivery", "providers")) diagnostics_.add(line, "[delivery] lacks providers");
    std::vector<std::string_view> known;
    for (const auto& [name, section] : providers_) known.push_back(name);
    for (auto& provider : settings_.delivery.providers) {
      const auto found = providers_.find(provider.name);
      if (found != providers_.end())
        provider = std::move(found->second).settings();
      else
        diagnostics_.add(line,
                         about_key("providers", "there is no [provider " + provider.name + "]") +
                             did_you_mean(provider.name, known));
      if (provider.type != nullptr && provider.type->makes_codes)
        settings_.code.made_by_service = true;
    }
  }

  void collect_peers() {
    for (auto& [name, peer] : peers_) {
      const std::string section = std::string(kPeerPrefix) + name;
      if (!has(section, "services"))
        diagnostics_.add(line_of(section, "services"), "[" + section + "] lacks services");
      if (!has(section, "groups"))
        diagnostics_.add(line_of(section, "groups"), "[" + section + "] lacks groups");
      settings_.peers.push_back(std::move(peer));
    }
  }

  const ProviderTypes types_;
  Diagnostics& diagnostics_;
  Configuration settings_;
  std::map<std::string, SectionNotes, std::less<>> sections_;
  std::map<std::string, ProviderSection, std::less<>> providers_;
  std::map<std::string, PeerSettings, std::less<>> peers_;
  SectionNotes* current_ = nullptr;
};

}  // namespace

Result<Configuration> read_configuration(const std::string& path, ProviderTypes types) {
  const auto fd = open_trusted(path);
  if (!fd) return fd.error();
  Diagnostics diagnostics(path);
  ConfigurationReader reader(types, diagnostics);
  read_ini(fd->get(), reader, diagnostics);
  Configuration configuration = std::move(reader).finish();
  if (!diagnostics.empty()) return diagnostics.to_error();
  return configuration;
}

}  // namespace sms2fa
