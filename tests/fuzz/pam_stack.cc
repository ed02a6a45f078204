// SPDX-License-Identifier: Apache-2.0
// `sms2fa check` reads the files of /etc/pam.d, as libpam would: it ends, and what it imagines
// never lets somebody in through a stack without a module that says success.
#include "programs/sms2fa/pam_stack.h"

#include "programs/sms2fa/pam_walk.h"
#include "tests/fuzz/fuzz.h"

namespace sms2fa::test {

void fuzz(std::string_view input) {
  const PamStack stack = read_pam_stack(as_file(input));
  std::vector<PamLine> auth;
  for (const PamLine& line : stack.lines) {
    (void)is_control(line.control);
    (void)is_ours(line);
    (void)is_first_factor(line);
    promise(line.module_name().size() <= line.module.size());
    (void)line.places();
    if (line.type == "auth") auth.push_back(line);
  }
  const auto denied = walk(auth, [](const PamLine&) { return PamResult::auth_err; });
  bool plain = true;
  for (const PamLine& line : auth) plain &= !line.control.starts_with('[');
  promise(!plain || !denied.lets_in);
  (void)walk(auth, [](const PamLine&) { return PamResult::success; });
  (void)walk(auth, [](const PamLine&) { return std::nullopt; });
}

}  // namespace sms2fa::test
