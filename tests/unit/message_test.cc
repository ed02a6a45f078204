// SPDX-License-Identifier: Apache-2.0
#include "lib/wire/message.h"

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::wire;

namespace {

// The table of docs/PROTOCOL.md once more, so that a slip in message.cc cannot hide itself.
struct Bounds {
  Field field;
  size_t least;
  size_t most;
  bool mandatory = true;
  bool text = true;
};
struct Kind {
  MessageType type;
  Sender sender;
  std::vector<Bounds> fields;
};

const std::vector<Kind> kKinds = {
    {MessageType::hello,
     Sender::client,
     {{Field::nonce, 16, 16, true, false},
      {Field::flags, 1, 1, true, false},
      {Field::service, 1, 64},
      {Field::user, 1, 256},
      {Field::rhost, 0, 256, false},
      {Field::tty, 0, 64, false},
      {Field::ruser, 0, 256, false},
      {Field::ssh_auth_info, 0, 1024, false}}},
    {MessageType::prompt,
     Sender::daemon,
     {{Field::style, 1, 1, true, false}, {Field::text, 1, 511}}},
    {MessageType::notice,
     Sender::daemon,
     {{Field::style, 1, 1, true, false}, {Field::text, 1, 511}}},
    {MessageType::answer,
     Sender::client,
     {{Field::flags, 1, 1, true, false}, {Field::text, 0, 511}}},
    {MessageType::verdict,
     Sender::daemon,
     {{Field::nonce, 16, 16, true, false},
      {Field::verdict, 1, 1, true, false},
      {Field::reason, 0, 64}}},
    {MessageType::enquiry, Sender::client, {{Field::nonce, 16, 16, true, false}}},
    {MessageType::about,
     Sender::daemon,
     {{Field::nonce, 16, 16, true, false}, {Field::text, 1, 511}}},
    {MessageType::question,
     Sender::client,
     {{Field::nonce, 16, 16, true, false}, {Field::user, 1, 256, false}}},
    {MessageType::report,
     Sender::daemon,
     {{Field::nonce, 16, 16, true, false}, {Field::report, 1, 4000}}},
    {MessageType::more,
     Sender::client,
     {{Field::flags, 1, 1, true, false}, {Field::ssh_auth_info, 1, 1024}}},
};

using Fields = std::vector<std::pair<Field, std::string>>;

// The message by hand, as bytes on the wire.
std::string bytes_of(MessageType type, const Fields& fields) {
  std::string bytes = {2, static_cast<char>(type)};
  for (const auto& [field, value] : fields) {
    bytes += static_cast<char>(field);
    bytes += static_cast<char>(value.size() >> 8);
    bytes += static_cast<char>(value.size() & 0xff);
    bytes += value;
  }
  return bytes;
}

// Every field at its least (or most) size.
Fields all_fields(const Kind& kind, bool longest) {
  Fields fields;
  for (const auto& one : kind.fields)
    fields.emplace_back(one.field, std::string(longest ? one.most : one.least, 'x'));
  return fields;
}

Sender other(Sender sender) {
  return sender == Sender::client ? Sender::daemon : Sender::client;
}

bool parses(const std::string& bytes, Sender sender) {
  Message message;
  const bool good = message.parse(bytes, sender);
  CHECK_EQ(message.complete(), good);
  CHECK_EQ(message.bytes(), good ? bytes : std::string());
  return good;
}

// What is written and what is read obey the same rule.
bool agreed(const Kind& kind, const Fields& fields) {
  Message message(kind.type);
  for (const auto& [field, value] : fields) message.put(field, value);
  const bool read = parses(bytes_of(kind.type, fields), kind.sender);
  CHECK_EQ(message.complete(), read);
  if (read) CHECK_EQ(message.bytes(), bytes_of(kind.type, fields));
  return read;
}

}  // namespace

TEST(each_field_is_accepted_up_to_its_bounds_and_not_beyond) {
  for (const auto& kind : kKinds) {
    CHECK(agreed(kind, all_fields(kind, false)));
    CHECK(agreed(kind, all_fields(kind, true)));
    for (size_t i = 0; i < kind.fields.size(); ++i) {
      const Bounds& bounds = kind.fields[i];
      Fields fields = all_fields(kind, false);
      fields[i].second.assign(bounds.most, 'x');
      CHECK(agreed(kind, fields));
      fields[i].second.assign(bounds.most + 1, 'x');
      CHECK(!agreed(kind, fields));
      if (bounds.least == 0) continue;
      fields[i].second.assign(bounds.least - 1, 'x');
      CHECK(!agreed(kind, fields));
    }
  }
}

