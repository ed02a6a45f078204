// SPDX-License-Identifier: Apache-2.0
// `sms2fa check` reads the files of /etc/pam.d, as libpam would: it ends, and what it imagines
// never lets somebody in through a stack without a module that says success.
#include "programs/sms2fa/pam/stack.h"

#include "programs/sms2fa/pam/paths.h"
#include "tests/fuzz/fuzz.h"

namespace sms2fa::test {

void fuzz(std::string_view input) {
  const PamStack stack = read_pam_stack(as_file(input));
  const auto auth = auth_lines(stack);
  for (const PamLine& line : stack.lines) {
    promise(line.module_name().size() <= line.module.size());
    (void)line.places();
    (void)line.shown_control();
  }
  const PamJudge judge(auth, "su");
  const auto bypasses = judge.bypasses();
  promise(!bypasses || bypasses->empty() || judge.lets_somebody_in());
  promise(!judge.code_is_enough() || judge.lets_somebody_in());
  (void)judge.counter_of_denials();
  (void)judge.wrong_password_reaches_us();
  for (size_t i = 0; i < auth.size(); ++i)
    if (is_ours(auth[i])) (void)judge.unproven_path_to(i);
}

}  // namespace sms2fa::test
