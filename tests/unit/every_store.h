// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/store/memory_store.h"
#include "lib/store/store.h"
#include "tests/support/test.h"
#include "tests/unit/fake_store_time.h"
#include "tests/unit/store_file.h"

namespace sms2fa::test {

// A new store of either kind, and its time.
struct StoreScene {
  Store& store;
  FakeStoreTime& time;
};

inline void with_memory_store(void (*body)(StoreScene)) {
  FakeStoreTime time;
  SystemRandom random;
  const auto store = MemoryStore::create(time.clock(), random);
  REQUIRE(store.ok());
  body({**store, time});
}

inline void with_sqlite_store(void (*body)(StoreScene)) {
  StoreFile file;
  const auto store = file.open();
  body({*store, file.time});
}

}  // namespace sms2fa::test

// Two tests: what every store has to promise, of each that there is. The body has a StoreScene
// `scene`.
#define STORE_TEST(name)                                                \
  static void name(sms2fa::test::StoreScene scene);                     \
  static const sms2fa::test::Registration registration_##name##_memory{ \
      #name ".memory", [] { sms2fa::test::with_memory_store(name); }};  \
  static const sms2fa::test::Registration registration_##name##_sqlite{ \
      #name ".sqlite", [] { sms2fa::test::with_sqlite_store(name); }};  \
  static void name([[maybe_unused]] sms2fa::test::StoreScene scene)
