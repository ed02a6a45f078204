// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "lib/base/secret.h"

namespace sms2fa {

// An answer of a provider, which may be hostile: any depth, any type anywhere, any bytes. Nothing
// here throws but std::bad_alloc.
class JsonDocument {
 public:
  // nullopt unless the whole text is one JSON value in UTF-8 (RFC 8259).
  static std::optional<JsonDocument> parse(std::string_view text);

  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();

  // The string at a JSON pointer (RFC 6901) such as "/data/to/0/status"; nullopt when nothing or
  // something else stands there.
  std::optional<std::string> string(const char* pointer) const;

  // true or false, where it is one of them.
  std::optional<bool> boolean(const char* pointer) const;

  // The non-negative integer at the pointer, written as a number or as a string of 1 to 9 digits,
  // for providers do both with their error codes.
  std::optional<int> code(const char* pointer) const;

 private:
  struct Tree;
  explicit JsonDocument(std::unique_ptr<const Tree> tree);
  std::unique_ptr<const Tree> tree_;
};

// A JSON object of strings and numbers. Bytes that are no UTF-8 become U+FFFD. The copies made on
// the way are wiped.
Secret json_object(std::initializer_list<std::pair<const char*, std::string_view>> strings,
                   std::initializer_list<std::pair<const char*, int64_t>> numbers = {});

}  // namespace sms2fa
