// SPDX-License-Identifier: Apache-2.0
#include "lib/config/key_description.h"

#include "lib/config/configuration_sections.h"
#include "lib/config/key_rows.h"
#include "programs/wiring/provider_types.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace std::chrono_literals;

namespace {

struct Toy {
  unsigned number = 3;
  std::chrono::seconds time = 5min;
};

std::string fault(const Key<Toy>& key) {
  return fault_of(key);
}

}  // namespace

TEST(a_default_is_what_untouched_settings_hold) {
  CHECK_EQ(fault({"number", count<&Toy::number>(1, 5), "3", ""}), "");
  CHECK_EQ(fault({"number", count<&Toy::number>(1, 5), "4", ""}),
           "number: the row's default is not the settings' own");
  CHECK_EQ(fault({"number", count<&Toy::number>(1, 2), "3", ""}),
           "number: must be a number from 1 to 2");
  CHECK_EQ(fault({"number", count<&Toy::number>(1, 5), such_as("4"), ""}), "");
  CHECK_EQ(fault({"time", duration<&Toy::time>(1s, 1h), "300s", ""}), "");
  CHECK_EQ(fault({"time", duration<&Toy::time>(1s, 1h), "6m", ""}),
           "time: the row's default is not the settings' own");
}

TEST(every_row_shows_its_default) {
  auto sections = describe_fixed_sections();
  sections.push_back(describe_peer_section());
  for (auto& section : describe_provider_sections(provider_types()))
    sections.push_back(std::move(section));
  size_t defaults = 0;
  for (const auto& section : sections)
    for (const auto& key : section.keys) {
      CHECK_EQ(key.fault, "");
      if (key.sample.kind == Sample::Kind::by_default) ++defaults;
    }
  CHECK(sections.size() > 12);
  CHECK(defaults > 30);
}

TEST(bounds_are_written_as_people_write_values) {
  const Key<Toy> keys[] = {{"number", count<&Toy::number>(1, 1'000'000), "3", "how many"},
                           {"time", duration<&Toy::time>(90s, 24h), "5m", ""}};
  const auto described = describe<Toy>(keys);
  REQUIRE(described.size() == 2);
  CHECK_EQ(described[0].name, "number");
  CHECK_EQ(described[0].meaning, "how many");
  CHECK_EQ(described[0].bounds, "1 to 1000000");
  CHECK_EQ(described[1].bounds, "90s to 1d");
}
