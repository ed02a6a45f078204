// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/pam/line_findings.h"

#include <sys/stat.h>

#include <algorithm>

#include "lib/base/nearest.h"
#include "lib/base/text.h"
#include "programs/sms2fa/pam/wording.h"

namespace sms2fa {

namespace {

constexpr std::string_view kProved = "first=proved";
constexpr size_t kLongestPath = 107;

struct Argument {
  std::string_view name;
  std::string_view example;
};
constexpr Argument kArguments[] = {
    {"debug", "debug"}, {"socket", "socket=/run/sms2fa/auth.sock"}, {"first", kProved}};

bool is_known(std::string_view text) {
  constexpr std::string_view kSocket = "socket=";
  if (text.starts_with(kSocket))
    return text.size() > kSocket.size() && text[kSocket.size()] == '/' &&
           text.size() - kSocket.size() <= kLongestPath;
  return text == "debug" || text == kProved;
}

std::string meaning(std::string_view text) {
  constexpr std::string_view kNames[] = {kArguments[0].name, kArguments[1].name,
                                         kArguments[2].name};
  const auto near = nearest(text.substr(0, text.find('=')), kNames);
  if (!near) return "; it knows socket=PATH, first=proved and debug";
  const auto found = std::find_if(std::begin(kArguments), std::end(kArguments),
                                  [&](const Argument& known) { return known.name == *near; });
  return "; did you mean " + std::string(found->example) + "?";
}

void check_arguments(const PamLine& line, const PamTell& tell) {
  for (const auto& argument : line.arguments)
    if (!is_known(argument))
      tell(Severity::error, line.place +
                                ": pam_sms2fa.so refuses everybody because of its argument " +
                                escape(argument) + meaning(argument));
}

void check_file(const PamLine& line, const PamTell& tell) {
  const auto places = line.places();
  struct stat info {};
  const auto found = std::find_if(places.begin(), places.end(), [&](const std::string& path) {
    return stat(path.c_str(), &info) == 0;
  });
  if (found == places.end())
    return tell(Severity::error, line.place + ": there is no " + escape(places[0]) +
                                     "; install the module there, or write its whole path");
  if (!S_ISREG(info.st_mode) || info.st_uid != 0 || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    tell(Severity::error, line.place + ": " + escape(*found) +
                              " must be a file that only root can write: chown root " +
                              escape(*found) + " && chmod 644 " + escape(*found));
}

}  // namespace

bool claims_first_factor(const PamLine& line) {
  return std::find(line.arguments.begin(), line.arguments.end(), kProved) != line.arguments.end();
}

void check_our_line(const PamLine& line, const PamTell& tell) {
  if (line.type != "auth")
    return tell(Severity::error, line.place + ": pam_sms2fa.so refuses everybody on a line of " +
                                     "type " + escape(line.type) +
                                     "; delete it, and write: " + mended(line));
  if (!line.is_control)
    tell(Severity::error, line.place + ": " + escape(line.shown_control()) +
                              " is no control that libpam knows; write: " + mended(line));
  check_arguments(line, tell);
  check_file(line, tell);
}

}  // namespace sms2fa
