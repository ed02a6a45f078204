// SPDX-License-Identifier: Apache-2.0
// Runs a program where one system call, and with it a step of the sandbox, fails with EPERM.
//
//   without_call CALL[:FIRST_ARGUMENT] PROGRAM [ARGUMENT...]
#include <seccomp.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>

int main(int argc, char** argv) {
  if (argc < 3) return 1;
  const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  const std::string name = argv[1];
  const size_t colon = name.find(':');
  const int call = seccomp_syscall_resolve_name(name.substr(0, colon).c_str());
  const bool any = colon == std::string::npos;
  const scmp_arg_cmp first =
      SCMP_A0(SCMP_CMP_EQ, any ? 0 : std::strtoull(argv[1] + colon + 1, nullptr, 10));
  // Without no_new_privs, which would itself be a step that is done already; so this needs root.
  if (filter == nullptr || seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0) != 0 ||
      seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), call, any ? 0 : 1, &first) != 0 ||
      seccomp_load(filter) != 0) {
    std::fprintf(stderr, "cannot forbid %s\n", argv[1]);
    return 1;
  }
  execv(argv[2], argv + 2);
  return 1;
}
