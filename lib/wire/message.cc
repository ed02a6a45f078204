// SPDX-License-Identifier: Apache-2.0
#include "lib/wire/message.h"

#include <string.h>

namespace sms2fa::wire {

namespace {

struct FieldRule {
  Field field;
  size_t least;
  size_t most;
  bool mandatory;
};

struct MessageRule {
  MessageType type;
  Sender sender;
  const FieldRule* fields;
  size_t count;
};

constexpr size_t kHeader = 2;
constexpr size_t kFieldHeader = 3;

constexpr FieldRule kHello[] = {
    {Field::nonce, kNonceSize, kNonceSize, true},
    {Field::flags, 1, 1, true},
    {Field::service, 1, 64, true},
    {Field::user, 1, 256, true},
    {Field::rhost, 0, 256, false},
    {Field::tty, 0, 64, false},
    {Field::ruser, 0, 256, false},
    {Field::ssh_auth_info, 0, 1024, false},
};
constexpr FieldRule kShown[] = {
    {Field::style, 1, 1, true},
    {Field::text, 1, kLongestText, true},
};
constexpr FieldRule kAnswer[] = {
    {Field::flags, 1, 1, true},
    {Field::text, 0, kLongestText, true},
};
constexpr FieldRule kVerdict[] = {
    {Field::nonce, kNonceSize, kNonceSize, true},
    {Field::verdict, 1, 1, true},
    {Field::reason, 0, 64, true},
};
constexpr FieldRule kEnquiry[] = {
    {Field::nonce, kNonceSize, kNonceSize, true},
};
constexpr FieldRule kAbout[] = {
    {Field::nonce, kNonceSize, kNonceSize, true},
    {Field::text, 1, kLongestText, true},
};

constexpr FieldRule kQuestion[] = {
    {Field::nonce, kNonceSize, kNonceSize, true},
    {Field::user, 1, 256, false},
};
constexpr FieldRule kReport[] = {
    {Field::nonce, kNonceSize, kNonceSize, true},
    {Field::report, 1, kLongestReport, true},
};

constexpr FieldRule kMore[] = {
    {Field::flags, 1, 1, true},
    {Field::ssh_auth_info, 1, 1024, true},
};

// The whole protocol: what is not in this table does not exist.
constexpr MessageRule kMessages[] = {
    {MessageType::hello, Sender::client, kHello, sizeof kHello / sizeof *kHello},
    {MessageType::prompt, Sender::daemon, kShown, sizeof kShown / sizeof *kShown},
    {MessageType::notice, Sender::daemon, kShown, sizeof kShown / sizeof *kShown},
    {MessageType::answer, Sender::client, kAnswer, sizeof kAnswer / sizeof *kAnswer},
    {MessageType::verdict, Sender::daemon, kVerdict, sizeof kVerdict / sizeof *kVerdict},
    {MessageType::enquiry, Sender::client, kEnquiry, sizeof kEnquiry / sizeof *kEnquiry},
    {MessageType::about, Sender::daemon, kAbout, sizeof kAbout / sizeof *kAbout},
    {MessageType::question, Sender::client, kQuestion, sizeof kQuestion / sizeof *kQuestion},
    {MessageType::report, Sender::daemon, kReport, sizeof kReport / sizeof *kReport},
    {MessageType::more, Sender::client, kMore, sizeof kMore / sizeof *kMore},
};

const MessageRule* rule_of(uint8_t type) noexcept {
  for (const auto& rule : kMessages)
    if (static_cast<uint8_t>(rule.type) == type) return &rule;
  return nullptr;
}

const FieldRule* rule_of(const MessageRule& message, Field field) noexcept {
  for (size_t i = 0; i < message.count; ++i)
    if (message.fields[i].field == field) return &message.fields[i];
  return nullptr;
}

struct ParsedField {
  Field field;
  std::string_view value;
};

// The field at `offset`, or nullopt when it does not fit into `bytes`. `offset` moves behind it.
std::optional<ParsedField> field_at(std::string_view bytes, size_t& offset) noexcept {
  if (bytes.size() - offset < kFieldHeader) return std::nullopt;
  const auto tag = static_cast<uint8_t>(bytes[offset]);
  const size_t length = static_cast<size_t>(static_cast<uint8_t>(bytes[offset + 1])) << 8 |
                        static_cast<uint8_t>(bytes[offset + 2]);
  offset += kFieldHeader;
  if (bytes.size() - offset < length) return std::nullopt;
  const ParsedField parsed{static_cast<Field>(tag), {bytes.data() + offset, length}};
  offset += length;
  return parsed;
}

bool well_formed(std::string_view bytes) noexcept {
  if (bytes.size() < kHeader || static_cast<uint8_t>(bytes[0]) != kProtocolVersion) return false;
  const MessageRule* message = rule_of(static_cast<uint8_t>(bytes[1]));
  if (message == nullptr) return false;
  size_t offset = kHeader;
  size_t next_rule = 0;
  while (offset < bytes.size()) {
    const auto parsed = field_at(bytes, offset);
    if (!parsed) return false;
    while (next_rule < message->count && message->fields[next_rule].field != parsed->field) {
      if (message->fields[next_rule].mandatory) return false;
      ++next_rule;
    }
    if (next_rule == message->count) return false;
    const FieldRule& rule = message->fields[next_rule++];
    if (parsed->value.size() < rule.least || parsed->value.size() > rule.most) return false;
    const bool is_text = rule.most > 1 && rule.field != Field::nonce;
    if (is_text && parsed->value.find('\0') != std::string_view::npos) return false;
  }
  for (; next_rule < message->count; ++next_rule)
    if (message->fields[next_rule].mandatory) return false;
  return true;
}

}  // namespace

size_t longest(Field field) noexcept {
  size_t most = 0;
  for (const auto& message : kMessages)
    if (const FieldRule* rule = rule_of(message, field))
      most = rule->most > most ? rule->most : most;
  return most;
}

Message::Message(MessageType type) noexcept : size_(kHeader) {
  bytes_[0] = static_cast<char>(kProtocolVersion);
  bytes_[1] = static_cast<char>(type);
}

Message::~Message() {
  explicit_bzero(bytes_.data(), bytes_.size());
}

Message& Message::put(Field field, std::string_view value) noexcept {
  // Without a header, as after a failed parse(), the value's own bytes would be read as one.
  const bool has_header = size_ >= kHeader;
  if (!has_header || value.size() > UINT16_MAX ||
      bytes_.size() - size_ < kFieldHeader + value.size())
    spoiled_ = true;
  if (spoiled_) return *this;
  bytes_[size_] = static_cast<char>(field);
  bytes_[size_ + 1] = static_cast<char>(value.size() >> 8);
  bytes_[size_ + 2] = static_cast<char>(value.size() & 0xff);
  if (!value.empty()) memcpy(&bytes_[size_ + kFieldHeader], value.data(), value.size());
  size_ += kFieldHeader + value.size();
  return *this;
}

Message& Message::put(Field field, uint8_t value) noexcept {
  const char byte = static_cast<char>(value);
  return put(field, std::string_view(&byte, 1));
}

bool Message::complete() const noexcept {
  return !spoiled_ && well_formed(bytes());
}

bool Message::parse(std::string_view datagram, Sender sender) noexcept {
  explicit_bzero(bytes_.data(), bytes_.size());
  size_ = 0;
  spoiled_ = false;
  if (datagram.size() > bytes_.size() || !well_formed(datagram)) return false;
  if (rule_of(static_cast<uint8_t>(datagram[1]))->sender != sender) return false;
  memcpy(bytes_.data(), datagram.data(), datagram.size());
  size_ = datagram.size();
  return true;
}

std::optional<std::string_view> Message::get(Field field) const noexcept {
  size_t offset = kHeader;
  while (offset < size_) {
    const auto parsed = field_at(bytes(), offset);
    if (!parsed) return std::nullopt;
    if (parsed->field == field) return parsed->value;
  }
  return std::nullopt;
}

uint8_t Message::byte_of(Field field) const noexcept {
  const std::string_view value = text_of(field);
  return value.empty() ? uint8_t{0} : static_cast<uint8_t>(value[0]);
}

}  // namespace sms2fa::wire