TEST(only_optional_fields_may_be_missing) {
  for (const auto& kind : kKinds) {
    for (size_t i = 0; i < kind.fields.size(); ++i) {
      Fields fields = all_fields(kind, true);
      fields.erase(fields.begin() + static_cast<long>(i));
      CHECK_EQ(agreed(kind, fields), !kind.fields[i].mandatory);
    }
    CHECK(!agreed(kind, {}));
  }
}

TEST(a_field_stands_once_and_in_its_place) {
  for (const auto& kind : kKinds) {
    const Fields good = all_fields(kind, true);
    for (size_t i = 0; i < good.size(); ++i) {
      Fields twice = good;
      twice.insert(twice.begin() + static_cast<long>(i), good[i]);
      CHECK(!agreed(kind, twice));
      Fields swapped = good;
      if (i > 0) std::swap(swapped[i - 1], swapped[i]);
      if (i > 0) CHECK(!agreed(kind, swapped));
    }
  }
}

TEST(a_field_of_another_type_or_of_no_type_is_refused_in_any_place) {
  for (const auto& kind : kKinds) {
    for (unsigned tag = 0; tag < 256; ++tag) {
      bool known = false;
      for (const auto& one : kind.fields) known |= static_cast<unsigned>(one.field) == tag;
      if (known) continue;
      for (size_t place = 0; place <= kind.fields.size(); ++place) {
        Fields fields = all_fields(kind, true);
        fields.insert(fields.begin() + static_cast<long>(place), {static_cast<Field>(tag), "x"});
        CHECK(!agreed(kind, fields));
      }
    }
  }
}

TEST(text_holds_no_nul_and_everything_else_may) {
  for (const auto& kind : kKinds) {
    for (size_t i = 0; i < kind.fields.size(); ++i) {
      Fields fields = all_fields(kind, true);
      for (const size_t place : {size_t{0}, fields[i].second.size() - 1}) {
        fields[i].second.assign(fields[i].second.size(), 'x');
        fields[i].second[place] = '\0';
        CHECK_EQ(agreed(kind, fields), !kind.fields[i].text);
      }
    }
  }
}

TEST(a_message_is_taken_from_its_sender_only) {
  for (const auto& kind : kKinds) {
    const std::string bytes = bytes_of(kind.type, all_fields(kind, true));
    CHECK(parses(bytes, kind.sender));
    CHECK(!parses(bytes, other(kind.sender)));
  }
}

TEST(other_versions_and_types_are_refused) {
  for (const auto& kind : kKinds) {
    std::string bytes = bytes_of(kind.type, all_fields(kind, false));
    for (unsigned byte = 0; byte < 256; ++byte) {
      bytes[0] = static_cast<char>(byte);
      CHECK_EQ(parses(bytes, kind.sender), byte == 2);
    }
    bytes[0] = 2;
    for (unsigned byte = 11; byte <= 256; ++byte) {
      bytes[1] = static_cast<char>(byte);
      CHECK(!parses(bytes, kind.sender));
    }
  }
}

TEST(a_cut_message_is_whole_only_without_optional_fields) {
  for (const auto& kind : kKinds) {
    const Fields fields = all_fields(kind, true);
    const std::string bytes = bytes_of(kind.type, fields);
    std::vector<size_t> ends;
    Fields so_far;
    for (size_t i = 0; i < fields.size(); ++i) {
      so_far.push_back(fields[i]);
      const bool rest_is_optional = i + 1 == fields.size() || !kind.fields[i + 1].mandatory;
      if (rest_is_optional) ends.push_back(bytes_of(kind.type, so_far).size());
    }
    for (size_t size = 0; size <= bytes.size(); ++size) {
      bool whole = false;
      for (const size_t end : ends) whole |= size == end;
      CHECK_EQ(parses(bytes.substr(0, size), kind.sender), whole);
    }
  }
}

TEST(trailing_bytes_are_refused) {
  for (const auto& kind : kKinds) {
    const std::string bytes = bytes_of(kind.type, all_fields(kind, true));
    CHECK(!parses(bytes + std::string(1, '\0'), kind.sender));
    CHECK(!parses(bytes + std::string(3, '\0'), kind.sender));
    CHECK(!parses(bytes + std::string(kLargestMessage, '\0'), kind.sender));
  }
}

