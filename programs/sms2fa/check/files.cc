// SPDX-License-Identifier: Apache-2.0
#include <pwd.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "lib/base/become_account.h"
#include "lib/base/key_ring.h"
#include "lib/base/text.h"
#include "lib/base/trusted_file.h"
#include "programs/sms2fa/check/check.h"
#include "programs/sms2fa/output/console.h"
#include "programs/sms2fa/state/sealed_state.h"
#include "programs/sms2fa/system/child.h"
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
bool awaits_the_start(const std::string& directory) {
  if (directory.empty()) return false;
  struct stat info {};
  if (stat(directory.c_str(), &info) == 0) return info.st_uid == 0;
  const auto parent = std::filesystem::path(directory).parent_path();
  return errno == ENOENT && stat(parent.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

// What stands in examples for something of one's own: zeros, crosses, stars, dots.
bool is_placeholder(std::string_view text) {
  for (const std::string_view prefix : {"AC", "SK", "KEY"})
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  return !text.empty() && text.find_first_not_of("0xX*.") == std::string_view::npos;
}

// Credentials that no account can have; whether theirs are right, only the providers know.
void look_at_credentials(const ProviderSettings& provider, Findings& findings) {
  const std::string name = "[provider " + provider.name + "] ";
  for (const Credential& each : provider.options->credentials()) {
    const std::string key = name + std::string(each.key);
    if (is_placeholder(each.value))
      findings.add(make_error(ErrorKind::configuration,
                              key + " is still a placeholder; write the account's own, from the "
                                    "provider's console"));
    else if (!each.value.empty() && !each.looks_right)
      findings.add(Severity::warning, key + " is none of " + std::string(each.shape) +
                                          "; copy it anew from the console");
  }
}

void open_provider(ProviderSettings provider, Findings& findings) {
  const std::string name = "[provider " + provider.name + "] ";
  const std::string directory = provider.options->directory();
  if (awaits_the_start(directory))
    return findings.add(Severity::warning,
                        name + directory +
                            " does not belong to _sms2fa yet; a daemon that root starts sees to "
                            "it, any other needs: install -d -m 700 -o _sms2fa " +
                            directory);
  const SystemClock clock;
  DeliverySettings alone;
  alone.providers.push_back(std::move(provider));
  if (const auto made = make_messenger(alone, clock); !made) findings.add(made.error(), name);
}

// What an administrator must know of services that make and send their own codes.
void look_at_verification(const Configuration& settings, Findings& findings) {
  const auto& providers = settings.delivery.providers;
  for (const ProviderSettings& provider : providers)
    if (provider.type->makes_codes)
      findings.add(
          Severity::note,
          "[provider " + provider.name +
              "] decides how long its codes are (Twilio's have 6 digits, Telnyx's 5, unless "
              "changed there): set 6 or more, shorter ones let nobody in");
  if (!providers.empty() &&
      std::all_of(providers.begin(), providers.end(),
                  [](const ProviderSettings& provider) { return provider.type->makes_codes; }))
    findings.add(Severity::warning,
                 "no provider sends texts of ours, so nobody can enroll a number or be told of a "
                 "change, and people with a number on record can change nothing themselves; add "
                 "one that does to [delivery] providers");
}

// The daemon starts without it, too.
void check_key(const StoreSettings& settings, Findings& findings) {
  const auto usable = KeyRing(settings.key_file).check();
  if (usable) return;
  if (usable.error().kind != ErrorKind::not_found) return findings.add(usable.error());
  const auto sealed = count_sealed(settings);
  if (sealed && *sealed > 0)
    return findings.add(make_error(
        ErrorKind::configuration,
        settings.key_file + " is gone, and " + std::to_string(*sealed) +
            " people have numbers or apps that only its key opens: they cannot use them; put the "
            "file back from a backup (tar -xOf FILE store.key, if sms2fa backup --with-keys made "
            "it), or for each of them: sms2fa remove USER"));
  findings.add(Severity::note, settings.key_file +
                                   " does not exist, so nobody can enroll; to make it: sms2fa "
                                   "rotate-key --init");
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
  look_at_verification(*settings, findings);
  // Opening takes the settings' secrets; the caller needs none of them any more.
  for (auto& provider : settings->delivery.providers) {
    look_at_credentials(provider, findings);
    open_provider(std::move(provider), findings);
  }
  settings->delivery.providers.clear();
  return std::move(*settings);
}

// In the child: the errors, as lines. The exit code is theirs.
int read_as(const passwd& account, const std::string& path, int out) {
  if (!become_account(account)) return EX_OSERR;
  Findings findings;
  read_all(path, findings);
  std::string lines;
  for (const auto& finding : findings.all())
    if (finding.severity == Severity::error) lines += finding.text + "\n";
  if (write(out, lines.data(), lines.size()) < 0) return EX_OSERR;
  return findings.exit_code();
}

// The file that a sentence says can't be read for want of permission; empty when it says no such
// thing.
std::string unreadable_file(std::string_view sentence) {
  constexpr std::string_view kDenied = ": Permission denied";
  const size_t end = sentence.find(kDenied);
  if (end == std::string_view::npos) return {};
  sentence = sentence.substr(0, end);
  const auto path = sentence.substr(sentence.rfind(' ') + 1);
  return path.starts_with('/') ? std::string(path) : std::string();
}

// The command that lets the account read it: of the file, or of the first folder that keeps it out.
std::string how_to_permit(const passwd& account, const std::string& path) {
  std::filesystem::path folder;
  for (const auto& part : std::filesystem::path(path).parent_path()) {
    folder /= part;
    struct stat info {};
    if (stat(folder.c_str(), &info) != 0) break;
    const bool by_group = info.st_gid == account.pw_gid && (info.st_mode & S_IXGRP) != 0;
    const bool by_owner = info.st_uid == account.pw_uid && (info.st_mode & S_IXUSR) != 0;
    if ((info.st_mode & S_IXOTH) == 0 && !by_group && !by_owner)
      return "chgrp _sms2fa " + escape(folder.string()) + " && chmod g+x " +
             escape(folder.string());
  }
  return "chgrp _sms2fa " + escape(path) + " && chmod g+r " + escape(path);
}

void add_unreadable(const passwd& account, const std::string& sentence, Findings& findings) {
  const std::string path = unreadable_file(sentence);
  findings.add(make_error(ErrorKind::permission,
                          path.empty() ? "for _sms2fa, so at a reload or restart: " + sentence
                                       : "_sms2fa can't read " + escape(path) +
                                             ", so sms2fad refuses its next reload or start: " +
                                             how_to_permit(account, path)));
}

// Files that root can read and _sms2fa can't break the daemon at the next reload, long after the
// change.
void check_as_service_account(const passwd& account, const std::string& path, Findings& findings) {
  const ChildEnd end = in_child(kPatience, [&](int out) { return read_as(account, path, out); });
  if (end.succeeded())
    return findings.add(Severity::ok, "_sms2fa can read all of it, so a reload will work");
  std::string lines = end.text;
  if (lines.empty()) lines = "reading the files ended badly\n";
  for (size_t begin = 0; begin < lines.size();) {
    const size_t next = std::min(lines.find('\n', begin), lines.size());
    add_unreadable(account, lines.substr(begin, next - begin), findings);
    begin = next + 1;
  }
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
