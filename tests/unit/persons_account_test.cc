// SPDX-License-Identifier: Apache-2.0
#include "lib/directory/persons_account.h"

#include <pwd.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/test.h"
#include "tests/unit/scratch_directory.h"

using namespace sms2fa;
using namespace sms2fa::test;

namespace {

// An account with a shell that lets people in, as the machine has it.
passwd somebody() {
  const passwd* entry = getpwuid(0);
  REQUIRE(entry != nullptr);
  return *entry;
}

class Files {
 public:
  AccountRules with(const std::string& shells, const std::string& login_defs) const {
    std::ofstream(directory_.path("shells")) << shells;
    std::ofstream(directory_.path("login.defs")) << login_defs;
    return {directory_.path("shells"), directory_.path("login.defs")};
  }

 private:
  const ScratchDirectory directory_;
};

bool is_person(const std::string& user, const AccountRules& rules) {
  const auto answer = is_persons_account(user, rules);
  REQUIRE(answer.ok());
  return *answer;
}

}  // namespace

TEST(an_account_below_the_lowest_number_is_no_persons) {
  const Files files;
  const passwd root = somebody();
  const std::string shell = std::string(root.pw_shell) + "\n";
  CHECK(!is_person(root.pw_name, files.with(shell, "# UID_MIN 0\n")));
  CHECK(!is_person(root.pw_name, files.with(shell, "UID_MIN 1\n")));
  CHECK(is_person(root.pw_name, files.with(shell, "UID_MAX 60000\nUID_MIN\t\t 0\n")));
}

TEST(an_account_without_a_login_shell_is_no_persons) {
  const Files files;
  const passwd root = somebody();
  const std::string shell = root.pw_shell;
  CHECK(is_person(root.pw_name,
                  files.with("# shells\n/bin/other\n" + shell + " # here\n", "UID_MIN 0\n")));
  CHECK(!is_person(root.pw_name, files.with("/bin/other\n#" + shell + "\n", "UID_MIN 0\n")));
  CHECK(!is_person("nobody", files.with("/usr/sbin/nologin\n/bin/false\n", "UID_MIN 0\n")));
}

TEST(a_name_without_an_account_is_no_persons) {
  CHECK(!is_person("no-such-account-here", {}));
}
