// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

// The messages of docs/PROTOCOL.md. Allocates nothing and throws nothing, for the PAM module's
// sake.
namespace sms2fa::wire {

inline constexpr size_t kLargestMessage = 4096;
inline constexpr uint8_t kProtocolVersion = 2;
inline constexpr size_t kNonceSize = 16;
inline constexpr size_t kLongestText = 511;
inline constexpr size_t kLongestReport = 4000;
// What sshd says was proved comes in so many messages at most: the hello, and more.
inline constexpr size_t kMostParts = 16;

enum class Sender { client, daemon };

enum class MessageType : uint8_t {
  hello = 1,
  prompt = 2,
  notice = 3,
  answer = 4,
  verdict = 5,
  enquiry = 6,
  about = 7,
  question = 8,
  report = 9,
  more = 10,
};

enum class Field : uint8_t {
  nonce = 1,
  flags = 2,
  service = 3,
  user = 4,
  rhost = 5,
  tty = 6,
  ruser = 7,
  ssh_auth_info = 8,
  style = 9,
  text = 10,
  verdict = 11,
  reason = 12,
  report = 13,
};

// hello's flags
inline constexpr uint8_t kSilent = 1;
inline constexpr uint8_t kAuthtokIsPlaceholder = 2;
inline constexpr uint8_t kEnroll = 4;
inline constexpr uint8_t kFirstProved = 8;
inline constexpr uint8_t kInfoIsCut = 32;
// of hello and more: another part of ssh_auth_info follows
inline constexpr uint8_t kMoreFollows = 16;
// answer's flags
inline constexpr uint8_t kAnswerIsAuthtok = 1;
inline constexpr uint8_t kAnswerIsPlaceholder = 2;

enum class Style : uint8_t { echo_on = 1, echo_off = 2, info = 3, error = 4, key = 5 };

enum class Verdict : uint8_t { accepted = 1, denied = 2, unavailable = 3 };

// The most bytes that `field` may hold in any message.
size_t longest(Field field) noexcept;

// One message, to be written field by field in ascending order, or parsed whole. Wiped on
// destruction, because an answer holds a code.
class Message {
 public:
  Message() noexcept = default;
  explicit Message(MessageType type) noexcept;
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;
  ~Message();

  // Appends a field. A value out of bounds, a field that the type does not have or one out of order
  // spoils the message: complete() is false from then on. Returns *this, for chaining.
  Message& put(Field field, std::string_view value) noexcept;
  Message& put(Field field, uint8_t value) noexcept;

  // True when the message is well-formed with all its mandatory fields. Only such a message may be
  // sent or read.
  bool complete() const noexcept;

  // Takes the bytes of one datagram that `sender` sent. False, and an empty message, when malformed
  // or not a type that `sender` may send.
  bool parse(std::string_view datagram, Sender sender) noexcept;

  MessageType type() const noexcept { return static_cast<MessageType>(bytes_[1]); }
  // The value of a field, or nullopt; valid as long as this message is.
  std::optional<std::string_view> get(Field field) const noexcept;
  // A value that must not distinguish absent from empty.
  std::string_view text_of(Field field) const noexcept {
    return get(field).value_or(std::string_view());
  }
  // The one byte of a mandatory one-byte field.
  uint8_t byte_of(Field field) const noexcept;

  std::string_view bytes() const noexcept { return {bytes_.data(), size_}; }

 private:
  std::array<char, kLargestMessage> bytes_{};
  size_t size_ = 0;
  bool spoiled_ = false;
};

}  // namespace sms2fa::wire
