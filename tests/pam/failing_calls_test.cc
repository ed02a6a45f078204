// SPDX-License-Identifier: Apache-2.0
// safety.md 9, for the module: out of memory at any allocation, and every call that it makes
// failing once or from then on. Nobody gets in without the right code, and the host is as it was.
#include <security/pam_modules.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <set>
#include <string>

#include "tests/pam/busy_daemon.h"
#include "tests/pam/failing_calls.h"
#include "tests/pam/host_state.h"
#include "tests/pam/intercept.h"
#include "tests/pam/pam_transaction.h"
#include "tests/support/test.h"
#include "tests/unit/scratch_directory.h"

using namespace sms2fa::test;

namespace {

constexpr unsigned kErrors = 3;
constexpr unsigned kFarTooMany = 1000;
constexpr uid_t kServiceAccount = 4242;

// Types what `self` points to.
int converse(int, const pam_message**, pam_response** responses, void* self) {
  const Unarmed own;
  *responses = static_cast<pam_response*>(calloc(1, sizeof(pam_response)));
  (*responses)->resp = strdup(static_cast<const char*>(self));
  return PAM_SUCCESS;
}

// Root makes the daemon another user's, so that the module has to look the account up.
class House {
 public:
  House() {
    if (geteuid() == 0) {
      set_service_account(kServiceAccount);
      REQUIRE(chown(directory_.path().c_str(), kServiceAccount, 0) == 0);
      REQUIRE(seteuid(kServiceAccount) == 0);
    }
    daemon_.emplace(directory_.path("socket"),
                    [](const std::string&, const std::string& text) { return text == "123456"; });
    if (getuid() == 0) REQUIRE(seteuid(0) == 0);
    write_service(directory_.path(), "login",
                  std::string(SMS2FA_TEST_MODULE) + " debug socket=" + directory_.path("socket"));
  }

  // The result of one attempt by somebody who types `answer`; `made` is how many calls there were.
  int attempt(const char* answer, const FailingCalls& failing, unsigned& made) {
    const pam_conv conversation = {&converse, const_cast<char*>(answer)};
    PamTransaction pam(directory_.path(), "login", "alice", conversation);
    pam.set(PAM_RHOST, "192.0.2.1");
    const int input = dup(STDIN_FILENO);
    close(STDIN_FILENO);
    const auto before = HostState::capture();
    arm(failing);
    const int result = pam_authenticate(pam.handle(), 0);
    made = disarm();
    const auto changed = before.differences(HostState::capture());
    dup2(input, STDIN_FILENO);
    close(input);
    for (const auto& one : changed) (void)fprintf(stderr, "changed: %s\n", one.c_str());
    CHECK(changed.empty());
    return result;
  }

 private:
  ScratchDirectory directory_;
  std::optional<BusyDaemon> daemon_;
};

struct Seen {
  std::set<std::string> calls;
  std::set<std::string> results;
  unsigned attempts = 0;
};

// Each call in turn, with each of its errors, alone and with all that follow it.
template <typename Judge>
Seen fail_each(const char* answer, const Judge& judge) {
  House house;
  Seen seen;
  for (const bool and_later : {false, true}) {
    for (unsigned error = 0; error < kErrors; ++error) {
      for (unsigned nth = 1; nth < kFarTooMany; ++nth) {
        unsigned made = 0;
        const int result = house.attempt(answer, {nth, and_later, error}, made);
        if (made < nth) {
          CHECK(nth > 10);
          break;
        }
        ++seen.attempts;
        seen.calls.insert(failed_call());
        seen.results.insert(name_of_pam_code(result));
        if (!judge(result, failed_call()))
          (void)fprintf(stderr, "call %u (%s, error %u): %s\n", nth, failed_call().c_str(), error,
                        name_of_pam_code(result).c_str());
      }
    }
  }
  (void)printf("%u attempts with a failing call; calls:", seen.attempts);
  for (const auto& name : seen.calls) (void)printf(" %s", name.c_str());
  (void)printf("; results:");
  for (const auto& name : seen.results) (void)printf(" %s", name.c_str());
  (void)printf("\n");
  return seen;
}

}  // namespace

TEST(a_wrong_code_is_never_accepted_whatever_fails) {
  const Seen seen = fail_each("654321", [](int result, const std::string&) {
    return CHECK(result != PAM_SUCCESS && result != PAM_IGNORE);
  });
  for (const char* name :
       {"getrandom", "socket", "fcntl", "connect", "getsockopt", "poll", "recv", "send"})
    CHECK(seen.calls.contains(name));
  if (geteuid() == 0) CHECK(seen.calls.contains("getpwnam_r"));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  CHECK(seen.calls.contains("malloc"));
#endif
  clear_log();
}

TEST(a_right_code_is_accepted_or_denied_whatever_fails) {
  const Seen seen = fail_each("123456", [](int result, const std::string&) {
    // libpam itself says PAM_BUF_ERR when it has no memory left before it calls the module.
    return CHECK(result == PAM_SUCCESS || result == PAM_AUTHINFO_UNAVAIL || result == PAM_BUF_ERR);
  });
  CHECK(seen.results.contains("PAM_AUTHINFO_UNAVAIL"));
  clear_log();
}
