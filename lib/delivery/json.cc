// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/json.h"

#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>

namespace sms2fa {

using nlohmann::json;

namespace {

constexpr size_t kMostDigits = 9;  // what an int can hold whatever the digits are

// contains() and at() throw on a pointer that is malformed or leads through the wrong type.
const json* find(const json& root, const char* pointer) {
  try {
    const json::json_pointer path(pointer);
    return root.contains(path) ? &root.at(path) : nullptr;
  } catch (const json::exception&) {
    return nullptr;
  }
}

}  // namespace

struct JsonDocument::Tree {
  json root;
};

JsonDocument::JsonDocument(std::unique_ptr<const Tree> tree) : tree_(std::move(tree)) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

std::optional<JsonDocument> JsonDocument::parse(std::string_view text) {
  json root = json::parse(text, nullptr, false);
  if (root.is_discarded()) return std::nullopt;
  return JsonDocument(std::make_unique<const Tree>(Tree{std::move(root)}));
}

std::optional<std::string> JsonDocument::string(const char* pointer) const {
  const json* value = find(tree_->root, pointer);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return value->get_ref<const std::string&>();
}

std::optional<bool> JsonDocument::boolean(const char* pointer) const {
  const json* value = find(tree_->root, pointer);
  if (value == nullptr || !value->is_boolean()) return std::nullopt;
  return value->get<bool>();
}

std::optional<int> JsonDocument::code(const char* pointer) const {
  const json* value = find(tree_->root, pointer);
  if (value == nullptr) return std::nullopt;
  if (value->is_number_unsigned()) {
    const auto number = value->get<uint64_t>();
    if (number > std::numeric_limits<int>::max()) return std::nullopt;
    return static_cast<int>(number);
  }
  if (!value->is_string()) return std::nullopt;
  const auto& digits = value->get_ref<const std::string&>();
  int number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (number < 0 || digits.size() > kMostDigits) return std::nullopt;
  return number;
}

Secret json_object(std::initializer_list<std::pair<const char*, std::string_view>> strings,
                   std::initializer_list<std::pair<const char*, int64_t>> numbers) {
  json object = json::object();
  for (const auto& [name, value] : strings) object[name] = std::string(value);
  for (const auto& [name, value] : numbers) object[name] = value;
  std::string text = object.dump(-1, ' ', false, json::error_handler_t::replace);
  Secret secret(text);
  wipe(text);
  for (auto& value : object)
    if (value.is_string()) wipe(value.get_ref<std::string&>());
  return secret;
}

}  // namespace sms2fa
