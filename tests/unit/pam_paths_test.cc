// SPDX-License-Identifier: Apache-2.0
// What random stacks (tests/pam/random_stacks_test.cc) seldom or never come to.
#include "programs/sms2fa/pam/paths.h"

#include <algorithm>
#include <set>
#include <string>

#include "programs/sms2fa/pam/findings.h"
#include "tests/support/test.h"
#include "tests/unit/scratch_directory.h"

using namespace sms2fa;
using namespace sms2fa::test;

namespace {

// A substack in a substack in a substack, each of which remembers the mood in which it is entered;
// in the innermost, many failures that might each be the one that was forgiven.
std::string nest_substacks(const ScratchDirectory& folder, unsigned depth) {
  std::string last;
  for (unsigned line = 0; line < 100; ++line) last += "auth [default=ignore] pam_sms2fa.so\n";
  std::string file = folder.write("last", last);
  for (unsigned level = 0; level < depth; ++level)
    file = folder.write("level" + std::to_string(level),
                        "auth [success=ok auth_err=ignore default=bad] pam_exec.so\n"
                        "auth substack " +
                            file + "\n");
  return file;
}

}  // namespace

TEST(a_stack_with_too_many_paths_is_never_called_fine) {
  const ScratchDirectory folder;
  const PamStack stack = read_pam_stack(nest_substacks(folder, 15));
  const auto auth = auth_lines(stack);
  const PamJudge judge(auth, "case");
  CHECK(stack.broken.empty());
  CHECK(!judge.bypasses().has_value());
  CHECK(judge.unproven_path_to(auth.size() - 1).has_value());
  CHECK(judge.lets_somebody_in());
  std::set<std::string> said;
  Findings findings;
  check_stack(stack, false, said, findings);
  CHECK(std::any_of(said.begin(), said.end(), [](const std::string& text) {
    return text.find("too many paths") != std::string::npos;
  }));
}

TEST(files_in_files_end_where_libpam_ends_them) {
  const ScratchDirectory folder;
  CHECK(!read_pam_stack(nest_substacks(folder, 16)).broken.empty());
}

TEST(a_long_stack_is_judged) {
  const ScratchDirectory folder;
  std::string text;
  for (unsigned line = 0; line < 100; ++line)
    text += "auth [success=1 default=ignore] pam_exec.so n=" + std::to_string(line) + "\n";
  const PamStack stack =
      read_pam_stack(folder.write("long", text + "auth required pam_sms2fa.so\n"));
  const auto auth = auth_lines(stack);
  const auto bypasses = PamJudge(auth, "case").bypasses();
  // Whoever jumps past the last line has nothing that says yes.
  CHECK(bypasses && bypasses->empty());
}
