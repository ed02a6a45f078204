// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <security/pam_appl.h>

#include <string>

namespace sms2fa::test {

// A directory of service files for pam_start_confdir(), with one service that has `module` and its
// arguments under each of the four types, and `first`, when not empty, as an auth line before.
void write_service(const std::string& directory, const std::string& service,
                   const std::string& module_and_arguments, const std::string& first = "");

// pam_start() to pam_end(). Throws std::runtime_error when libpam refuses to start.
class PamTransaction {
 public:
  PamTransaction(const std::string& directory, const std::string& service, const char* user,
                 const pam_conv& conversation);
  PamTransaction(const PamTransaction&) = delete;
  PamTransaction& operator=(const PamTransaction&) = delete;
  ~PamTransaction() { pam_end(handle_, PAM_SUCCESS); }

  pam_handle_t* handle() const { return handle_; }
  // PAM_RHOST and the like, or throws.
  void set(int item, const std::string& value);
  void set_environment(const std::string& name, const std::string& value);

 private:
  pam_handle_t* handle_ = nullptr;
};

// "PAM_AUTH_ERR" for 7, and the reverse; throws std::runtime_error for what is neither.
std::string name_of_pam_code(int code);
int pam_code_named(const std::string& name);

}  // namespace sms2fa::test
