// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fad/places.h"

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

// Writes into that directory, or nowhere when it is empty.
class Writes final : public ProviderOptions {
 public:
  explicit Writes(std::string where) : where_(std::move(where)) {}
  std::string take(std::string_view, std::string_view) override { return {}; }
  void complete(const std::string&, bool, const KeyRules&) override {}
  std::string directory() const override { return where_; }

 private:
  const std::string where_;
};

ProviderSettings provider(const std::string& directory) {
  return {.name = "p", .options = std::make_unique<Writes>(directory)};
}

}  // namespace

TEST(the_store_and_every_outbox) {
  Configuration configuration;
  configuration.store.type = StoreType::sqlite;
  configuration.store.path = "/srv/state/counters.db";
  configuration.delivery.providers.push_back(provider("/srv/one"));
  configuration.delivery.providers.push_back(provider(""));
  configuration.delivery.providers.push_back(provider("/srv/two"));
  CHECK((written_directories(configuration) ==
         std::vector<std::string>{"/srv/state", "/srv/one", "/srv/two"}));
}

TEST(a_store_in_memory_writes_nowhere) {
  Configuration configuration;
  configuration.store.type = StoreType::memory;
  CHECK(written_directories(configuration).empty());
}
