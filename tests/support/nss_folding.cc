// SPDX-License-Identifier: Apache-2.0
// A name service for tests, `folding` in nsswitch.conf(5): it takes the names of /etc/passwd in any
// case and answers with the account's own, as SSSD and winbind do for the accounts of a domain.
#include <nss.h>
#include <pwd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>

namespace {

std::string lower(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

}  // namespace

extern "C" nss_status _nss_folding_getpwnam_r(const char* name, passwd* entry, char* buffer,
                                              size_t size, int* error) {
  const std::string wanted = lower(name);
  // What is written as in the file, the file answers itself.
  if (wanted == name) return NSS_STATUS_NOTFOUND;
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen("/etc/passwd", "re"), std::fclose);
  if (!file) {
    *error = errno;
    return NSS_STATUS_UNAVAIL;
  }
  passwd* found = nullptr;
  int result = 0;
  while ((result = fgetpwent_r(file.get(), entry, buffer, size, &found)) == 0)
    if (wanted == found->pw_name) return NSS_STATUS_SUCCESS;
  *error = result;
  return result == ERANGE ? NSS_STATUS_TRYAGAIN : NSS_STATUS_NOTFOUND;
}
