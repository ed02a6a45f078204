// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/pam/edit.h"

#include <algorithm>

#include "programs/sms2fa/system/file_changes.h"
#include "tests/support/test.h"

using namespace sms2fa;

namespace {

const std::string kService = "case";

// Files as people write them; each asks for a password by itself.
const std::string kFiles[] = {
    "auth required pam_unix.so\n",
    "auth required pam_unix.so",
    "\n\n# auth required pam_deny.so\n\tauth\trequired\tpam_unix.so nullok # why\n\n",
    "auth \\\n  required \\\n  pam_unix.so\naccount required pam_unix.so\n",
    "auth [success=1 default=ignore] pam_unix.so\nauth requisite pam_deny.so\n"
    "auth required pam_permit.so\n",
    "account required pam_unix.so\nauth required pam_env.so\nauth required pam_unix.so\n"
    "session required pam_unix.so",
    "-auth optional pam_sss.so\nauth required pam_unix.so\nauth optional pam_cap.so",
};

constexpr AskedFirst kOrders[] = {AskedFirst::password, AskedFirst::pin, AskedFirst::key};

size_t lines_put_in(const std::string& text) {
  const auto lines = lines_of(text);
  return static_cast<size_t>(std::count_if(lines.begin(), lines.end(), is_put_in));
}

}  // namespace

TEST(what_was_put_in_comes_out_byte_for_byte) {
  for (const auto& file : kFiles)
    for (const auto first : kOrders) {
      const auto texts = with_pam_line(kService, file, first);
      CHECK(!texts.empty());
      for (const auto& text : texts) {
        CHECK_EQ(lines_put_in(text), size_t{1});
        CHECK_EQ(without_pam_line(text), file);
      }
    }
}

TEST(what_others_wrote_stays) {
  for (const auto& file : kFiles) CHECK_EQ(without_pam_line(file), file);
  const std::string own = "auth requisite pam_sms2fa.so\n# sms2fa pam\n# auth pam_unix.so\n";
  CHECK_EQ(without_pam_line(own), own);
}

TEST(no_jump_leads_over_the_line) {
  const std::string file =
      "auth [success=2 default=ignore] pam_unix.so\nauth optional pam_cap.so\n"
      "auth requisite pam_deny.so\nauth required pam_permit.so\n";
  const auto texts = with_pam_line(kService, file, AskedFirst::password);
  REQUIRE(!texts.empty());
  CHECK(texts[0].find("pam_deny.so\nauth       requisite  pam_sms2fa.so first=proved") !=
        std::string::npos);
  CHECK_EQ(texts.size(), size_t{2});
}

TEST(in_the_passwords_place_stands_nothing_that_it_jumped_over) {
  const auto texts = with_pam_line(kService, kFiles[4], AskedFirst::key);
  REQUIRE(texts.size() == 1);
  CHECK(texts[0].find("\n# off by sms2fa pam: auth requisite pam_deny.so\n") != std::string::npos);
  CHECK(texts[0].find("\nauth required pam_permit.so\n") != std::string::npos);
}

TEST(a_file_without_a_password_has_no_place) {
  for (const auto first : kOrders) {
    CHECK(with_pam_line(kService, "", first).empty());
    CHECK(with_pam_line(kService, "account required pam_unix.so\n", first).empty());
    CHECK(with_pam_line(kService, "auth required pam_permit.so\n", first).empty());
  }
}
