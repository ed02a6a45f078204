// SPDX-License-Identifier: Apache-2.0
#include "lib/directory/users_file_directory.h"

#include <sys/resource.h>

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
  CHECK_EQ(message("+1 900 555 0100"),
           "the phone number has a satellite or premium-rate prefix, where no code may go");
  CHECK_EQ(message("+8816 1234 5678"),
           "the phone number has a satellite or premium-rate prefix, where no code may go");
  const auto directory = std::move(builder).build();
  REQUIRE(directory.ok());
  CHECK_EQ(directory->size(), 0u);
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
