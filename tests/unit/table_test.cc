// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/output/table.h"

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

TEST(a_row_that_does_not_fit_goes_on_in_an_indented_line) {
  Table table({"USER", "FROM", "WHY"});
  table.add({"alice", "192.0.2.7", "right-code"});
  table.add({"bob", "2001:db8:1:2:3:4:5:6", "a"});
  table.add({"alexandra1", "2001:db8:1:2:3:4:5:6", "right-code"});
  table.add({"bob", "", "b"});
  const std::vector<std::string> expected = {
      "USER   FROM       WHY", "alice  192.0.2.7  right-code", "bob    2001:db8:1:2:3:4:5:6  a",
      "alexandra1\n    2001:db8:1:2:3:4:5:6\n    right-code", "bob               b"};
  CHECK(table.folded(30, 9) == expected);
  // As wide as it may be.
  CHECK_EQ(table.folded(28, 9)[1], "alice  192.0.2.7  right-code");
  CHECK_EQ(table.folded(27, 9)[1], "alice  192.0.2.7\n    right-code");
}
