// SPDX-License-Identifier: Apache-2.0
#include "tests/pam/pam_transaction.h"

#include <fstream>
#include <stdexcept>
#include <utility>

namespace sms2fa::test {

namespace {

constexpr std::pair<int, const char*> kCodes[] = {
    {PAM_SUCCESS, "PAM_SUCCESS"},
    {PAM_SERVICE_ERR, "PAM_SERVICE_ERR"},
    {PAM_SYSTEM_ERR, "PAM_SYSTEM_ERR"},
    {PAM_BUF_ERR, "PAM_BUF_ERR"},
    {PAM_PERM_DENIED, "PAM_PERM_DENIED"},
    {PAM_AUTH_ERR, "PAM_AUTH_ERR"},
    {PAM_AUTHINFO_UNAVAIL, "PAM_AUTHINFO_UNAVAIL"},
    {PAM_MAXTRIES, "PAM_MAXTRIES"},
    {PAM_CONV_ERR, "PAM_CONV_ERR"},
    {PAM_CONV_AGAIN, "PAM_CONV_AGAIN"},
    {PAM_IGNORE, "PAM_IGNORE"},
    {PAM_ABORT, "PAM_ABORT"},
};

}  // namespace

void write_service(const std::string& directory, const std::string& service,
                   const std::string& module_and_arguments, const std::string& first) {
  // Without this file libpam logs that it has no default.
  std::ofstream(directory + "/other") << "# no service but the one of the test\n";
  std::ofstream file(directory + "/" + service);
  if (!first.empty()) file << "auth required " << first << "\n";
  for (const char* type : {"auth", "account", "session", "password"})
    file << type << " required " << module_and_arguments << "\n";
  if (!file.flush()) throw std::runtime_error("cannot write a service file");
}

PamTransaction::PamTransaction(const std::string& directory, const std::string& service,
                               const char* user, const pam_conv& conversation) {
  const int result =
      pam_start_confdir(service.c_str(), user, &conversation, directory.c_str(), &handle_);
  if (result != PAM_SUCCESS)
    throw std::runtime_error("pam_start_confdir: " + name_of_pam_code(result));
}

void PamTransaction::set(int item, const std::string& value) {
  if (pam_set_item(handle_, item, value.c_str()) != PAM_SUCCESS)
    throw std::runtime_error("pam_set_item refuses item " + std::to_string(item));
}

void PamTransaction::set_environment(const std::string& name, const std::string& value) {
  if (pam_putenv(handle_, (name + "=" + value).c_str()) != PAM_SUCCESS)
    throw std::runtime_error("pam_putenv refuses " + name);
}

std::string name_of_pam_code(int code) {
  for (const auto& [known, name] : kCodes)
    if (known == code) return name;
  return "PAM code " + std::to_string(code);
}

int pam_code_named(const std::string& name) {
  for (const auto& [code, known] : kCodes)
    if (name == known) return code;
  throw std::runtime_error("unknown PAM code " + name);
}

}  // namespace sms2fa::test
