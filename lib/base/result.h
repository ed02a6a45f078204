// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace sms2fa {

// What went wrong, coarse enough that a program can choose an exit code and the daemon a verdict.
enum class ErrorKind {
  configuration,  // a file or argument says something that cannot be honoured
  permission,     // owner, mode or identity forbids it
  not_found,      // the thing asked for does not exist
  unavailable,    // a peer, provider or kernel service does not answer
  refused,        // understood and denied: a limit, a lock, a rule
  outdated,       // what it was based on has changed meanwhile
  internal,       // should not happen; the caller denies
};

// An error: its kind and one sentence for the log, without secrets and without a trailing newline.
struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string message;
};

// Either a value or an Error. Reading the wrong side throws std::bad_variant_access, which a
// thread's top turns into a denial.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }

  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), ok_(false) {}

  bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }
  // Meaningful only when !ok().
  const Error& error() const { return error_; }

 private:
  Error error_;
  bool ok_ = true;
};

inline Error make_error(ErrorKind kind, std::string message) {
  return Error{kind, std::move(message)};
}

}  // namespace sms2fa
