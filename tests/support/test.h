// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

// Tests on cmocka for C++: a failed cmocka assertion longjmps past destructors, so a check here
// notes the failure (CHECK) or leaves by exception (REQUIRE), and only the wrapper, when every
// destructor has run, tells cmocka.
//
//   TEST(a_code_is_used_once) {
//     auto pin = make_pin(…);
//     REQUIRE(pin.ok());
//     CHECK(pin->size() == 6);
//     CHECK_EQ(pin->text(), "123456");
//   }
//
// One test binary is one or more such files linked with sms2fa_test, which brings main().
namespace sms2fa::test {

using Body = void (*)();

struct Registration {
  Registration(const char* name, Body body);
};

// Thrown by REQUIRE; the wrapper catches it.
struct Stop {};

// Notes a failed check. Returns false, for use in expressions.
bool fail(const char* file, int line, const std::string& what);

// The test is reported as skipped, with this reason on standard output. Does not return.
[[noreturn]] void skip_test(const std::string& reason);

template <typename T>
std::string show(const T& value) {
  if constexpr (requires { std::string(value); }) {
    return "\"" + std::string(value) + "\"";
  } else if constexpr (requires { std::to_string(value); }) {
    return std::to_string(value);
  } else if constexpr (requires { std::to_string(static_cast<int>(value)); }) {
    return std::to_string(static_cast<int>(value));
  } else {
    return "(a value)";
  }
}

template <typename A, typename B>
bool check_equal(const char* file, int line, const char* text, const A& a, const B& b) {
  if (a == b) return true;
  return fail(file, line, std::string(text) + ": " + show(a) + " != " + show(b));
}

}  // namespace sms2fa::test

#define TEST(name)                                                            \
  static void name();                                                         \
  static const ::sms2fa::test::Registration registration_##name{#name, name}; \
  static void name()
#define CHECK(condition) ((condition) ? true : ::sms2fa::test::fail(__FILE__, __LINE__, #condition))
#define CHECK_EQ(a, b) ::sms2fa::test::check_equal(__FILE__, __LINE__, #a " == " #b, a, b)
#define REQUIRE(condition)                               \
  do {                                                   \
    if (!CHECK(condition)) throw ::sms2fa::test::Stop{}; \
  } while (false)
