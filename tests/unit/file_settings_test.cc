// SPDX-License-Identifier: Apache-2.0
#include "lib/config/file_settings.h"

#include "tests/support/test.h"
#include "tests/unit/scratch_directory.h"

using namespace sms2fa;
using namespace sms2fa::test;

TEST(only_this_section_counts) {
  const ScratchDirectory directory;
  const auto settings = read_store_settings(directory.write(
      "c",
      "[provider twilio]\ntype = twilio\nauth_token_file = /nowhere/twilio.token\n"
      "[store]\ntype = sqlite\npath = /srv/state.db\nkey_file = /srv/key\n[nonsense]\nkey = 1\n"));
  REQUIRE(settings.ok());
  CHECK(settings->type == StoreType::sqlite);
  CHECK_EQ(settings->path, "/srv/state.db");
  CHECK_EQ(settings->key_file, "/srv/key");
}

TEST(without_it_there_are_the_defaults) {
  const ScratchDirectory directory;
  const auto settings = read_store_settings(directory.write("c", "[code]\nlength = 6\n"));
  REQUIRE(settings.ok());
  CHECK_EQ(settings->key_file, "/etc/sms2fa/store.key");
}

TEST(the_files_of_secrets_are_named) {
  const ScratchDirectory directory;
  const auto files = secret_files(
      directory.write("c",
                      "[provider twilio]\nauth_token_file = /a/token\nca_file = "
                      "/a/ca\napi_key_secret_file = /a/key\n"
                      "[store]\nkey_file = /a/store\n[directory]\nusers_file = /a/users\n"));
  REQUIRE(files.size() == 2);
  CHECK_EQ(files[0], "/a/token");
  CHECK_EQ(files[1], "/a/key");
  CHECK(secret_files(directory.path("none")).empty());
}

TEST(its_mistakes_are_all_told) {
  const ScratchDirectory directory;
  const auto settings = read_store_settings(
      directory.write("c", "[store]\npaht = /a\ntype = sqlite\ntype = memory\nkey_file = b\n"));
  REQUIRE(!settings.ok());
  CHECK_EQ(directory.without_path(settings.error().message),
           "c:2: unknown key paht; did you mean path?\nc:4: type: stands there twice\n"
           "c:5: key_file: must be an absolute path, without . and .. in it");
}

TEST(a_file_that_others_may_write_to_is_refused) {
  const ScratchDirectory directory;
  CHECK(read_store_settings(directory.write("c", "[store]\n", 0666)).error().kind ==
        ErrorKind::permission);
  CHECK(read_store_settings(directory.path("none")).error().kind == ErrorKind::not_found);
}
