// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/json.h"

#include "tests/support/test.h"

using namespace sms2fa;

TEST(json_finds_strings_by_pointer) {
  const auto json = JsonDocument::parse(R"({"data":{"to":[{"status":"queued"}],"id":7,"":""}})");
  REQUIRE(json.has_value());
  CHECK(json->string("/data/to/0/status") == "queued");
  CHECK(json->string("/data/") == "");
  CHECK(!json->string("/data/to/1/status"));
  CHECK(!json->string("/data/to/x/status"));
  CHECK(!json->string("/data/to/-/status"));
  CHECK(!json->string("/data/to/99999999999999999999/status"));
  CHECK(!json->string("/data/id"));
  CHECK(!json->string("/data/id/deeper"));
  CHECK(!json->string("/nothing"));
  CHECK(!json->string("no pointer"));
}

TEST(json_reads_codes_as_numbers_and_as_strings) {
  const auto json = JsonDocument::parse(
      R"({"n":21211,"s":"40310","long":"1234567890","minus":-1,"sign":"-1","plus":"+1","half":1.5,)"
      R"("text":"12a","none":"","null":null,"big":99999999999,"list":[1],"zero":0})");
  REQUIRE(json.has_value());
  CHECK(json->code("/n") == 21211);
  CHECK(json->code("/s") == 40310);
  CHECK(json->code("/zero") == 0);
  CHECK(json->code("/list/0") == 1);
  for (const char* pointer : {"/long", "/minus", "/sign", "/plus", "/half", "/text", "/none",
                              "/null", "/big", "/list", "/nothing"})
    CHECK(!json->code(pointer));
}

TEST(json_tells_true_from_whatever_looks_like_it) {
  const auto json = JsonDocument::parse(R"({"yes":true,"no":false,"one":1,"word":"true"})");
  REQUIRE(json.has_value());
  CHECK(json->boolean("/yes") == true);
  CHECK(json->boolean("/no") == false);
  for (const char* pointer : {"/one", "/word", "/none"}) CHECK(!json->boolean(pointer));
}

TEST(json_refuses_what_is_no_json) {
  for (const char* text : {"", " ", "{", "{\"a\":1", "<html>", "{\"a\":\"\xff\xfe\"}", "{} {}",
                           "\xef\xbb", "nul", "{\"a\":\"\n\"}", "[1,]"})
    CHECK(!JsonDocument::parse(text).has_value());
  CHECK(!JsonDocument::parse(std::string(1, '\0')).has_value());
}

TEST(json_takes_any_depth) {
  constexpr size_t kDepth = 100'000;
  CHECK(!JsonDocument::parse(std::string(kDepth, '[')).has_value());
  const auto json = JsonDocument::parse(std::string(kDepth, '[') + std::string(kDepth, ']'));
  REQUIRE(json.has_value());
  CHECK(!json->string("/0"));
  std::string objects;
  for (size_t i = 0; i < kDepth; ++i) objects += "{\"a\":";
  CHECK(!JsonDocument::parse(objects).has_value());
}

TEST(json_objects_are_escaped) {
  CHECK_EQ(json_object({{"to", "+353851234567"}, {"text", "a \"b\" \\ \n \x01"}}).reveal(),
           R"({"text":"a \"b\" \\ \n \u0001","to":"+353851234567"})");
  CHECK_EQ(json_object({{"text", "\xc3\xa9"}}).reveal(), "{\"text\":\"\xc3\xa9\"}");
  CHECK_EQ(json_object({{"b", "1"}}, {{"a", 30}}).reveal(), R"({"a":30,"b":"1"})");
  CHECK_EQ(json_object({{"text", "\xff"}}).reveal(), "{\"text\":\"\xef\xbf\xbd\"}");
}
