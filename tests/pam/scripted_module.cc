// SPDX-License-Identifier: Apache-2.0
// A module for the tests of stacks: of PAM_USER, "0,7,25", it returns the number at the place that
// its argument "n=PLACE" names, and adds the place to TRACE in the PAM environment: "0,2,".
#include <security/pam_modules.h>

#include <cstdlib>
#include <cstring>
#include <string>

namespace {

unsigned long place_of(int argc, const char** argv) {
  for (int i = 0; i < argc; ++i)
    if (strncmp(argv[i], "n=", 2) == 0) return strtoul(argv[i] + 2, nullptr, 10);
  return 0;
}

}  // namespace

extern "C" {

PAM_EXTERN int pam_sm_authenticate(pam_handle_t* pamh, int, int argc, const char** argv) {
  const unsigned long place = place_of(argc, argv);
  const char* before = pam_getenv(pamh, "TRACE");
  const std::string trace =
      "TRACE=" + std::string(before == nullptr ? "" : before) + std::to_string(place) + ",";
  const char* user = nullptr;
  if (pam_putenv(pamh, trace.c_str()) != PAM_SUCCESS ||
      pam_get_item(pamh, PAM_USER, reinterpret_cast<const void**>(&user)) != PAM_SUCCESS ||
      user == nullptr)
    return PAM_SYSTEM_ERR;
  for (unsigned long i = 0; i < place && user != nullptr; ++i) {
    user = strchr(user, ',');
    if (user != nullptr) ++user;
  }
  return user == nullptr ? PAM_SYSTEM_ERR : static_cast<int>(strtol(user, nullptr, 10));
}

PAM_EXTERN int pam_sm_setcred(pam_handle_t*, int, int, const char**) {
  return PAM_SUCCESS;
}

}  // extern "C"
