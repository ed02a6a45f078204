// SPDX-License-Identifier: Apache-2.0
#include "lib/directory/users_file_directory.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "tests/support/test.h"

using namespace sms2fa;
using Builder = UsersFileDirectory::Builder;

namespace {

std::string number_of(const Directory& directory, std::string_view user) {
  const auto person = directory.find(user);
  if (!person) return "(error)";
  if (!*person) return "(unknown)";
  return (*person)->phone ? (*person)->phone->e164() : "(no phone)";
}

long peak_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

}  // namespace

TEST(people_are_found_by_their_whole_name) {
  Builder builder("IE");
  REQUIRE(builder.add("alice", "+353 85 123 4567", {}).ok());
  REQUIRE(builder.add("Alice", "+353 85 123 4568", {}).ok());
  REQUIRE(builder.add("bob", "086 123 4567", {Method::totp, Method::sms}).ok());
  const auto directory = std::move(builder).build();
  REQUIRE(directory.ok());
  CHECK_EQ(directory->size(), 3u);
  CHECK_EQ(number_of(*directory, "alice"), "+353851234567");
  CHECK_EQ(number_of(*directory, "Alice"), "+353851234568");
  CHECK_EQ(number_of(*directory, "bob"), "+353861234567");
  for (const std::string_view stranger : {"", "alic", "alicea", "ALICE", "zoe"})
    CHECK_EQ(number_of(*directory, stranger), "(unknown)");
  CHECK_EQ(number_of(*directory, std::string_view("alice\0", 6)), "(unknown)");
}

TEST(nobody_is_in_an_empty_directory) {
  const auto directory = Builder("").build();
  REQUIRE(directory.ok());
  CHECK_EQ(number_of(*directory, "alice"), "(unknown)");
}

TEST(methods_and_their_order_survive) {
  const Methods all = {Method::backup, Method::totp, Method::voice, Method::sms};
  Builder builder("");
  REQUIRE(builder.add("all", "+999999999999999", all).ok());
  REQUIRE(builder.add("app", "", {Method::totp}).ok());
  REQUIRE(builder.add("none", "+1000000", {}).ok());
  const auto directory = std::move(builder).build();
  REQUIRE(directory.ok());
  const auto person = *directory->find("all");
  REQUIRE(person.has_value());
  CHECK_EQ(person->name, "all");
  CHECK(person->methods == all);
  CHECK_EQ(person->phone->e164(), "+999999999999999");
  CHECK_EQ(number_of(*directory, "app"), "(no phone)");
  CHECK((*directory->find("app"))->methods == Methods{Method::totp});
  CHECK((*directory->find("none"))->methods.empty());
  CHECK_EQ(number_of(*directory, "none"), "+1000000");
}

TEST(unusable_numbers_are_refused_without_being_repeated) {
  Builder builder("");
  const auto message = [&](std::string_view phone) {
    const auto added = builder.add("alice", phone, {});
    return added ? "" : added.error().message;
  };
  CHECK_EQ(message("0861234567"),
           "the phone number does not begin with '+', and no default_country is configured");
  CHECK_EQ(message("+123"),
           "the phone number must be '+', country code and number, 7 to 15 digits in all");
  for (const std::string_view phone : {"+1 900 555 0100", "+8816 1234 5678", "+870 773 111 632"})
    CHECK_EQ(message(phone),
             "the phone number has a prefix where no code may go (satellite, premium rate, "
             "freephone)");
  CHECK_EQ(message("+353 85\xe2\x80\xaa 1234567"),
           "the phone number has U+202A at column 8, which is no part of a number; type it anew "
           "instead of pasting it");
  const auto directory = std::move(builder).build();
  REQUIRE(directory.ok());
  CHECK_EQ(directory->size(), 0u);
}

TEST(a_national_number_needs_a_country_that_exists) {
  const auto added = Builder("XX").add("alice", "085 123 4567", {});
  REQUIRE(!added.ok());
  CHECK_EQ(added.error().message,
           "the phone number cannot be read: default_country or its calling code is unknown");
}

TEST(a_look_up_makes_the_number_that_is_sent_to) {
  Builder builder("IE");
  REQUIRE(builder.add("anna", "+49 (0)151 23456789", {}).ok());
  REQUIRE(builder.add("ben", "+44 (0)20 7946 0018", {}).ok());
  REQUIRE(builder.add("ivan", "+7 8 912 345 67 89", {}).ok());
  REQUIRE(builder.add("mary", "+353 085 123 4567", {}).ok());
  REQUIRE(builder.add("pia", "+39 06 1234 5678", {}).ok());
  REQUIRE(builder.add("rob", "00 44 7400 123456", {}).ok());
  const auto directory = std::move(builder).build();
  REQUIRE(directory.ok());
  CHECK_EQ(number_of(*directory, "anna"), "+4915123456789");
  CHECK_EQ(number_of(*directory, "ben"), "+442079460018");
  CHECK_EQ(number_of(*directory, "ivan"), "+79123456789");
  CHECK_EQ(number_of(*directory, "mary"), "+353851234567");
  CHECK_EQ(number_of(*directory, "pia"), "+390612345678");
  CHECK_EQ(number_of(*directory, "rob"), "+447400123456");
}

