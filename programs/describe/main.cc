// SPDX-License-Identifier: Apache-2.0
#include <sysexits.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string_view>
#include <vector>

#include "lib/config/configuration_sections.h"
#include "programs/describe/configuration_file.h"
#include "programs/describe/manual_page.h"
#include "programs/wiring/provider_types.h"

namespace {

using namespace sms2fa;

// In the order of the shipped file.
std::vector<SectionDescription> all_sections() {
  std::vector<SectionDescription> sections;
  for (auto& section : describe_fixed_sections()) {
    if (section.heading == "store") sections.push_back(describe_peer_section());
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

}  // namespace

// sms2fa_describe configuration | manual TEMPLATE: part of the build, not of what is installed.
int main(int count, char** words) {
  const std::string_view what = count > 1 ? words[1] : "";
  if (what == "configuration" && count == 2) return print(write_configuration(all_sections()));
  if (what == "manual" && count == 3) {
    std::ifstream file(words[2]);
    const std::string page{std::istreambuf_iterator<char>(file), {}};
    if (file.is_open()) return print(write_manual(page, all_sections()));
  }
  std::fprintf(stderr, "usage: sms2fa_describe configuration | manual TEMPLATE\n");
  return EX_USAGE;
}
