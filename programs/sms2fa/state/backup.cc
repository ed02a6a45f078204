// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "lib/base/text.h"
#include "lib/store/state_copy.h"
#include "programs/sms2fa/command.h"
#include "programs/sms2fa/state/backup_files.h"
#include "programs/sms2fa/state/state_access.h"
#include "programs/sms2fa/system/child.h"

namespace sms2fa {

namespace {

constexpr Milliseconds kStorePatience{5000};
constexpr Milliseconds kPatience{600'000};

// The store's copy lies beside it for a moment, because only its owner opens the store.
Result<void> copy_store(const StoreSettings& settings, const std::string& to) {
  const std::string beside = settings.path + ".copy-" + std::to_string(getpid());
  const ChildEnd end = in_child(kPatience, [&](int out) {
    SystemRandom random;
    const auto time = SystemTimeSource::create();
    auto done = time ? become_owner_of_store(settings.path) : Result<void>(time.error());
    if (done) done = copy_state(settings.path, beside, kStorePatience, random, **time);
    if (done) return EX_OK;
    const std::string& why = done.error().message;
    const bool told = write(out, why.data(), why.size()) == static_cast<ssize_t>(why.size());
    return told ? EX_UNAVAILABLE : EX_OSERR;
  });
  Result<void> copied = make_error(ErrorKind::unavailable, end.text);
  if (end.succeeded()) {
    const auto copy = open_plain(beside);
    copied = copy ? copy_to_new(*copy, to) : Result<void>(copy.error());
  }
  unlink(beside.c_str());
  return copied;
}

Result<void> stage(const BackupFile& file, const StoreSettings& store,
                   const ScratchDirectory& scratch) {
  if (file.name == kBackupState) return copy_store(store, scratch / file.name);
  const auto source = open_plain(file.path);
  if (!source) return source.error();
  return copy_to_new(*source, scratch / file.name);
}

// The archive gets its name when it is whole.
Result<void> publish(const std::string& made, const std::string& path) {
  const UniqueFd fd(open(made.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.valid() && fsync(fd.get()) == 0 &&
      renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) == 0)
    return {};
  return make_error(ErrorKind::unavailable, path + ": " + std::strerror(errno));
}

Result<std::vector<std::string>> write_backup(const Arguments& arguments,
                                              const Configuration& settings) {
  const std::string& path = arguments.files.front();
  const auto scratch = ScratchDirectory::beside(path);
  if (!scratch) return scratch.error();
  std::vector<std::string> names;
  for (const BackupFile& file : backup_files(arguments.configuration, settings)) {
    if (file.name == kBackupKey && !arguments.with_keys) continue;
    if (auto staged = stage(file, settings.store, *scratch); !staged) return staged.error();
    names.push_back(file.name);
  }
  const std::string archive = *scratch / "archive";
  if (auto made = make_archive(archive, *scratch, names); !made) return made.error();
  if (auto published = publish(archive, path); !published) return published.error();
  return names;
}

Result<Answer> run(const Arguments& arguments, const Console&) {
  const std::string& path = arguments.files.front();
  if (geteuid() != 0)
    return refusal(EX_NOPERM, "only root may read all that is backed up",
                   "Run it as root: sudo sms2fa backup FILE");
  if (access(path.c_str(), F_OK) == 0)
    return refusal(EX_CANTCREAT, escape(path) + ": is there already",
                   "Name a file that does not exist yet.");
  const auto settings = configuration_at(arguments.configuration);
  if (!settings) return settings.error();
  const auto names = write_backup(arguments, *settings);
  if (!names) return refusal(EX_CANTCREAT, names.error().message, "Nothing was written.");
  std::string list;
  for (const std::string& name : *names) list += (list.empty() ? "" : ", ") + name;
  Answer answer;
  answer.say(escape(path) + " holds " + list + ".");
  if (!arguments.with_keys)
    answer.say("The key is not in it. Without " + settings->store.key_file +
               ", enrolled numbers and apps cannot be read.");
  return answer;
}

}  // namespace

Command backup_command() {
  return {.name = "backup",
          .summary = "configuration, users and store, as one file",
          .description =
              "Writes configuration, users file and store into the new tar archive FILE, for root "
              "alone. The daemon may run: the store is copied as it is at one moment. Keep FILE as "
              "safe as the configuration, for it holds the providers' credentials.",
          .example = "sudo sms2fa backup /var/backups/sms2fa.tar",
          .operands = {kBackupFile},
          .options = {{.name = "with-keys",
                       .meaning = "the key, too, that opens enrolled numbers and apps; without it, "
                                  "back up the key file elsewhere",
                       .take = take<&Arguments::with_keys>},
                      kConfigOption,
                      kJsonOption},
          .run = run};
}

}  // namespace sms2fa