TEST(a_number_that_only_a_look_up_finds_unusable_is_an_error) {
  Builder builder("IE");
  REQUIRE(builder.add("al\x1b", "085 123 4567 085 123 456", {}).ok());
  const auto directory = std::move(builder).build();
  REQUIRE(directory.ok());
  const auto found = directory->find("al\x1b");
  REQUIRE(!found.ok());
  CHECK_EQ(found.error().message,
           "the users file, user al\\x1b: the phone number is not one of default_country");
  CHECK_EQ(number_of(*directory, "zoe"), "(unknown)");
}

TEST(samples_are_of_every_country_on_record) {
  Builder builder("IE");
  for (int i = 0; i < 100; ++i)
    REQUIRE(builder.add("u" + std::to_string(i), "+35385" + std::to_string(1000000 + i), {}).ok());
  REQUIRE(builder.add("us", "+1 202 555 0143", {}).ok());
  REQUIRE(builder.add("jm", "+1 876 555 0143", {}).ok());
  REQUIRE(builder.add("gb", "+44 7400 123456", {}).ok());
  REQUIRE(builder.add("je", "+44 7797 712345", {}).ok());
  REQUIRE(builder.add("here", "085 123 4567", {}).ok());
  REQUIRE(builder.add("app", "", {Method::totp}).ok());
  const auto directory = std::move(builder).build();
  REQUIRE(directory.ok());
  std::vector<std::string> samples;
  for (const PhoneNumber& number : directory->samples()) samples.push_back(number.e164());
  std::sort(samples.begin(), samples.end());
  REQUIRE(samples.size() == 5u);
  CHECK_EQ(samples[0], "+12025550143");
  CHECK_EQ(samples[1], "+18765550143");
  CHECK_EQ(samples[2].substr(0, 7), "+353851");
  CHECK_EQ(samples[3], "+447400123456");
  CHECK_EQ(samples[4], "+447797712345");
}

TEST(names_have_1_to_255_bytes_and_stand_once) {
  Builder builder("");
  CHECK(!builder.add("", "+15550100", {}).ok());
  CHECK(!builder.add(std::string(256, 'n'), "+15550100", {}).ok());
  CHECK(builder.add(std::string(255, 'n'), "+15550100", {}).ok());
  CHECK(builder.add("ev\x1bil", "+15550100", {}).ok());
  CHECK(builder.add("ev\x1bil", "+15550101", {}).ok());
  const auto directory = std::move(builder).build();
  REQUIRE(!directory.ok());
  CHECK_EQ(directory.error().message, "the user ev\\x1bil stands twice");
}

TEST(a_repeated_method_does_not_spill_into_the_number) {
  Builder builder("");
  const Methods five(5, Method::backup);
  CHECK(!builder.add("alice", "+15550100", five).ok());
}

TEST(a_million_people) {
  constexpr uint64_t kPeople = 1000000;
  const auto name = [](uint64_t i) { return "user" + std::to_string(i); };
  const auto number = [](uint64_t i) { return "+35385" + std::to_string(1000000 + i); };
  const long before = peak_kib();
  const auto begin = std::chrono::steady_clock::now();
  Builder builder("");
  for (uint64_t i = 0; i < kPeople; ++i) REQUIRE(builder.add(name(i), number(i), {}).ok());
  const auto directory = std::move(builder).build();
  REQUIRE(directory.ok());
  const std::chrono::duration<double> load = std::chrono::steady_clock::now() - begin;
  CHECK_EQ(directory->size(), kPeople);
  const auto searched = std::chrono::steady_clock::now();
  for (uint64_t i = 0; i < kPeople; i += 97) CHECK_EQ(number_of(*directory, name(i)), number(i));
  CHECK_EQ(number_of(*directory, name(kPeople)), "(unknown)");
  const std::chrono::duration<double, std::micro> search =
      std::chrono::steady_clock::now() - searched;
  std::printf("a million people: %.3f s, %ld KiB at the peak, %.2f us a lookup\n", load.count(),
              peak_kib() - before, search.count() / (static_cast<double>(kPeople) / 97));
}
