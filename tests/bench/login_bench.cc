// SPDX-License-Identifier: Apache-2.0
// Logs in through PAM and prints what it took. tests/bench/bench.py sets the scene.
//
//   login_bench CONFDIR PROVIDER_PORT CERTIFICATE KEY
//
// is the provider too, and then obeys lines of standard input:
//
//   login SERVICE USER NUMBER            one login
//   flood SERVICE THREADS LOGINS USERS   so many logins by so many threads, each with users of its
//                                        own: user0 has +353851000000 and so on
//
// and answers each with one line: "FIRST_PROMPT_US TOTAL_US HOST_CPU_US PAM_CODE" or
// "SECONDS GOOD BAD P50_MS P95_MS". SERVICE "permit" and others that ask nothing have their first
// prompt at the end.
#include <security/pam_appl.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <sstream>
#include <thread>
#include <vector>

#include "tests/bench/quick_provider.h"

namespace {

using sms2fa::bench::QuickProvider;
using Clock = std::chrono::steady_clock;

struct Person {
  QuickProvider& provider;
  std::string number;
  Clock::time_point first_prompt{};
};

// Types the code that the provider was told last, or, where it knows none, something wrong.
int converse(int count, const pam_message** messages, pam_response** answers, void* data) {
  auto& person = *static_cast<Person*>(data);
  auto* const given =
      static_cast<pam_response*>(std::calloc(static_cast<size_t>(count), sizeof(pam_response)));
  for (int i = 0; i < count; ++i) {
    const int style = messages[i]->msg_style;
    if (style != PAM_PROMPT_ECHO_ON && style != PAM_PROMPT_ECHO_OFF) continue;
    if (person.first_prompt == Clock::time_point()) person.first_prompt = Clock::now();
    const std::string code = person.provider.code_for(person.number);
    given[i].resp = strdup(code.empty() ? "000000" : code.c_str());
  }
  *answers = given;
  return PAM_SUCCESS;
}

int64_t thread_cpu_microseconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * 1'000'000 + time.tv_nsec / 1000;
}

int64_t microseconds(Clock::duration time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time).count();
}

struct Login {
  int64_t first_prompt = 0;
  int64_t total = 0;
  int64_t cpu = 0;
  int code = PAM_ABORT;
};

Login log_in(const std::string& directory, const std::string& service, const std::string& user,
             Person person) {
  const pam_conv conversation{converse, &person};
  Login login;
  const int64_t cpu = thread_cpu_microseconds();
  const auto begin = Clock::now();
  pam_handle_t* handle = nullptr;
  if (pam_start_confdir(service.c_str(), user.c_str(), &conversation, directory.c_str(), &handle) !=
      PAM_SUCCESS)
    return login;
  login.code = pam_authenticate(handle, 0);
  pam_end(handle, login.code);
  const auto end = Clock::now();
  login.total = microseconds(end - begin);
  login.first_prompt = person.first_prompt == Clock::time_point()
                           ? login.total
                           : microseconds(person.first_prompt - begin);
  login.cpu = thread_cpu_microseconds() - cpu;
  return login;
}

std::string number_of(size_t user) {
  return "+353851" + std::to_string(1'000'000 + user).substr(1);
}

void flood(const std::string& directory, const std::string& service, size_t threads, size_t logins,
           size_t users, QuickProvider& provider) {
  std::atomic<size_t> next{0};
  std::vector<std::vector<Login>> done(threads);
  std::vector<std::thread> crowd;
  const auto begin = Clock::now();
  for (size_t i = 0; i < threads; ++i) {
    crowd.emplace_back([&, i] {
      for (size_t turn = 0; next++ < logins; ++turn) {
        const size_t user = (i + turn * threads) % users;
        done[i].push_back(log_in(directory, service, "user" + std::to_string(user),
                                 Person{provider, number_of(user)}));
      }
    });
  }
  for (auto& thread : crowd) thread.join();
  const double seconds = static_cast<double>(microseconds(Clock::now() - begin)) / 1e6;
  std::vector<int64_t> times;
  size_t good = 0;
  for (const auto& some : done)
    for (const Login& login : some) {
      times.push_back(login.first_prompt);
      good += login.code == PAM_SUCCESS ? 1 : 0;
    }
  std::sort(times.begin(), times.end());
  const auto at = [&](size_t percent) {
    return static_cast<double>(times[(times.size() - 1) * percent / 100]) / 1000;
  };
  std::printf("%.3f %zu %zu %.1f %.1f\n", seconds, good, times.size() - good, at(50), at(95));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 64;
  // Connections that the daemon no longer wants.
  std::signal(SIGPIPE, SIG_IGN);
  const std::string directory = argv[1];
  QuickProvider provider(static_cast<uint16_t>(std::atoi(argv[2])), argv[3], argv[4]);
  std::puts("ready");
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line); std::fflush(stdout)) {
    std::istringstream words(line);
    std::string verb, service;
    words >> verb >> service;
    if (verb == "flood") {
      size_t threads = 1, logins = 1, users = 1;
      words >> threads >> logins >> users;
      flood(directory, service, threads, logins, users, provider);
      continue;
    }
    std::string user, number;
    words >> user >> number;
    const Login login = log_in(directory, service, user, Person{provider, number});
    std::printf("%lld %lld %lld %d\n", static_cast<long long>(login.first_prompt),
                static_cast<long long>(login.total), static_cast<long long>(login.cpu), login.code);
  }
  // The provider's threads have no end.
  std::fflush(stdout);
  std::_Exit(0);
}
