// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <optional>
#include <string_view>

namespace sms2fa {

// What a module may return, by libpam's numbers (_pam_types.h). The last stands for every number
// that libpam does not know.
enum class PamReturn : unsigned {
  success = 0,
  perm_denied = 6,
  auth_err = 7,
  authinfo_unavail = 9,
  new_authtok_reqd = 12,
  conv_err = 19,
  ignore = 25,
  incomplete = 31,
  invalid = 32,
};
inline constexpr size_t kPamReturns = 33;

// Some of these returns.
using PamReturns = std::bitset<kPamReturns>;

// As a control names it: "auth_err".
std::string_view name_of(PamReturn result);

// What libpam does with a return. A number above 0 is a jump over so many lines.
enum PamAction : int {
  kPamIgnore = 0,
  kPamOk = -1,
  kPamDone = -2,
  kPamBad = -3,
  kPamDie = -4,
  kPamReset = -5,
};

// The action for each return.
using PamActions = std::array<int, kPamReturns>;

// Reads a control, "required" or what stands in brackets, as libpam does (_pam_parse_control), but
// for include and substack. nullopt: libpam understands it not, and treats every return as bad.
std::optional<PamActions> read_pam_control(std::string_view control);

// Every return bad.
PamActions all_bad();

}  // namespace sms2fa
