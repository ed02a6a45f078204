// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/pam/modules.h"

#include <algorithm>

namespace sms2fa {

namespace {

constexpr std::string_view kFirstFactors[] = {
    "pam_unix.so",    "pam_sss.so",    "pam_ldap.so",        "pam_krb5.so",
    "pam_winbind.so", "pam_userdb.so", "pam_systemd_home.so"};

// Of those, what never returns PAM_IGNORE unless its arguments say so, nor a number that is none.
constexpr std::string_view kWellKnown[] = {"pam_unix.so", "pam_sss.so", "pam_userdb.so"};

constexpr std::string_view kHousekeeping[] = {
    "pam_permit.so",    "pam_deny.so",      "pam_env.so",      "pam_nologin.so", "pam_cap.so",
    "pam_group.so",     "pam_faildelay.so", "pam_faillock.so", "pam_issue.so",   "pam_warn.so",
    "pam_securetty.so", "pam_shells.so",    "pam_echo.so",     "pam_keyinit.so"};

constexpr std::string_view kRootsOwn[] = {"su",   "su-l", "runuser", "runuser-l",
                                          "chfn", "chsh", "sudo",    "sudo-i"};

template <typename Names>
bool is_one_of(std::string_view name, const Names& names) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

PamReturns only(PamReturn result) {
  PamReturns returns;
  returns.set(static_cast<size_t>(result));
  return returns;
}

bool is_told_to_ignore(const PamLine& line) {
  return std::any_of(line.arguments.begin(), line.arguments.end(),
                     [](const std::string& argument) { return argument.starts_with("ignore"); });
}

}  // namespace

bool is_ours(const PamLine& line) {
  return !line.is_substack && !line.must_fail && line.module_name() == "pam_sms2fa.so";
}

bool is_first_factor(const PamLine& line) {
  return !line.is_substack && is_one_of(line.module_name(), kFirstFactors);
}

bool is_housekeeping(const PamLine& line) {
  return is_one_of(line.module_name(), kHousekeeping);
}

bool counts_failures(const PamLine& line) {
  return line.module_name() == "pam_faillock.so" && is_one_of("authfail", line.arguments);
}

PamReturns possible_returns(const PamLine& line) {
  if (line.must_fail) return only(PamReturn::perm_denied);
  if (line.module_name() == "pam_deny.so") return only(PamReturn::auth_err);
  if (line.module_name() == "pam_permit.so") return only(PamReturn::success);
  PamReturns returns;
  returns.set();
  // Ends the call at once, and not in a success.
  returns.reset(static_cast<size_t>(PamReturn::incomplete));
  if (!is_ours(line) && !is_one_of(line.module_name(), kWellKnown)) return returns;
  returns.reset(static_cast<size_t>(PamReturn::invalid));
  if (is_ours(line)) returns.reset(static_cast<size_t>(PamReturn::new_authtok_reqd));
  if (is_ours(line) || !is_told_to_ignore(line))
    returns.reset(static_cast<size_t>(PamReturn::ignore));
  return returns;
}

bool root_calls_itself(const std::string& service) {
  return is_one_of(service, kRootsOwn);
}

}  // namespace sms2fa
