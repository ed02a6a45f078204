// SPDX-License-Identifier: Apache-2.0
#include "programs/describe/configuration_file.h"

#include <algorithm>
#include <set>

#include "lib/config/ini_reader.h"

namespace sms2fa {

namespace {

constexpr size_t kMeaningColumn = 32;
constexpr size_t kTab = 8;

std::string head() {
  return "; SPDX-License-Identifier: Apache-2.0\n"
         "; /etc/sms2fa/sms2fa.conf -- owner root, group _sms2fa, mode 0640.\n"
         "; A line has at most " +
         std::to_string(kLongestLine) +
         " bytes. \";\" begins a comment. What is commented out below is the default.\n"
         "; After a change: sms2fa check, then send sms2fad SIGHUP.\n";
}

std::string with_meaning(std::string line, std::string_view meaning) {
  if (meaning.empty()) return line + "\n";
  line.resize(std::max(line.size() / kTab * kTab + kTab, kMeaningColumn), ' ');
  return line + "; " + std::string(meaning) + "\n";
}

std::string mark_of(Sample::Kind kind, bool commented_out) {
  switch (kind) {
    case Sample::Kind::alternative:
      return "; or: ";
    case Sample::Kind::needed:
      return commented_out ? ";" : "";
    case Sample::Kind::by_default:
    case Sample::Kind::example:
      break;
  }
  return ";";
}

std::string lines_of(const KeyDescription& key, bool commented_out) {
  const std::string mark = mark_of(key.sample.kind, commented_out) + std::string(key.name);
  if (!key.name.ends_with('.'))
    return with_meaning(mark + " = " + std::string(key.sample.text), key.meaning);
  std::string lines;
  for (auto rest = key.sample.text; !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n'));
    lines += with_meaning(mark + std::string(line), lines.empty() ? key.meaning : "");
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  return lines;
}

std::string heading_of(const SectionDescription& section) {
  std::string heading = section.heading;
  if (const size_t at = heading.find("NAME"); at != std::string::npos)
    heading.replace(at, 4, section.name);
  heading = (section.commented_out ? ";[" : "[") + heading + "]\n";
  return section.remark.empty() ? heading : heading + "; " + std::string(section.remark) + "\n";
}

}  // namespace

Result<std::string> write_configuration(const std::vector<SectionDescription>& sections) {
  std::string text = head();
  // What sections of one heading share stands once, but for what each of them needs.
  std::set<std::string> shown;
  for (const auto& section : sections) {
    text += "\n" + heading_of(section);
    for (const auto& key : section.keys) {
      if (!key.fault.empty())
        return make_error(ErrorKind::internal, "[" + section.heading + "] " + key.fault);
      const std::string lines = lines_of(key, section.commented_out);
      const bool may_miss = section.one_of_many && key.sample.kind != Sample::Kind::needed;
      if (!may_miss || shown.insert(lines).second) text += lines;
    }
  }
  for (std::string_view rest = text; !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n'));
    if (line.size() > kLongestLine)
      return make_error(ErrorKind::internal, "too long a line: " + std::string(line));
    rest.remove_prefix(line.size() + 1);
  }
  return text;
}

}  // namespace sms2fa
