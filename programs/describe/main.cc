// SPDX-License-Identifier: Apache-2.0
#include <sysexits.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string_view>
#include <vector>

#include "lib/config/configuration_sections.h"
#include "lib/config/rule_section.h"
#include "programs/describe/command_page.h"
#include "programs/describe/completions.h"
#include "programs/describe/configuration_file.h"
#include "programs/describe/manual_page.h"
#include "programs/sms2fa/commands.h"
#include "programs/wiring/provider_types.h"

namespace {

using namespace sms2fa;

// In the order of the shipped file.
std::vector<SectionDescription> all_sections() {
  std::vector<SectionDescription> sections;
  for (auto& section : describe_fixed_sections()) {
    if (section.heading == "store") {
      sections.push_back(describe_rule_section());
      sections.push_back(describe_peer_section());
    }
    const bool is_delivery = section.heading == "delivery";
    sections.push_back(std::move(section));
    if (!is_delivery) continue;
    for (auto& provider : describe_provider_sections(provider_types()))
      sections.push_back(std::move(provider));
  }
  return sections;
}

int print(const Result<std::string>& text) {
  if (text && std::fputs(text->c_str(), stdout) >= 0 && std::fflush(stdout) == 0) return EX_OK;
  std::fprintf(stderr, "sms2fa_describe: %s\n",
               text ? "cannot write" : text.error().message.c_str());
  return EX_SOFTWARE;
}

// Of the file that is its template. `word`: the shell.
Result<std::string> fill(std::string_view what, std::string_view word, const char* path) {
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open()) return make_error(ErrorKind::not_found, std::string(path) + ": cannot read");
  if (what == "completion") return write_completion(word, text, commands());
  return what == "manual" ? write_manual(text, all_sections())
                          : write_command_page(text, commands());
}

}  // namespace

// Part of the build, not of what is installed.
int main(int count, char** words) {
  const std::string_view what = count > 1 ? words[1] : "";
  if (what == "configuration" && count == 2) return print(write_configuration(all_sections()));
  if (what == "completion" && count == 4) return print(fill(what, words[2], words[3]));
  if ((what == "manual" || what == "commands") && count == 3)
    return print(fill(what, "", words[2]));
  std::fprintf(stderr,
               "usage: sms2fa_describe configuration | manual TEMPLATE | commands TEMPLATE |\n"
               "                       completion SHELL TEMPLATE\n");
  return EX_USAGE;
}
