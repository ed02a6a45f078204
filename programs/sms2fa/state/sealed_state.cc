// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/state/sealed_state.h"

#include <unistd.h>

#include "programs/sms2fa/state/state_access.h"
#include "programs/sms2fa/system/child.h"

namespace sms2fa {

namespace {

constexpr Milliseconds kPatience{120'000};

Result<size_t> open_and_work(const StoreSettings& settings, const StoreWork& work) {
  SystemRandom random;
  const auto time = SystemTimeSource::create();
  if (!time) return time.error();
  auto store = open_store_as_its_owner(settings, random, **time);
  if (!store && store.error().kind == ErrorKind::not_found) return size_t{0};
  if (!store) return store.error();
  return work(**store, random);
}

}  // namespace

Result<size_t> in_store(const StoreSettings& settings, const StoreWork& work) {
  const ChildEnd end = in_child(kPatience, [&](int out) {
    const auto count = open_and_work(settings, work);
    const std::string text = count ? std::to_string(*count) : count.error().message;
    const bool written = write(out, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    return count && written ? 0 : 1;
  });
  if (!end.succeeded()) return make_error(ErrorKind::unavailable, end.text);
  return std::stoul(end.text);
}

Result<size_t> count_sealed(const StoreSettings& settings) {
  if (settings.type == StoreType::memory) return size_t{0};
  return in_store(settings, [](Store& store, Random&) -> Result<size_t> {
    const auto users = store.enrolled_users();
    if (!users) return users.error();
    size_t count = 0;
    for (const std::string& user : *users) {
      const auto enrolment = store.enrolment_of(user);
      if (!enrolment) return enrolment.error();
      if (enrolment->sealed_number || enrolment->planned || !enrolment->apps.empty()) ++count;
    }
    return count;
  });
}

}  // namespace sms2fa
