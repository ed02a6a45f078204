// SPDX-License-Identifier: Apache-2.0
// A host may authenticate several people at once in threads of one process.
#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>

#include "tests/pam/busy_daemon.h"
#include "tests/pam/intercept.h"
#include "tests/pam/pam_transaction.h"
#include "tests/support/test.h"
#include "tests/unit/scratch_directory.h"

using namespace sms2fa::test;

namespace {

constexpr int kThreads = 8;
constexpr int kAttempts = 50;

// Answers the prompt "NAME: " with the name backwards, which is right, or with the name.
struct Person {
  bool knows_code;

  static int converse(int, const pam_message** messages, pam_response** responses, void* self) {
    std::string text = messages[0]->msg;
    text.resize(text.size() - 2);
    if (static_cast<Person*>(self)->knows_code) text = {text.rbegin(), text.rend()};
    *responses = static_cast<pam_response*>(calloc(1, sizeof(pam_response)));
    (*responses)->resp = strdup(text.c_str());
    return PAM_SUCCESS;
  }
};

}  // namespace

TEST(eight_threads_authenticate_at_once_and_never_meet) {
  const ScratchDirectory directory;
  const BusyDaemon daemon(directory.path("socket"),
                          [](const std::string& user, const std::string& text) {
                            return text == std::string(user.rbegin(), user.rend());
                          });
  write_service(directory.path(), "login",
                std::string(SMS2FA_TEST_MODULE) + " socket=" + directory.path("socket"));
  std::atomic<int> unexpected{0};
  std::atomic<int> denied{0};
  const auto attempts = [&](int thread) {
    for (int i = 0; i < kAttempts; ++i) {
      Person person = {i % 5 != 0};
      const pam_conv conversation = {&Person::converse, &person};
      const std::string user = "user-" + std::to_string(thread) + "-" + std::to_string(i);
      const PamTransaction pam(directory.path(), "login", user.c_str(), conversation);
      const int result = pam_authenticate(pam.handle(), 0);
      if (result != (person.knows_code ? PAM_SUCCESS : PAM_AUTH_ERR)) ++unexpected;
      if (!person.knows_code) ++denied;
    }
  };
  std::array<std::thread, kThreads> threads;
  for (int i = 0; i < kThreads; ++i) threads[static_cast<size_t>(i)] = std::thread(attempts, i);
  for (auto& thread : threads) thread.join();
  CHECK_EQ(unexpected.load(), 0);
  CHECK_EQ(static_cast<int>(log_lines().size()), denied.load());
}
