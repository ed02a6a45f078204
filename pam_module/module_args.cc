// SPDX-License-Identifier: Apache-2.0
#include "pam_module/module_args.h"

#include <string.h>
#include <sys/un.h>
#include <syslog.h>

#include "pam_module/log.h"

namespace sms2fa {

namespace {

constexpr char kSocket[] = "socket=";
constexpr size_t kSocketLength = sizeof kSocket - 1;

bool usable_path(const char* path) noexcept {
  return path[0] == '/' && strlen(path) < sizeof(sockaddr_un::sun_path);
}

}  // namespace

bool parse_module_args(pam_handle_t* pamh, int argc, const char** argv, ModuleArgs& args) noexcept {
  bool good = true;
  for (int i = 0; i < argc; ++i) {
    if (strcmp(argv[i], "debug") == 0) {
      args.debug = true;
    } else if (strcmp(argv[i], "first=proved") == 0) {
      args.first_proved = true;
    } else if (strncmp(argv[i], kSocket, kSocketLength) == 0 &&
               usable_path(argv[i] + kSocketLength)) {
      args.socket = argv[i] + kSocketLength;
    } else {
      pam_syslog(
          pamh, LOG_ERR,
          "unknown or unusable argument \"%s\": denying (known: socket=PATH, first=proved, debug)",
          Escaped(argv[i]).text());
      good = false;
    }
  }
  return good;
}

}  // namespace sms2fa
