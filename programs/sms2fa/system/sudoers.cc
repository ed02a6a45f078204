// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/system/sudoers.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "lib/base/text.h"
#include "programs/sms2fa/system/child.h"

namespace sms2fa {

namespace {

// sudo may ask a name server for this machine's name.
constexpr std::chrono::seconds kPatience{10};
constexpr const char* kSudoers = "/etc/sudoers";

std::string_view take_line(std::string_view& text) {
  const auto line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

// Commas separate settings, but in quotes and behind a backslash.
std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (text[i] == ',' && !quoted) {
      parts.emplace_back();
      continue;
    }
    parts.back() += text[i];
    if (text[i] == '\\' && i + 1 < text.size()) parts.back() += text[++i];
  }
  for (auto& part : parts) part = trim(part);
  return parts;
}

// Of settings, in their order, so that the last one wins.
struct Settings {
  bool rootpw = false;
  bool runaspw = false;
  bool targetpw = false;
  bool authenticate = true;
  std::string runas_default = "root";

  void read(std::string_view text) {
    for (const std::string& part : split(text)) {
      std::string_view name = part;
      const bool on = !name.starts_with('!');
      if (!on) name.remove_prefix(1);
      if (name == "rootpw") rootpw = on;
      if (name == "runaspw") runaspw = on;
      if (name == "targetpw") targetpw = on;
      if (name == "authenticate") authenticate = on;
      constexpr std::string_view kRunas = "runas_default=";
      if (name.starts_with(kRunas)) runas_default = name.substr(kRunas.size());
    }
  }

  // As get_authpw() of sudo has it.
  std::string asked() const {
    if (rootpw) return "root";
    if (runaspw) return runas_default;
    return targetpw ? "root" : "";
  }
};

// One "Sudoers entry", or one role of LDAP.
struct Entry {
  bool as_root = false;
  bool authenticate;
  bool everything = false;
};

bool includes_root(std::string_view users) {
  bool included = false;
  for (const auto& user : split(users)) {
    if (user == "ALL" || user == "root" || user == "#0") included = true;
    if (user == "!ALL" || user == "!root" || user == "!#0") included = false;
  }
  return included;
}

std::vector<Entry> read_entries(std::string_view text, const Settings& settings) {
  std::vector<Entry> entries;
  bool commands = false;
  while (!text.empty()) {
    const auto line = take_line(text);
    const auto words = trim(line);
    const size_t colon = std::min(words.find(':'), words.size());
    const auto name = words.substr(0, colon);
    const auto value = trim(words.substr(std::min(colon + 1, words.size())));
    if (!line.empty() && line.front() != ' ' && line.front() != '\t') {
      entries.push_back({false, settings.authenticate, false});
      commands = false;
    }
    if (entries.empty()) continue;
    if (commands && words == "ALL") entries.back().everything = true;
    if (name == "Commands") commands = true;
    if (commands) continue;
    if (name == "RunAsUsers") entries.back().as_root = includes_root(value);
    if (name == "Options") {
      Settings own = settings;
      own.read(value);
      entries.back().authenticate = own.authenticate;
    }
  }
  return entries;
}

void gather(const nlohmann::json& members, SudoNames& names) {
  for (const auto& member : members) {
    if (member.contains("username")) names.users.insert(member["username"].get<std::string>());
    if (member.contains("usergroup")) names.groups.insert(member["usergroup"].get<std::string>());
  }
}

}  // namespace

SudoRights read_sudo_rights(std::string_view text) {
  Settings settings;
  bool defaults = false;
  while (!text.empty()) {
    const auto line = take_line(text);
    if (line.starts_with("User ")) break;
    if (defaults) settings.read(line);
    defaults = defaults || line.starts_with("Matching Defaults entries");
  }
  SudoRights rights;
  rights.asked = settings.asked();
  // Of several entries for a command the last one counts.
  for (const auto& entry : read_entries(text, settings)) {
    if (!entry.as_root || !entry.everything) continue;
    rights.becomes_root = true;
    rights.unasked = !entry.authenticate;
  }
  return rights;
}

std::optional<SudoNames> read_sudo_names(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  try {
    SudoNames names;
    for (const auto& aliases : json.value("User_Aliases", nlohmann::json::object()))
      gather(aliases, names);
    for (const auto& specification : json.value("User_Specs", nlohmann::json::array()))
      gather(specification.value("User_List", nlohmann::json::array()), names);
    return names;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

Sudo::Sudo()
    : program_(find_program("sudo")), deadline_(std::chrono::steady_clock::now() + kPatience) {}

std::optional<SudoRights> Sudo::rights_of(const std::string& user) const {
  const auto left = std::chrono::ceil<Milliseconds>(deadline_ - std::chrono::steady_clock::now());
  if (program_.empty() || left.count() <= 0) return std::nullopt;
  const ChildEnd end = run_program({program_, "-n", "-ll", "-U", user}, left);
  if (!end.succeeded()) return std::nullopt;
  return read_sudo_rights(end.text);
}

std::optional<SudoNames> Sudo::names() {
  const auto program = find_program("cvtsudoers");
  if (program.empty()) return std::nullopt;
  const ChildEnd end = run_program({program, "-f", "json", kSudoers}, kPatience);
  if (!end.succeeded()) return std::nullopt;
  return read_sudo_names(end.text);
}

}  // namespace sms2fa
