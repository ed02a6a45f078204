// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/pam/sshd_drop_in.h"

#include <fnmatch.h>
#include <glob.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <vector>

#include "lib/base/text.h"
#include "programs/sms2fa/state/backup_files.h"
#include "programs/sms2fa/system/file_changes.h"

namespace sms2fa {

namespace {

constexpr const char* kConfiguration = "/etc/ssh/sshd_config";
constexpr const char* kFolder = "/etc/ssh/";
constexpr const char* kScratch = "/run/sms2fa-trial";
constexpr std::string_view kHead =
    "# Put here by: sms2fa pam enable sshd; taken out by: sms2fa pam disable sshd\n";
constexpr std::string_view kSettings =
    "UsePAM yes\n"
    "KbdInteractiveAuthentication yes\n"
    "# It can't show the question for the PIN.\n"
    "PasswordAuthentication no\n";
constexpr std::string_view kKeySettings =
    "PubkeyAuthentication yes\n"
    "AuthenticationMethods publickey,keyboard-interactive:pam\n";

// "Include a b" in whatever case; empty for other lines.
std::vector<std::string> included_by(const std::string& line) {
  std::istringstream words(line);
  std::string word;
  std::vector<std::string> patterns;
  if (!(words >> word) || ascii_lower(word) != "include") return patterns;
  while (words >> word && !word.starts_with('#'))
    patterns.push_back(word.starts_with('/') ? word : kFolder + word);
  return patterns;
}

bool is_included_by(const std::string& pattern) {
  return fnmatch(pattern.c_str(), kSshdDropIn, FNM_PATHNAME) == 0;
}

// In sshd's order, with the drop-in whether it is there or not.
std::set<std::string> files_of(const std::string& pattern) {
  std::set<std::string> files = {kSshdDropIn};
  glob_t found{};
  if (glob(pattern.c_str(), 0, nullptr, &found) == 0)
    for (size_t i = 0; i < found.gl_pathc; ++i) files.insert(found.gl_pathv[i]);
  globfree(&found);
  return files;
}

// The configuration's text, with another file in the drop-in's place. Nothing when it includes
// none.
std::string trial_text(const std::string& text, const std::string& drop_in) {
  std::string trial;
  bool included = false;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto patterns = included_by(line);
    if (std::none_of(patterns.begin(), patterns.end(), is_included_by)) {
      trial += line + "\n";
      continue;
    }
    included = true;
    for (const auto& pattern : patterns) {
      if (!is_included_by(pattern)) trial += "Include " + pattern + "\n";
      if (!is_included_by(pattern)) continue;
      for (const auto& file : files_of(pattern))
        trial += "Include " + (file == kSshdDropIn ? drop_in : file) + "\n";
    }
  }
  return included ? trial : "";
}

// The first setting of `text` that does not come to be.
std::string overruled(const std::string& text, const SshdSettings& settings) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    const size_t blank = line.find(' ');
    const auto found = settings.find(ascii_lower(line.substr(0, blank)));
    if (found == settings.end() || found->second != line.substr(blank + 1)) return line;
  }
  return {};
}

Error wrong(const std::string& text) {
  return make_error(ErrorKind::configuration, text);
}

}  // namespace

std::string drop_in_text(AskedFirst first) {
  return std::string(kHead) + std::string(kSettings) +
         std::string(first == AskedFirst::key ? kKeySettings : "");
}

bool is_our_drop_in(std::string_view text) {
  return text.starts_with(kHead);
}

std::string without_our_settings(std::string_view text) {
  const std::string all = drop_in_text(AskedFirst::key);
  const auto ours = lines_of(all);
  std::string rest;
  for (const auto line : lines_of(text))
    if (std::find(ours.begin(), ours.end(), line) == ours.end()) rest += line;
  return rest;
}

Result<SshdSettings> settings_with_drop_in(const std::string& text) {
  const auto configuration = read_system_file(kConfiguration);
  if (!configuration) return configuration.error();
  if (!*configuration) return wrong(std::string("there is no ") + kConfiguration);
  const auto scratch = ScratchDirectory::beside(kScratch);
  if (!scratch) return scratch.error();
  const std::string trial = trial_text(**configuration, *scratch / "drop-in");
  if (trial.empty())
    return wrong(std::string(kConfiguration) +
                 " does not include the files in /etc/ssh/sshd_config.d; let it, by a first line: "
                 "sed -i '1i Include /etc/ssh/sshd_config.d/*.conf' " +
                 kConfiguration);
  const auto written = make_changes({{*scratch / "drop-in", std::nullopt, text},
                                     {*scratch / "sshd_config", std::nullopt, trial}});
  if (!written) return written.error();
  auto settings = read_sshd(*scratch / "sshd_config");
  if (!settings) return settings;
  const std::string lost = overruled(text, *settings);
  if (!lost.empty())
    return wrong("sshd takes the first value that it reads, and another line decides before " +
                 std::string(kSshdDropIn) + " can say: " + lost +
                 "; take that line out, or move "
                 "the Include above it: grep -rin " +
                 lost.substr(0, lost.find(' ')) + " /etc/ssh/sshd_config /etc/ssh/sshd_config.d");
  return settings;
}

}  // namespace sms2fa
