// SPDX-License-Identifier: Apache-2.0
#include "tests/support/test.h"

#include <cstdio>
#include <exception>
#include <vector>

#include <csetjmp>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
// After everything else: its macros break standard headers. It has no extern "C" of its own.
extern "C" {
#include <cmocka.h>
}
#undef fail

namespace sms2fa::test {

namespace {

struct Case {
  const char* name;
  Body body;
};

struct Skipped {
  std::string reason;
};

std::vector<Case>& cases() {
  static std::vector<Case> all;
  return all;
}

int failures = 0;
bool skipped = false;
size_t skipped_cases = 0;

// What CMake's SKIP_RETURN_CODE names.
constexpr int kAllSkipped = 77;

void run_body(Body body) {
  try {
    body();
  } catch (const Stop&) {
  } catch (const Skipped& skip) {
    std::printf("skipped: %s\n", skip.reason.c_str());
    skipped = true;
  } catch (const std::exception& unexpected) {
    fail("?", 0, std::string("unexpected exception: ") + unexpected.what());
  }
}

void run_case(void** state) {
  failures = 0;
  skipped = false;
  run_body(static_cast<Case*>(*state)->body);
  if (failures > 0) _fail(__FILE__, __LINE__);
  if (skipped) {
    ++skipped_cases;
    skip();
  }
}

}  // namespace

Registration::Registration(const char* name, Body body) {
  cases().push_back({name, body});
}

bool fail(const char* file, int line, const std::string& what) {
  std::fprintf(stderr, "%s:%d: %s\n", file, line, what.c_str());
  ++failures;
  return false;
}

void skip_test(const std::string& reason) {
  throw Skipped{reason};
}

}  // namespace sms2fa::test

int main(int argc, char** argv) {
  if (argc > 1) cmocka_set_test_filter(argv[1]);
  std::vector<CMUnitTest> tests;
  for (auto& one : sms2fa::test::cases())
    tests.push_back({one.name, sms2fa::test::run_case, nullptr, nullptr, &one});
  if (tests.empty()) return EXIT_FAILURE;
  const int failed = _cmocka_run_group_tests(argv[0], tests.data(), tests.size(), nullptr, nullptr);
  // A binary that tested nothing has not passed.
  const bool all_skipped = sms2fa::test::skipped_cases == tests.size();
  return failed == 0 && all_skipped ? sms2fa::test::kAllSkipped : failed;
}
