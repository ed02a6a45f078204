// SPDX-License-Identifier: Apache-2.0
#include <sysexits.h>
#include <unistd.h>

#include <optional>

#include "lib/base/key_file.h"
#include "lib/base/key_ring.h"
#include "lib/session/factors.h"
#include "programs/sms2fa/child.h"
#include "programs/sms2fa/command.h"
#include "programs/sms2fa/enrolment_json.h"
#include "programs/sms2fa/state_access.h"

namespace sms2fa {

namespace {

constexpr const char* kCommand = "rotate-key";
constexpr Milliseconds kPatience{120'000};

constexpr const char* kUsage =
    "usage: sms2fa rotate-key [--config FILE] [--json]\n"
    "\n"
    "Makes a new key for the enrolled numbers and apps, and seals all of them with it; or the\n"
    "first key, when there is none. Broken off at any point, everything still opens, and the\n"
    "next run finishes the work. Only root may; the daemon needs no restart.\n"
    "  --config FILE   configuration (default /etc/sms2fa/sms2fa.conf)\n"
    "  --json          one JSON object instead of sentences\n"
    "\n"
    "example: sudo sms2fa rotate-key";

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

Result<size_t> seal_all(const Arguments& arguments) {
  auto access = StateAccess::open(arguments.configuration);
  // Nothing can be sealed in a store that never was.
  if (!access && access.error().kind == ErrorKind::not_found) return size_t{0};
  if (!access) return access.error();
  KeyRing keys((*access)->configuration().store.key_file);
  const auto id = keys.current_id();
  if (!id) return id.error();
  return (*access)->store().reseal(*id, [&](const std::string& user, const std::string& sealed) {
    return seal_anew(keys, (*access)->random(), user, sealed);
  });
}

// In a child, because whoever opens the store stops being root.
int report_sealed(const Arguments& arguments, int out) {
  const auto sealed = seal_all(arguments);
  const std::string text = sealed ? std::to_string(*sealed) : sealed.error().message;
  const bool written = write(out, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  return sealed && written ? 0 : 1;
}

int run(const Arguments& arguments, const Console& console) {
  const auto settings = read_configuration(arguments.configuration);
  if (!settings) return refuse(kCommand, arguments, console, settings.error());
  const std::string& path = settings->store.key_file;
  SystemRandom random;
  if (const auto added = add_key(path, random); !added)
    return refuse(kCommand, arguments, console, added.error());
  const ChildEnd sealed =
      in_child(kPatience, [&](int out) { return report_sealed(arguments, out); });
  if (!sealed.succeeded())
    return refuse(kCommand, arguments, console, EX_UNAVAILABLE,
                  "not everything could be sealed anew: " + sealed.text,
                  "Both keys stay in " + path + ", so nothing is lost. Run it again.");
  if (const auto dropped = drop_old_keys(path); !dropped)
    return refuse(kCommand, arguments, console, dropped.error());
  if (arguments.json)
    console.say(rotated_as_json(std::stoul(sealed.text)));
  else
    console.say("There is a new key in " + path + "; sealed with it: " + sealed.text + ".");
  return EX_OK;
}

}  // namespace

const Command kRotateKeyCommand = {"rotate-key", "cjh", TakesUser::no, kUsage, run};

}  // namespace sms2fa