TEST(fields_are_read_as_they_were_written) {
  Message hello(MessageType::hello);
  hello.put(Field::nonce, std::string(16, '\0'))
      .put(Field::flags, uint8_t{255})
      .put(Field::service, "sshd")
      .put(Field::user, "al\xff")
      .put(Field::tty, "");
  REQUIRE(hello.complete());
  Message read;
  REQUIRE(read.parse(hello.bytes(), Sender::client));
  CHECK(read.type() == MessageType::hello);
  CHECK_EQ(read.text_of(Field::nonce), std::string(16, '\0'));
  CHECK_EQ(read.byte_of(Field::flags), 255);
  CHECK_EQ(read.text_of(Field::service), "sshd");
  CHECK_EQ(read.text_of(Field::user), "al\xff");
  CHECK(!read.get(Field::rhost).has_value());
  CHECK_EQ(read.text_of(Field::rhost), "");
  CHECK(read.get(Field::tty).has_value());
  CHECK_EQ(read.byte_of(Field::tty), 0);
  CHECK(!read.get(Field::verdict).has_value());
}

TEST(a_refused_message_leaves_nothing_behind) {
  const std::string good =
      bytes_of(MessageType::answer, {{Field::flags, "x"}, {Field::text, "123456"}});
  Message message;
  REQUIRE(message.parse(good, Sender::client));
  CHECK(!message.parse(good + "x", Sender::client));
  CHECK(message.bytes().empty());
  CHECK(!message.complete());
  CHECK(!message.get(Field::text).has_value());
  CHECK(static_cast<int>(message.type()) == 0);
  CHECK(message.parse(good, Sender::client));
  CHECK_EQ(message.text_of(Field::text), "123456");
}

TEST(fields_without_a_message_before_them_make_none) {
  // Their own bytes would be a header and a hello: 01 01 00 …, tag 1 of 0x0100 bytes.
  Message message;
  std::string value(size_t{256}, '\0');
  CHECK(!message.put(Field::nonce, value).complete());
  CHECK(message.bytes().empty());
}

TEST(a_spoiled_message_stays_spoiled) {
  Message too_large(MessageType::answer);
  too_large.put(Field::flags, uint8_t{0}).put(Field::text, std::string(kLargestMessage, 'x'));
  CHECK(!too_large.complete());
  too_large.put(Field::text, "123456");
  CHECK(!too_large.complete());
  Message huge(MessageType::answer);
  huge.put(Field::flags, uint8_t{0}).put(Field::text, std::string(65536 + 6, 'x'));
  CHECK(!huge.complete());
}

TEST(the_longest_of_each_field_is_known) {
  for (const auto& kind : kKinds)
    for (const auto& one : kind.fields) CHECK_EQ(longest(one.field), one.most);
  CHECK_EQ(longest(static_cast<Field>(0)), 0u);
  CHECK_EQ(longest(static_cast<Field>(14)), 0u);
  CHECK(bytes_of(MessageType::hello, all_fields(kKinds[0], true)).size() <= kLargestMessage);
}

TEST(a_message_is_wiped_when_it_ends) {
  // What the padding holds is no message's.
  alignas(Message) unsigned char memory[sizeof(Message)] = {};
  auto* message = new (memory) Message(MessageType::answer);
  message->put(Field::flags, uint8_t{0}).put(Field::text, "123456");
  REQUIRE(message->complete());
  message->~Message();
  const std::string left(reinterpret_cast<const char*>(memory), sizeof memory);
  CHECK(left.find("123456") == std::string::npos);
}

// Whatever arrives is either refused, or a message that the table allows and that reads the same
// again.
TEST(mutated_messages_are_refused_or_well_formed) {
  std::mt19937 random(20240229);
  const auto below = [&](size_t limit) {
    return std::uniform_int_distribution<size_t>(0, limit - 1)(random);
  };
  size_t accepted = 0;
  for (int round = 0; round < 200'000; ++round) {
    const Kind& kind = kKinds[below(kKinds.size())];
    std::string bytes = bytes_of(kind.type, all_fields(kind, below(4) == 0));
    for (size_t changes = below(3); changes > 0 && !bytes.empty(); --changes) {
      const size_t at = below(bytes.size());
      switch (below(4)) {
        case 0:
          bytes[at] = static_cast<char>(below(256));
          break;
        case 1:
          bytes.erase(at, 1 + below(4));
          break;
        case 2:
          bytes.insert(at, 1 + below(4), static_cast<char>(below(16)));
          break;
        default:
          bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
      }
    }
    Message message;
    if (!message.parse(bytes, kind.sender)) {
      CHECK(message.bytes().empty());
      continue;
    }
    ++accepted;
    CHECK_EQ(message.bytes(), bytes);
    CHECK(message.complete());
    Message again;
    CHECK(again.parse(message.bytes(), kind.sender));
    CHECK_EQ(again.bytes(), bytes);
    for (const auto& known : kKinds) {
      if (known.type != message.type()) continue;
      for (const auto& one : known.fields) {
        const auto value = message.get(one.field);
        CHECK(value.has_value() || !one.mandatory);
        if (value) CHECK(value->size() >= one.least && value->size() <= one.most);
      }
    }
  }
  CHECK(accepted > 1000);
}
