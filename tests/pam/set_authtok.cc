// SPDX-License-Identifier: Apache-2.0
// A module for the tests: sets PAM_AUTHTOK, as a password module before ours does, to the value of
// SMS2FA_TEST_AUTHTOK in the PAM environment. Only a module may set that item.
#include <security/pam_modules.h>

extern "C" {

PAM_EXTERN int pam_sm_authenticate(pam_handle_t* pamh, int, int, const char**) {
  const char* authtok = pam_getenv(pamh, "SMS2FA_TEST_AUTHTOK");
  if (authtok == nullptr || pam_set_item(pamh, PAM_AUTHTOK, authtok) != PAM_SUCCESS)
    return PAM_SYSTEM_ERR;
  return PAM_IGNORE;
}

PAM_EXTERN int pam_sm_setcred(pam_handle_t*, int, int, const char**) {
  return PAM_IGNORE;
}

}  // extern "C"
