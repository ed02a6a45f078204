// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/table.h"

#include "tests/support/test.h"

using namespace sms2fa;

TEST(columns_are_as_wide_as_their_widest_cell) {
  Table table({"USER", "STATE", "N"});
  CHECK(table.empty());
  table.add({"alice", "ok", "1"});
  table.add({"bob", "locked for another 12 min", ""});
  CHECK(!table.empty());
  CHECK_EQ(table.text(),
           "USER   STATE                      N\n"
           "alice  ok                         1\n"
           "bob    locked for another 12 min");
}
