// SPDX-License-Identifier: Apache-2.0
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "lib/base/key_ring.h"
#include "lib/base/trusted_file.h"
#include "programs/sms2fa/check.h"
#include "programs/sms2fa/child.h"
#include "programs/sms2fa/console.h"
#include "programs/wiring/wiring.h"

namespace sms2fa {

namespace {

// A users file of a million lines takes seconds.
constexpr std::chrono::seconds kPatience{60};

// An error with a hint for what its own words leave open.
Error with_hint(Error error, const std::string& path, const std::string& manual) {
  if (error.kind == ErrorKind::not_found) error.message += " (write it: man 5 " + manual + ")";
  if (error.kind == ErrorKind::permission && geteuid() != 0 && access(path.c_str(), R_OK) != 0 &&
      errno == EACCES)
    error.message += " (run it as root: sudo sms2fa check)";
  return error;
}

// True for an outbox that sms2fad makes, or hands over to _sms2fa, when root starts it.
bool awaits_the_start(const ProviderSettings& provider) {
  if (provider.type != ProviderType::outbox) return false;
  struct stat info {};
  if (stat(provider.directory.c_str(), &info) == 0) return info.st_uid == 0;
  const auto parent = std::filesystem::path(provider.directory).parent_path();
  return errno == ENOENT && stat(parent.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

void open_provider(ProviderSettings provider, Findings& findings) {
  const std::string name = "[provider " + provider.name + "] ";
  if (awaits_the_start(provider))
    return findings.add(Severity::warning,
                        name + provider.directory +
                            " does not belong to _sms2fa yet; a daemon that root starts sees to "
                            "it, any other needs: install -d -m 700 -o _sms2fa " +
                            provider.directory);
  const SystemClock clock;
  DeliverySettings alone;
  alone.providers.push_back(std::move(provider));
  if (const auto made = make_messenger(alone, clock); !made) findings.add(made.error(), name);
}

// The daemon starts without it, too.
void check_key(const StoreSettings& settings, Findings& findings) {
  const auto usable = KeyRing(settings.key_file).check();
  if (usable) return;
  if (usable.error().kind != ErrorKind::not_found) return findings.add(usable.error());
  findings.add(Severity::note, settings.key_file +
                                   " does not exist, so nobody can enroll; to make it: sms2fa "
                                   "rotate-key --first");
}

// What a start or a reload of the daemon reads, with this process's rights.
std::optional<Configuration> read_all(const std::string& path, Findings& findings) {
  auto settings = read_configuration(path);
  if (!settings) {
    findings.add(with_hint(settings.error(), path, "sms2fa.conf"));
    return std::nullopt;
  }
  const auto directory = make_directory(settings->directory);
  if (!directory)
    findings.add(with_hint(directory.error(), settings->directory.users_file, "sms2fa-users.conf"));
  check_key(settings->store, findings);
  // Opening takes the settings' secrets; the caller needs none of them any more.
  for (auto& provider : settings->delivery.providers) open_provider(std::move(provider), findings);
  settings->delivery.providers.clear();
  return std::move(*settings);
}

bool become(const passwd& account) {
  return setgroups(0, nullptr) == 0 &&
         setresgid(account.pw_gid, account.pw_gid, account.pw_gid) == 0 &&
         setresuid(account.pw_uid, account.pw_uid, account.pw_uid) == 0;
}

// In the child: the errors, as lines. The exit code is theirs.
int read_as(const passwd& account, const std::string& path, int out) {
  if (!become(account)) return EX_OSERR;
  Findings findings;
  read_all(path, findings);
  std::string lines;
  for (const auto& finding : findings.all())
    if (finding.severity == Severity::error) lines += finding.text + "\n";
  if (write(out, lines.data(), lines.size()) < 0) return EX_OSERR;
  return findings.exit_code();
}

// Files that root can read and _sms2fa can't break the daemon at the next reload, long after the
// change.
void check_as_service_account(const passwd& account, const std::string& path, Findings& findings) {
  const ChildEnd end = in_child(kPatience, [&](int out) { return read_as(account, path, out); });
  if (end.succeeded())
    return findings.add(Severity::ok, "_sms2fa can read all of it, so a reload will work");
  std::string lines = end.text;
  if (lines.empty()) lines = "reading the files ended badly\n";
  findings.add(make_error(ErrorKind::permission, lines),
               "for _sms2fa, so at a reload (chgrp _sms2fa and chmod g+r help): ");
}

}  // namespace

std::optional<Configuration> check_files(const std::string& path, Findings& findings) {
  auto settings = read_all(path, findings);
  const bool readable = findings.exit_code() == EX_OK;
  if (readable)
    findings.add(Severity::ok, path + ": configuration, users and providers can be read");

  const passwd* account = getpwnam(kServiceAccount);
  if (account == nullptr)
    findings.add(make_error(ErrorKind::permission,
                            "there is no account _sms2fa for the daemon; make it: useradd --system "
                            "--home-dir /nonexistent --shell /usr/sbin/nologin _sms2fa"));
  else if (readable && geteuid() == 0)
    check_as_service_account(*account, path, findings);
  return settings;
}

}  // namespace sms2fa
