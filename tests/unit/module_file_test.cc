// SPDX-License-Identifier: Apache-2.0
// The built module as a file: what it brings into the processes of others, and what it asks of
// them.
#include <cstdio>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

using Names = std::set<std::string>;

std::string output_of(const std::string& command) {
  FILE* const pipe = popen((command + " " SMS2FA_TEST_MODULE " 2>&1").c_str(), "r");
  if (pipe == nullptr) throw test::Stop{};
  std::string text;
  for (int c = fgetc(pipe); c != EOF; c = fgetc(pipe)) text += static_cast<char>(c);
  CHECK_EQ(pclose(pipe), 0);
  return text;
}

// Name, without the version behind its @, and the letter that nm gives it. nm -P: NAME LETTER …
std::map<std::string, char> symbols(const std::string& options) {
  std::map<std::string, char> found;
  std::istringstream lines(output_of(SMS2FA_NM " -P " + options));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name;
    char letter = 0;
    if (words >> name >> letter) found[name.substr(0, name.find('@'))] = letter;
  }
  return found;
}

std::map<std::string, char> imports() {
  return symbols("-D --undefined-only");
}

void check_none_begins_with(const std::map<std::string, char>& all, const Names& prefixes) {
  for (const auto& [name, letter] : all)
    for (const auto& prefix : prefixes)
      if (name.starts_with(prefix)) CHECK_EQ(name, "no such symbol");
}

void check_none_of(const std::map<std::string, char>& all, const Names& forbidden) {
  for (const auto& [name, letter] : all)
    if (forbidden.contains(name)) CHECK_EQ(name, "no such symbol");
}

void skip_under_sanitizers() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  test::skip_test("a sanitizer brings libraries and symbols of its own");
#endif
}

}  // namespace

TEST(it_needs_libpam_and_libc_only) {
  skip_under_sanitizers();
  Names needed;
  std::istringstream lines(output_of(SMS2FA_READELF " -dW"));
  for (std::string line; std::getline(lines, line);)
    if (line.find("(NEEDED)") != std::string::npos)
      needed.insert(line.substr(line.find('[') + 1, line.find(']') - line.find('[') - 1));
  CHECK_EQ(needed.erase("libpam.so.0"), 1u);
  CHECK_EQ(needed.erase("libc.so.6"), 1u);
  for (const auto& library : needed)
    if (library != "libm.so.6" && !library.starts_with("ld-linux")) CHECK_EQ(library, "no library");
}

TEST(it_exports_the_six_functions_of_pam) {
  Names exported;
  for (const auto& [name, letter] : symbols("-D --defined-only")) exported.insert(name);
  CHECK(exported == Names({"pam_sm_authenticate", "pam_sm_setcred", "pam_sm_acct_mgmt",
                           "pam_sm_open_session", "pam_sm_close_session", "pam_sm_chauthtok"}));
}

// No exceptions, RTTI, allocation or unwinder of libstdc++ …
TEST(it_asks_for_nothing_of_cxx_and_no_memory) {
  skip_under_sanitizers();
  auto all = imports();
  CHECK(all.size() > 10);
  CHECK(all.contains("free"));
  all.erase("__cxa_finalize");  // the C runtime's own
  check_none_begins_with(all, {"_Z", "__cxa_", "_Unwind", "__gxx", "__dynamic_cast", "__tls_"});
  check_none_of(all, {"malloc", "calloc", "realloc", "reallocarray", "aligned_alloc", "memalign",
                      "posix_memalign", "strdup", "strndup", "__strdup", "asprintf", "vasprintf",
                      "__asprintf_chk", "__vasprintf_chk", "getline", "mmap", "brk", "sbrk"});
}

// … and nothing that could change the process it lives in, or read what the caller controls.
TEST(it_asks_for_nothing_that_changes_its_host) {
  skip_under_sanitizers();
  const auto all = imports();
  check_none_begins_with(all,
                         {"exec", "posix_spawn", "pthread_", "setres", "sig", "open", "fopen"});
  check_none_of(
      all, {"getenv",    "secure_getenv", "setenv",    "putenv",     "unsetenv",     "clearenv",
            "environ",   "__environ",     "setlocale", "newlocale",  "uselocale",    "alarm",
            "setitimer", "umask",         "chdir",     "fchdir",     "setrlimit",    "setrlimit64",
            "prlimit",   "prlimit64",     "setuid",    "setgid",     "seteuid",      "setegid",
            "setreuid",  "setregid",      "setgroups", "initgroups", "prctl",        "fork",
            "vfork",     "clone",         "system",    "popen",      "dlopen",       "dlsym",
            "syslog",    "__syslog_chk",  "abort",     "exit",       "_exit",        "kill",
            "raise",     "creat",         "unlink",    "rename",     "pam_set_item", "pam_set_data",
            "pam_putenv"});
}

TEST(it_holds_no_type_information_and_no_unique_symbol) {
  skip_under_sanitizers();
  const auto all = symbols("");
  check_none_begins_with(all, {"_ZTI", "_ZTS", "_ZTV"});
  for (const auto& [name, letter] : all)
    if (letter == 'u') CHECK_EQ(name, "no such symbol");
}

TEST(it_is_hardened) {
  const std::string dynamic = output_of(SMS2FA_READELF " -dW");
  CHECK(dynamic.find("BIND_NOW") != std::string::npos);
  for (const char* tag : {"TEXTREL", "RPATH", "RUNPATH"})
    CHECK(dynamic.find(tag) == std::string::npos);
  const std::string segments = output_of(SMS2FA_READELF " -lW");
  CHECK(segments.find("GNU_RELRO") != std::string::npos);
  CHECK(segments.find("GNU_STACK") != std::string::npos);
  CHECK(segments.find("RWE") == std::string::npos);
}
