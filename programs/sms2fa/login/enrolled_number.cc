// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/login/enrolled_number.h"

#include "lib/base/key_ring.h"
#include "lib/base/random.h"
#include "lib/base/text.h"
#include "lib/base/write_all.h"
#include "lib/session/factors.h"
#include "lib/store/store.h"
#include "programs/sms2fa/state/state_access.h"
#include "programs/sms2fa/system/child.h"

namespace sms2fa {

namespace {

constexpr Milliseconds kPatience{30'000};

// What the child writes: a letter, and a number or a sentence behind it.
enum Mark : char { kNothing = '0', kSomething = '1', kForbidden = 'p', kFailed = 'e' };

std::string marked(Mark mark, const std::string& text = "") {
  return std::string(1, mark) + text;
}

std::string marked(const Error& error) {
  return marked(error.kind == ErrorKind::permission ? kForbidden : kFailed, error.message);
}

std::string look(const std::string& user, const StoreSettings& settings) {
  SystemRandom random;
  const auto time = SystemTimeSource::create();
  if (!time) return marked(time.error());
  const auto store = open_store_as_its_owner(settings, random, **time);
  if (!store && store.error().kind == ErrorKind::not_found) return marked(kNothing);
  if (!store) return marked(store.error());
  const auto record = (*store)->record_of({user});
  if (!record) return marked(record.error());
  KeyRing keys(settings.key_file);
  const Factors factors = Factors::of(user, *record, &keys);
  if (factors.number()) return marked(kSomething, factors.number()->e164());
  if (factors.has_number_beyond_reach())
    return marked(kFailed, "the number that " + escape(user) +
                               " has enrolled cannot be read: " + factors.trouble());
  return marked(factors.nothing_enrolled() ? kNothing : kSomething);
}

}  // namespace

Result<Enrolled> enrolled_by(const std::string& user, const StoreSettings& settings) {
  if (settings.type == StoreType::memory) return Enrolled{};
  const ChildEnd end =
      in_child(kPatience, [&](int out) { return write_all(out, look(user, settings)) ? 0 : 1; });
  if (!end.succeeded() || end.text.empty())
    return make_error(ErrorKind::unavailable, "the store could not be looked into");
  const std::string rest = end.text.substr(1);
  switch (end.text.front()) {
    case kNothing:
      return Enrolled{};
    case kSomething:
      return Enrolled{true, PhoneNumber::parse_international(rest)};
    case kForbidden:
      return make_error(ErrorKind::permission, rest);
    default:
      return make_error(ErrorKind::unavailable, rest);
  }
}

}  // namespace sms2fa
