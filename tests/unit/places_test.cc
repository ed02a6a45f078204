// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fad/places.h"

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

ProviderSettings provider(ProviderType type, const std::string& directory) {
  ProviderSettings settings;
  settings.type = type;
  settings.directory = directory;
  return settings;
}

}  // namespace

TEST(the_store_and_every_outbox) {
  Configuration configuration;
  configuration.store.type = StoreType::sqlite;
  configuration.store.path = "/srv/state/counters.db";
  configuration.delivery.providers.push_back(provider(ProviderType::outbox, "/srv/one"));
  configuration.delivery.providers.push_back(provider(ProviderType::twilio, ""));
  configuration.delivery.providers.push_back(provider(ProviderType::outbox, "/srv/two"));
  CHECK((written_directories(configuration) ==
         std::vector<std::string>{"/srv/state", "/srv/one", "/srv/two"}));
}

TEST(a_store_in_memory_writes_nowhere) {
  Configuration configuration;
  configuration.store.type = StoreType::memory;
  CHECK(written_directories(configuration).empty());
}
