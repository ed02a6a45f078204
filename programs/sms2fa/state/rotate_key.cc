// SPDX-License-Identifier: Apache-2.0
#include <sysexits.h>

#include <optional>

#include "lib/base/key_file.h"
#include "lib/base/key_ring.h"
#include "lib/config/file_settings.h"
#include "lib/session/factors.h"
#include "programs/sms2fa/command.h"
#include "programs/sms2fa/output/enrolment_json.h"
#include "programs/sms2fa/state/sealed_state.h"
#include "programs/sms2fa/state/state_access.h"

namespace sms2fa {

namespace {

// systemd.exec(5), LoadCredential=
constexpr std::string_view kCredentials = "/run/credentials/";

// A sealed value is a number or an app's key; only its own context opens it.
std::optional<std::string> seal_anew(KeyRing& keys, Random& random, const std::string& user,
                                     const std::string& sealed) {
  for (const std::string& context : {number_context(user), app_context(user)}) {
    const auto plain = keys.open(context, sealed);
    if (!plain) continue;
    auto fresh = keys.seal(context, *plain, random);
    return fresh ? std::optional(std::move(*fresh)) : std::nullopt;
  }
  return std::nullopt;
}

Result<size_t> seal_all(const StoreSettings& settings) {
  return in_store(settings, [&](Store& store, Random& random) -> Result<size_t> {
    KeyRing keys(settings.key_file);
    const auto id = keys.current_id();
    if (!id) return id.error();
    return store.reseal(*id, [&](const std::string& user, const std::string& sealed) {
      return seal_anew(keys, random, user, sealed);
    });
  });
}

Answer done(std::string sentence, size_t sealed = 0) {
  Answer answer;
  answer.object = rotated_as_json(sealed);
  answer.say(std::move(sentence));
  return answer;
}

// A key in the place of a lost one would open nothing of what is there.
Result<Answer> make_first(const StoreSettings& settings) {
  const auto sealed = count_sealed(settings);
  if (!sealed)
    return refusal(EX_UNAVAILABLE,
                   "whether anything is sealed already cannot be told: " + sealed.error().message,
                   "docs/STORE.md says what is refused and what to do.");
  if (*sealed > 0)
    return refusal(EX_CONFIG,
                   settings.key_file + " is gone, and " + std::to_string(*sealed) +
                       " people have numbers or apps that only its key opens",
                   "Put it back from a backup. If there is none, for each of them: sms2fa remove "
                   "USER");
  SystemRandom random;
  if (const auto added = add_key(settings.key_file, random); !added) return added.error();
  // A store that has known another key is told of this one.
  if (settings.type == StoreType::sqlite)
    if (const auto told = seal_all(settings); !told)
      return refusal(EX_UNAVAILABLE, "the store takes no new key: " + told.error().message,
                     "Run it again.");
  return done("There is a first key, in " + settings.key_file + ". Back it up.");
}

// Seals everything with the file's first key, and drops the others.
Result<Answer> finish_rotation(const StoreSettings& settings) {
  const auto sealed = seal_all(settings);
  if (!sealed)
    return refusal(EX_UNAVAILABLE, "not everything could be sealed anew: " + sealed.error().message,
                   "All keys stay in " + settings.key_file + ", so nothing is lost. Run it again.");
  if (const auto dropped = drop_old_keys(settings.key_file); !dropped) return dropped.error();
  return done("There is a new key in " + settings.key_file +
                  "; sealed with it: " + std::to_string(*sealed) + ".",
              *sealed);
}

Result<Answer> run(const Arguments& arguments, const Console&) {
  const auto settings = read_store_settings(arguments.configuration);
  if (!settings) return settings.error();
  const std::string& path = settings->key_file;
  const auto keys = read_key_file(path);
  const bool missing = !keys && keys.error().kind == ErrorKind::not_found;
  if (!keys && !missing) return keys.error();
  if (keys && arguments.init) return done("There is a key already, in " + path + ".");
  if (path.starts_with(kCredentials))
    return refusal(EX_CONFIG, path + " is a credential of systemd's, which nobody can write",
                   "Let key_file name a file in /etc/sms2fa meanwhile: docs/RUNBOOK.md");
  if (missing) return make_first(*settings);
  // One that was broken off comes to its end first, so that their number does not grow.
  if (keys->size() > 1) {
    auto finished = finish_rotation(*settings);
    if (!finished || finished->exit_code != EX_OK) return finished;
  }
  SystemRandom random;
  if (const auto added = add_key(path, random); !added) return added.error();
  return finish_rotation(*settings);
}

}  // namespace

Command rotate_key_command() {
  return {
      .name = "rotate-key",
      .summary = "a new key for what is enrolled, or the first",
      .description =
          "Makes a new key for the enrolled numbers and apps, and seals all of them with it; or "
          "the first key, when there is none. Broken off at any point, everything still opens, and "
          "the next run finishes the work. Only root may; the daemon needs no restart.",
      .example = "sudo sms2fa rotate-key",
      .options = {{.name = "init",
                   .meaning = "only make the first key; leave one that is there alone",
                   .take = take<&Arguments::init>},
                  kConfigOption,
                  kJsonOption},
      .run = run};
}

}  // namespace sms2fa
