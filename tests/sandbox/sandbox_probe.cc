// SPDX-License-Identifier: Apache-2.0
// Does one forbidden or permitted thing, in the daemon's own sandbox or without it.
//
//   sandbox_probe list                          each act: outcome in the sandbox, outcome without,
//   name sandbox_probe boxed|free INSIDE OUTSIDE ACT
//
// Prints "outcome N" (0: it succeeded, else the errno value); an act that ends the process prints
// nothing. Exits 0 when it printed, 77 when the kernel has no Landlock ("boxed" only, and only if
// the act is one that Landlock forbids), else 1.
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "programs/sms2fad/identity.h"
#include "programs/sms2fad/sandbox.h"
#include "tests/sandbox/act.h"

namespace {

using namespace sms2fa;
using namespace sms2fa::test;

std::vector<Act> all_acts() {
  std::vector<Act> all;
  for (const auto& acts : {process_acts(), kernel_acts(), file_acts(), network_acts()})
    all.insert(all.end(), acts.begin(), acts.end());
  return all;
}

bool is_landlocks(const Act& act) {
  return act.outcome == EACCES;
}

int enter(const Ground& ground, const Act& act) {
  if (auto become = become_service_account(); !become) {
    std::fprintf(stderr, "%s\n", become.error().message.c_str());
    return 1;
  }
  const auto sandbox = enter_sandbox({ground.inside});
  if (!sandbox) {
    std::fprintf(stderr, "%s\n", sandbox.error().message.c_str());
    return 1;
  }
  if (sandbox->landlock || !is_landlocks(act)) return 0;
  std::fprintf(stderr, "%s\n", sandbox->without_landlock.c_str());
  return 77;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "list") == 0) {
    for (const Act& act : all_acts())
      std::printf("%d %d %s\n", act.outcome, act.free_outcome, act.name);
    return 0;
  }
  if (argc != 5) return 1;
  const Ground ground = {argv[2], argv[3]};
  for (const Act& act : all_acts()) {
    if (std::strcmp(act.name, argv[4]) != 0) continue;
    if (std::strcmp(argv[1], "boxed") == 0)
      if (const int status = enter(ground, act); status != 0) return status;
    std::printf("outcome %d\n", act.perform(ground));
    return 0;
  }
  return 1;
}
