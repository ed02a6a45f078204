// SPDX-License-Identifier: Apache-2.0
#include <pwd.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "lib/base/system_error.h"
#include "lib/base/text.h"
#include "lib/base/trusted_file.h"
#include "lib/config/file_settings.h"
#include "programs/sms2fa/command.h"
#include "programs/sms2fa/state/backup_files.h"
#include "programs/sms2fa/state/state_access.h"
#include "programs/sms2fa/system/child.h"
#include "programs/sms2fa/system/running_daemons.h"

namespace sms2fa {

namespace {

constexpr const char* kSetAside = ".before-restore";
constexpr Milliseconds kPatience{120'000};
constexpr mode_t kConfigurationMode = 0640;
constexpr mode_t kStateMode = 0600;

// Nothing else may come out of an archive, and nothing twice.
Result<void> check_names(const std::vector<std::string>& names) {
  constexpr std::array<std::string_view, 4> kNames = {kBackupConfiguration, kBackupUsers,
                                                      kBackupState, kBackupKey};
  for (const std::string& name : names) {
    const bool known = std::find(kNames.begin(), kNames.end(), name) != kNames.end();
    if (!known || std::count(names.begin(), names.end(), name) != 1)
      return make_error(ErrorKind::configuration,
                        "is not a backup of sms2fa: it holds " + escape(name));
  }
  if (std::find(names.begin(), names.end(), kBackupConfiguration) == names.end())
    return make_error(ErrorKind::configuration, "is not a backup of sms2fa: no configuration");
  return {};
}

Result<void> set_aside(const std::string& path) {
  if (rename(path.c_str(), (path + kSetAside).c_str()) == 0 || errno == ENOENT) return {};
  return system_error(ErrorKind::unavailable, path);
}

// SQLite would play the log of the old store into the new one.
Result<void> set_aside_state(const std::string& path) {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    const std::string from = path + suffix;
    const std::string to = path + kSetAside + suffix;
    if (rename(from.c_str(), to.c_str()) != 0 && errno != ENOENT)
      return system_error(ErrorKind::unavailable, from);
  }
  return {};
}

// Like the store's directory, or what the package makes them.
Result<void> give_owner(const std::string& path, bool is_state) {
  struct stat like {};
  const auto directory = std::filesystem::path(path).parent_path();
  if (is_state && stat(directory.c_str(), &like) != 0)
    return system_error(ErrorKind::unavailable, directory);
  const passwd* account = getpwnam(kServiceAccount);
  const uid_t owner = is_state ? like.st_uid : 0;
  const gid_t group = is_state ? like.st_gid : account != nullptr ? account->pw_gid : 0;
  const mode_t mode = is_state ? kStateMode : kConfigurationMode;
  if (lchown(path.c_str(), owner, group) != 0 || chmod(path.c_str(), mode) != 0)
    return system_error(ErrorKind::unavailable, path);
  return {};
}

// The copy gets its owner under another name, in the directory where it belongs.
Result<void> put_in_place(const BackupFile& file, const ScratchDirectory& scratch) {
  const auto source = open_plain(scratch / file.name);
  if (!source) return source.error();
  const bool is_state = file.name == kBackupState;
  const std::string draft = file.path + ".restored";
  (void)unlink(draft.c_str());
  if (auto copied = copy_to_new(*source, draft); !copied) return copied;
  if (auto owned = give_owner(draft, is_state); !owned) return owned;
  if (auto aside = is_state ? set_aside_state(file.path) : set_aside(file.path); !aside)
    return aside;
  return rename(draft.c_str(), file.path.c_str()) == 0
             ? Result<void>()
             : system_error(ErrorKind::unavailable, file.path);
}

Result<std::vector<std::string>> put_back(const Arguments& arguments) {
  const std::string& archive = arguments.files.front();
  // Its content decides who gets in.
  if (const auto trusted = open_trusted(archive); !trusted) return trusted.error();
  const auto names = list_archive(archive);
  if (!names) return names.error();
  if (auto good = check_names(*names); !good)
    return make_error(good.error().kind, escape(archive) + ": " + good.error().message);
  const auto scratch = ScratchDirectory::beside(arguments.configuration);
  if (!scratch) return scratch.error();
  if (auto extracted = extract_archive(archive, *scratch); !extracted) return extracted.error();
  const auto settings = read_file_settings(*scratch / kBackupConfiguration);
  if (!settings) return settings.error();
  std::vector<std::string> placed;
  for (const BackupFile& file : backup_files(arguments.configuration, *settings)) {
    if (std::find(names->begin(), names->end(), file.name) == names->end()) continue;
    if (auto done = put_in_place(file, *scratch); !done) return done.error();
    placed.push_back(file.path);
  }
  return placed;
}

// What still keeps the restored machine from working, or "".
std::string trouble_of(const std::string& configuration) {
  const ChildEnd end = in_child(kPatience, [&](int out) {
    const auto state = StateAccess::open(configuration);
    auto usable = state ? (*state)->keys().check() : Result<void>(state.error());
    if (usable) return EX_OK;
    const std::string& why = usable.error().message;
    return write(out, why.data(), why.size()) > 0 ? EX_CONFIG : EX_OSERR;
  });
  return end.succeeded() ? "" : end.text;
}

Result<Answer> run(const Arguments& arguments, const Console&) {
  if (geteuid() != 0)
    return refusal(EX_NOPERM, "only root may restore a backup",
                   "Run it as root: sudo sms2fa restore FILE");
  if (!running_daemons().empty())
    return refusal(EX_TEMPFAIL, "the daemon is running",
                   "Stop it first: systemctl stop 'sms2fad*.socket' sms2fad.service");
  const auto placed = put_back(arguments);
  if (!placed)
    return refusal(EX_CANTCREAT, placed.error().message,
                   "What had been put aside has .before-restore behind its name.");
  const std::string trouble = trouble_of(arguments.configuration);
  Answer answer;
  for (const std::string& path : *placed) answer.say("restored " + path);
  if (!trouble.empty()) answer.finding(Severity::warning, trouble);
  answer.say("Check it, and start the daemon again: sudo sms2fa check");
  return answer;
}

}  // namespace

Command restore_command() {
  return {.name = "restore",
          .summary = "put such a backup in place, while no daemon runs",
          .description =
              "Puts a backup made by sms2fa backup in place, while no daemon runs. What was there "
              "is kept beside it, with .before-restore behind its name. Codes, guesses and "
              "messages that were used up after the backup was made count as unused again.",
          .example = "sudo sms2fa restore /var/backups/sms2fa.tar",
          .operands = {kBackupFile},
          .options = {kConfigOption, kJsonOption},
          .run = run};
}

}  // namespace sms2fa
