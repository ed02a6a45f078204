// SPDX-License-Identifier: Apache-2.0
// The sandbox for whoever runs the tests; tests/e2e/sandbox_test.py has it for _sms2fa.
#include "programs/sms2fad/sandbox.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <functional>
#include <future>
#include <thread>

#include "tests/support/test.h"
#include "tests/unit/scratch_directory.h"

using namespace sms2fa;
using test::ScratchDirectory;

namespace {

// What waitpid() says of a child that did this and exited with its result.
int status_of_child(const std::function<int()>& act) {
  const pid_t child = fork();
  if (child == 0) _exit(act());
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

bool exited_well(int status) {
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

TEST(it_is_entered_without_being_root) {
  const ScratchDirectory scratch;
  const int status = status_of_child([&scratch] {
    if (!enter_sandbox({scratch.path()})) return 1;
    return std::ofstream(scratch.path("file")) << "x" << std::flush ? 0 : 2;
  });
  CHECK(exited_well(status));
}

TEST(a_program_ends_the_process) {
  const int status = status_of_child([] {
    if (!enter_sandbox({})) return 1;
    execl("/bin/true", "true", nullptr);
    return 2;
  });
  CHECK(WIFSIGNALED(status));
  CHECK_EQ(WTERMSIG(status), SIGSYS);
}

TEST(it_is_refused_when_threads_run_already) {
  const int status = status_of_child([] {
    std::promise<void> end;
    std::thread other([&end] { end.get_future().wait(); });
    const auto entered = enter_sandbox({});
    end.set_value();
    other.join();
    return !entered && entered.error().kind == ErrorKind::internal ? 0 : 1;
  });
  CHECK(exited_well(status));
}

TEST(a_directory_that_is_not_there_leaves_writing_unconfined_and_says_so) {
  const int status = status_of_child([] {
    const auto entered = enter_sandbox({"/nowhere/at/all"});
    return entered && !entered->landlock && !entered->without_landlock.empty() ? 0 : 1;
  });
  CHECK(exited_well(status));
}
