// SPDX-License-Identifier: Apache-2.0
#include "lib/directory/gecos_directory.h"

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

// A directory where everybody has this GECOS text.
GecosDirectory with_gecos(std::string gecos, unsigned field = 3, std::string country = "IE") {
  return GecosDirectory(field, std::move(country), [gecos](std::string_view) {
    return Result<std::optional<std::string>>(std::optional<std::string>(gecos));
  });
}

std::string find(const Directory& directory, std::string_view user = "alice") {
  const auto person = directory.find(user);
  if (!person) return person.error().message;
  return *person ? (*person)->phone->e164() : "(unknown)";
}

}  // namespace

TEST(the_number_stands_in_its_field) {
  const std::string gecos = "Alice,Room 1,085 123 4567,+44 7911 123456,other";
  CHECK_EQ(find(with_gecos(gecos)), "+353851234567");
  CHECK_EQ(find(with_gecos(gecos, 4)), "+447911123456");
  CHECK_EQ(find(with_gecos("+353851234567", 1)), "+353851234567");
  CHECK_EQ(find(with_gecos("Alice,, +353851234567 ")), "+353851234567");
}

TEST(the_person_carries_the_name_and_no_methods) {
  const auto person = *with_gecos("Alice,,+353851234567").find("alice");
  REQUIRE(person.has_value());
  CHECK_EQ(person->name, "alice");
  CHECK(person->methods.empty());
}

TEST(an_empty_or_absent_field_is_an_unknown_user) {
  for (const char* gecos : {"", "Alice", "Alice,Room 1", "Alice,Room 1,", "Alice,Room 1,  ,x"})
    CHECK_EQ(find(with_gecos(gecos)), "(unknown)");
}

TEST(an_unreadable_number_is_an_error_without_the_number) {
  CHECK_EQ(find(with_gecos("Alice,,ask 0851234567")),
           "GECOS field 3 of user alice: the phone number has a letter at column 1; write it in "
           "digits, without tel: and without an extension");
  CHECK_EQ(find(with_gecos("Alice,,0851234567", 3, "")),
           "GECOS field 3 of user alice: the phone number does not begin with '+', and no "
           "default_country is configured");
  CHECK_EQ(find(with_gecos("Alice,,+1 900 555 0100")),
           "GECOS field 3 of user alice: the phone number has a prefix where no code may go "
           "(satellite, premium rate, freephone)");
}

TEST(the_user_s_name_is_escaped_in_errors) {
  CHECK_EQ(
      find(with_gecos("Alice,,x"), "al\nice\x1b"),
      "GECOS field 3 of user al\\x0aice\\x1b: the phone number has a letter at column 1; write "
      "it in digits, without tel: and without an extension");
}

TEST(an_unknown_user_and_a_silent_database) {
  const GecosDirectory empty(3, "IE", [](std::string_view) {
    return Result<std::optional<std::string>>(std::optional<std::string>());
  });
  CHECK_EQ(find(empty), "(unknown)");
  const GecosDirectory silent(3, "IE", [](std::string_view) {
    return Result<std::optional<std::string>>(make_error(ErrorKind::unavailable, "silent"));
  });
  const auto person = silent.find("alice");
  REQUIRE(!person.ok());
  CHECK(person.error().kind == ErrorKind::unavailable);
}

TEST(the_system_knows_root_and_not_a_stranger) {
  const auto root = gecos_from_passwd("root");
  REQUIRE(root.ok());
  CHECK(root->has_value());
  for (const std::string_view stranger : {std::string_view("no-such-user-here"),
                                          std::string_view(""), std::string_view("root\0", 5)}) {
    const auto nobody = gecos_from_passwd(stranger);
    REQUIRE(nobody.ok());
    CHECK(!nobody->has_value());
  }
}
