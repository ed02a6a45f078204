// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>

#include "lib/base/text.h"
#include "lib/wire/module_version.h"
#include "programs/sms2fa/doctor/doctor.h"
#include "programs/sms2fa/pam/modules.h"
#include "programs/sms2fa/system/child.h"

namespace sms2fa {

namespace {

constexpr std::chrono::seconds kPatience{10};

// What check_pam() accepts; nothing else may be loaded by root.
bool only_root_can_write(const struct stat& info) {
  return S_ISREG(info.st_mode) && info.st_uid == 0 && (info.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

std::set<std::string> module_files() {
  std::set<std::string> files;
  for (const auto& service : pam_services()) {
    for (const auto& line : read_pam_stack(service).lines) {
      if (!is_ours(line)) continue;
      struct stat info {};
      const auto places = line.places();
      const auto found = std::find_if(places.begin(), places.end(), [&](const auto& path) {
        return stat(path.c_str(), &info) == 0;
      });
      if (found != places.end() && only_root_can_write(info)) files.insert(*found);
    }
  }
  return files;
}

int say(int out, std::string_view words, int status) {
  return write(out, words.data(), words.size()) < 0 ? EX_OSERR : status;
}

// Empty when the file names none.
std::string version_in(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const size_t mark = bytes.find(SMS2FA_MODULE_VERSION_MARK);
  if (mark == std::string::npos) return {};
  return bytes.c_str() + mark + strlen(SMS2FA_MODULE_VERSION_MARK);
}

// As libpam opens a module; then says its version.
int load(const std::string& path, int out) {
  void* module = dlopen(path.c_str(), RTLD_NOW);
  if (module == nullptr) return say(out, dlerror(), EX_UNAVAILABLE);
  for (const char* entry : {"pam_sm_authenticate", "pam_sm_setcred"})
    if (dlsym(module, entry) == nullptr) return say(out, dlerror(), EX_UNAVAILABLE);
  return say(out, version_in(path), EX_OK);
}

void judge_version(const std::string& path, const std::string& version, Findings& findings) {
  if (version == SMS2FA_VERSION)
    findings.add(Severity::ok, escape(path) + " can be loaded, version " SMS2FA_VERSION);
  else
    findings.add(Severity::warning, escape(path) + " can be loaded, but is " +
                                        (version.empty() ? "of an unknown version"
                                                         : "version " + escape(version, 64)) +
                                        ", and this program " SMS2FA_VERSION
                                        "; install module, daemon and program of the same version");
}

std::string reason_of(const ChildEnd& end) {
  if (end.late) return "loading it takes for ever";
  if (!end.text.empty()) return escape(end.text, 300);
  if (WIFSIGNALED(end.status))
    return std::string("loading it ends in ") + strsignal(WTERMSIG(end.status));
  return "loading it failed";
}

}  // namespace

void check_module_load(const std::string& path, Findings& findings) {
  const ChildEnd end = in_child(kPatience, [&path](int out) { return load(path, out); });
  if (end.succeeded()) return judge_version(path, end.text, findings);
  findings.add(make_error(ErrorKind::configuration,
                          escape(path) +
                              " can't be loaded, so whatever asks for a code "
                              "refuses everybody: " +
                              reason_of(end) + "; install it again for this machine"));
}

void check_module_loads(Findings& findings) {
  for (const auto& path : module_files()) check_module_load(path, findings);
}

}  // namespace sms2fa
