// SPDX-License-Identifier: Apache-2.0
// load_cycles_test [CYCLES]: loads the module, authenticates and unloads it, again and again, and
// looks whether the process grows (safety.md 9). 10,000 cycles unless told otherwise.
#include <dirent.h>
#include <malloc.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>

#include "tests/pam/busy_daemon.h"
#include "tests/pam/intercept.h"
#include "tests/pam/pam_transaction.h"
#include "tests/unit/scratch_directory.h"

using namespace sms2fa::test;

namespace {

constexpr int kWarmUp = 50;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kCycles = 1000;
#else
constexpr int kCycles = 10'000;
#endif

int answer(int, const pam_message**, pam_response** responses, void*) {
  *responses = static_cast<pam_response*>(calloc(1, sizeof(pam_response)));
  (*responses)->resp = strdup("123456");
  return PAM_SUCCESS;
}

struct Size {
  int mappings = 0;
  int descriptors = 0;
  size_t heap = 0;
  bool module_is_mapped = false;

  static Size now() {
    Size size;
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line); ++size.mappings)
      if (line.find("pam_sms2fa") != std::string::npos) size.module_is_mapped = true;
    maps.close();
    DIR* const directory = opendir("/proc/self/fd");
    if (directory == nullptr) throw std::runtime_error("cannot read /proc/self/fd");
    while (readdir(directory) != nullptr) ++size.descriptors;
    closedir(directory);
    size.heap = mallinfo2().uordblks;
    return size;
  }
};

void cycle(const std::string& directory, int number) {
  const pam_conv conversation = {&answer, nullptr};
  PamTransaction pam(directory, "login", "alice", conversation);
  const int result = pam_authenticate(pam.handle(), 0);
  if (result != PAM_SUCCESS)
    throw std::runtime_error("cycle " + std::to_string(number) + ": " + name_of_pam_code(result));
  if (pam_setcred(pam.handle(), PAM_ESTABLISH_CRED) != PAM_SUCCESS)
    throw std::runtime_error("setcred failed");
}

void run(int cycles) {
  const ScratchDirectory directory;
  const BusyDaemon daemon(
      directory.path("socket"),
      [](const std::string&, const std::string& text) { return text == "123456"; });
  write_service(directory.path(), "login",
                std::string(SMS2FA_TEST_MODULE) + " socket=" + directory.path("socket"));
  for (int i = 0; i < kWarmUp; ++i) cycle(directory.path(), i);
  const Size before = Size::now();
  for (int i = 0; i < cycles; ++i) cycle(directory.path(), i);
  const Size after = Size::now();
  (void)printf("%d cycles: mappings %d -> %d, descriptors %d -> %d, heap %zu -> %zu bytes\n",
               cycles, before.mappings, after.mappings, before.descriptors, after.descriptors,
               before.heap, after.heap);
  if (after.module_is_mapped) throw std::runtime_error("the module stays in memory");
  if (after.descriptors != before.descriptors) throw std::runtime_error("descriptors leak");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  // Sanitizers map memory of their own as they go.
  if (after.mappings != before.mappings) throw std::runtime_error("mappings leak");
  // Less than one byte a cycle.
  if (after.heap > before.heap + static_cast<size_t>(cycles))
    throw std::runtime_error("heap leaks");
#endif
  if (!log_lines().empty()) throw std::runtime_error("logged: " + log_lines()[0]);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(argc > 1 ? std::stoi(argv[1]) : kCycles);
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    (void)fprintf(stderr, "%s\n", error.what());
    return EXIT_FAILURE;
  }
}
