// SPDX-License-Identifier: Apache-2.0
#include "tests/pam/random_stack.h"

#include <dlfcn.h>
#include <security/pam_appl.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

// libpam logs each oddity of a stack, and these stacks are full of them.
extern "C" {
void syslog(int, const char*, ...) {}
void __syslog_chk(int, int, const char*, ...) {}
void vsyslog(int, const char*, va_list) {}
void __vsyslog_chk(int, int, const char*, va_list) {}
}

namespace sms2fa::test {

namespace {

constexpr unsigned kMostLines = 6;
constexpr unsigned kDeepest = 2;
constexpr const char* kService = "case";

constexpr const char* kModules[] = {
    "pam_sms2fa.so",  "pam_sms2fa.so", "pam_sms2fa.so", "pam_unix.so",   "pam_unix.so",
    "pam_fprintd.so", "pam_exec.so",   "pam_deny.so",   "pam_permit.so", "pam_faillock.so"};
constexpr const char* kReturns[] = {
    "success",          "success", "success", "auth_err",         "ignore",       "conv_err",
    "authinfo_unavail", "default", "default", "new_authtok_reqd", "user_unknown", "module_unknown"};
constexpr const char* kActions[] = {"ignore", "ignore", "ok", "ok", "done", "done",
                                    "bad",    "die",    "1",  "2",  "3",    "reset"};
constexpr const char* kWords[] = {"required", "requisite", "sufficient",
                                  "optional", "REQUIRED",  "[sufficient]"};

template <typename T, size_t N>
T any_of(const T (&choices)[N], std::mt19937& chance) {
  return choices[chance() % N];
}

}  // namespace

RandomStack::RandomStack(const ScratchDirectory& folder, std::mt19937& chance)
    : folder_(folder), chance_(chance) {
  path_ = write_file(0);
}

std::string RandomStack::write_file(unsigned depth) {
  const std::string name = depth == 0 ? kService : "part" + std::to_string(++files_);
  const unsigned count = depth == 0 ? 1 + below(kMostLines) : below(4);
  std::string content;
  for (unsigned i = 0; i < count && lines_ < kMostLines; ++i) content += line(depth) + "\n";
  // Without an auth line libpam would go on to "other".
  if (depth == 0)
    content +=
        "auth optional " + folder_.path("pam_exec.so") + " n=" + std::to_string(modules_++) + "\n";
  text_ = "== " + name + "\n" + content + text_;
  return folder_.write(name, content, 0644);
}

std::string RandomStack::line(unsigned depth) {
  ++lines_;
  const unsigned kind = below(100);
  if (kind < 20 && depth < kDeepest) {
    const std::string part = write_file(depth + 1);
    constexpr const char* kIncludes[] = {"auth include ", "auth substack ", "auth substack ",
                                         "@include "};
    return any_of(kIncludes, chance_) + part;
  }
  if (kind < 22) return "auth include " + folder_.path("nowhere");
  if (kind < 24) return "nonsense " + control() + " " + folder_.path("pam_exec.so");
  if (kind < 25) return "auth " + control();
  if (kind < 27) return "account required pam_deny.so";
  if (kind < 29) return "-auth " + control() + " " + module();
  return "auth " + control() + " " + module();
}

std::string RandomStack::control() {
  if (below(100) < 40) return any_of(kWords, chance_);
  if (below(100) < 2) return "[success=ok default=perhaps]";
  std::string text = "[";
  for (unsigned pairs = 1 + below(3); pairs > 0; --pairs) {
    text += std::string(any_of(kReturns, chance_)) + (below(9) == 0 ? " = " : "=") +
            any_of(kActions, chance_);
    // libpam needs no blank between two.
    if (pairs > 1 && below(9) != 0) text += " ";
  }
  return text + "]";
}

std::string RandomStack::module() {
  const std::string name = any_of(kModules, chance_);
  return folder_.path(name) + " n=" + std::to_string(modules_++) +
         (name == "pam_faillock.so" ? " authfail" : "");
}

void install_scripted_modules(const ScratchDirectory& folder) {
  for (const char* name : kModules) {
    const std::string file = folder.path(name);
    if (std::filesystem::exists(file)) continue;
    std::filesystem::copy_file(SMS2FA_SCRIPTED_MODULE, file);
    std::filesystem::permissions(file, static_cast<std::filesystem::perms>(0644));
    // Held open, so that each run need not load it anew.
    if (dlopen(file.c_str(), RTLD_NOW) == nullptr) throw std::runtime_error(dlerror());
  }
  folder.write("other", "auth required pam_deny.so\n", 0644);
}

PamRun run_stack(const ScratchDirectory& folder, const std::vector<unsigned>& returns) {
  std::string user;
  for (const unsigned number : returns) user += std::to_string(number) + ",";
  const pam_conv nobody = {nullptr, nullptr};
  pam_handle_t* handle = nullptr;
  PamRun run;
  if (pam_start_confdir(kService, user.c_str(), &nobody, folder.path().c_str(), &handle) !=
      PAM_SUCCESS)
    return run;
  run.result = pam_authenticate(handle, 0);
  const char* trace = pam_getenv(handle, "TRACE");
  while (trace != nullptr && *trace != '\0') {
    char* end = nullptr;
    run.called.push_back(strtoul(trace, &end, 10));
    trace = end + 1;
  }
  pam_end(handle, run.result);
  return run;
}

}  // namespace sms2fa::test
