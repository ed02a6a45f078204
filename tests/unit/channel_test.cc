// SPDX-License-Identifier: Apache-2.0
#include "lib/wire/channel.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <cstring>
#include <set>
#include <string>
#include <utility>

#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::wire;

namespace {

SteadyTime now() {
  return std::chrono::steady_clock::now();
}
// Long enough never to pass in a test that goes well.
SteadyTime later() {
  return now() + std::chrono::seconds(30);
}

// The client's end as a channel, the daemon's as a bare socket.
struct Pair {
  UniqueFd daemon;
  UniqueFd client;

  Pair() {
    int fds[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0) throw test::Stop{};
    daemon = UniqueFd(fds[0]);
    client = UniqueFd(fds[1]);
  }
  Channel channel(int stop_fd = -1) { return {std::move(client), Sender::client, stop_fd}; }
  void send(const std::string& bytes) const {
    if (::send(daemon.get(), bytes.data(), bytes.size(), 0) < 0) throw test::Stop{};
  }
};

std::string prompt_bytes(const std::string& text = "PIN: ") {
  Message message(MessageType::prompt);
  message.put(Field::style, uint8_t{1}).put(Field::text, text);
  return std::string(message.bytes());
}

Message& answer(Message& message) {
  return message.put(Field::flags, uint8_t{0}).put(Field::text, "123456");
}

int open_descriptors() {
  int count = 0;
  for (int fd = 0; fd < 1024; ++fd)
    if (fcntl(fd, F_GETFD) >= 0) ++count;
  return count;
}

}  // namespace

TEST(a_message_arrives_whole) {
  Pair pair;
  Channel client = pair.channel();
  Channel daemon(std::move(pair.daemon), Sender::daemon);
  Message sent(MessageType::answer);
  REQUIRE(client.send(answer(sent), later()) == ChannelStatus::ok);
  Message received;
  REQUIRE(daemon.receive(received, later()) == ChannelStatus::ok);
  CHECK_EQ(received.bytes(), sent.bytes());
}

TEST(nothing_in_time_is_a_timeout) {
  Pair pair;
  Channel channel = pair.channel();
  Message message;
  CHECK(channel.receive(message, now() + Milliseconds(2)) == ChannelStatus::timed_out);
  CHECK(channel.receive(message, now() - std::chrono::hours(1)) == ChannelStatus::timed_out);
  CHECK(message.bytes().empty());
}

TEST(a_message_that_is_there_counts_even_after_the_deadline) {
  Pair pair;
  pair.send(prompt_bytes());
  Channel channel = pair.channel();
  Message message;
  CHECK(channel.receive(message, now() - std::chrono::hours(1)) == ChannelStatus::ok);
}

TEST(a_peer_that_takes_nothing_is_a_timeout) {
  Pair pair;
  Channel channel = pair.channel();
  Message message(MessageType::answer);
  answer(message);
  ChannelStatus status = ChannelStatus::ok;
  for (int i = 0; i < 100'000 && status == ChannelStatus::ok; ++i)
    status = channel.send(message, now());
  CHECK(status == ChannelStatus::timed_out);
}

TEST(a_closed_peer_is_told) {
  Pair pair;
  Channel channel = pair.channel();
  pair.daemon.reset();
  Message message(MessageType::answer);
  CHECK(channel.send(answer(message), later()) == ChannelStatus::closed);
  Message received;
  CHECK(channel.receive(received, later()) == ChannelStatus::closed);
}

TEST(what_a_peer_sent_before_it_closed_is_still_read) {
  Pair pair;
  Channel channel = pair.channel();
  pair.send(prompt_bytes("a"));
  pair.send(prompt_bytes("b"));
  pair.daemon.reset();
  Message message(MessageType::answer);
  CHECK(channel.send(answer(message), later()) == ChannelStatus::closed);
  Message received;
  CHECK(channel.receive(received, later()) == ChannelStatus::ok);
  CHECK_EQ(received.text_of(Field::text), "a");
  CHECK(channel.receive(received, later()) == ChannelStatus::ok);
  CHECK_EQ(received.text_of(Field::text), "b");
  CHECK(channel.receive(received, later()) == ChannelStatus::closed);
}

TEST(a_peer_that_closes_with_our_message_unread_is_closed) {
  Pair pair;
  Channel channel = pair.channel();
  Message message(MessageType::answer);
  REQUIRE(channel.send(answer(message), later()) == ChannelStatus::ok);
  pair.daemon.reset();
  Message received;
  CHECK(channel.receive(received, later()) == ChannelStatus::closed);
}

TEST(an_empty_datagram_is_no_message) {
  Pair pair;
  pair.send("");
  Channel channel = pair.channel();
  Message message;
  CHECK(channel.receive(message, later()) == ChannelStatus::closed);
}

TEST(a_datagram_too_long_is_malformed) {
  for (const size_t excess : {1u, 2u, 4096u, 60000u}) {
    Pair pair;
    // The beginning alone would be a good message.
    const std::string good = prompt_bytes();
    pair.send(good + std::string(kLargestMessage + excess - good.size(), '\0'));
    Channel channel = pair.channel();
    Message message;
    CHECK(channel.receive(message, later()) == ChannelStatus::malformed);
    CHECK(message.bytes().empty());
  }
}

TEST(another_version_is_told_apart) {
  for (const char version : {char{1}, char{3}, char{127}}) {
    Pair pair;
    std::string other = prompt_bytes();
    other[0] = version;
    pair.send(other);
    Channel channel = pair.channel();
    Message message;
    CHECK(channel.receive(message, later()) == ChannelStatus::other_version);
    CHECK(message.bytes().empty());
  }
}

TEST(a_message_of_our_own_side_is_malformed) {
  Pair pair;
  Message own(MessageType::answer);
  pair.send(std::string(answer(own).bytes()));
  Channel channel = pair.channel();
  Message message;
  CHECK(channel.receive(message, later()) == ChannelStatus::malformed);
}

TEST(an_incomplete_message_is_not_sent) {
  Pair pair;
  Channel channel = pair.channel();
  Message message(MessageType::answer);
  message.put(Field::flags, uint8_t{0});
  CHECK(channel.send(message, later()) == ChannelStatus::malformed);
  char byte = 0;
  CHECK(recv(pair.daemon.get(), &byte, 1, MSG_DONTWAIT) < 0);
}

TEST(the_stop_descriptor_ends_waiting_for_the_peer) {
  int stop[2];
  REQUIRE(pipe2(stop, O_CLOEXEC) == 0);
  const UniqueFd reader(stop[0]);
  UniqueFd writer(stop[1]);
  Pair pair;
  pair.send(prompt_bytes());
  pair.send(prompt_bytes());
  Channel channel = pair.channel(reader.get());
  Message message;
  CHECK(channel.receive(message, later()) == ChannelStatus::ok);
  REQUIRE(write(writer.get(), "s", 1) == 1);
  // Even with a message waiting: whoever shuts down reads no more.
  CHECK(channel.receive(message, later()) == ChannelStatus::stopped);
  Message out(MessageType::answer);
  // What the stop brings about must still go out.
  CHECK(channel.send(answer(out), later()) == ChannelStatus::ok);
}

TEST(the_stop_descriptor_is_not_the_channels_to_close) {
  int stop[2];
  REQUIRE(pipe2(stop, O_CLOEXEC) == 0);
  const UniqueFd reader(stop[0]);
  const UniqueFd writer(stop[1]);
  {
    Pair pair;
    const Channel channel = pair.channel(reader.get());
    CHECK(channel.fd() >= 0);
  }
  CHECK(fcntl(reader.get(), F_GETFD) >= 0);
}

TEST(descriptors_sent_along_do_not_arrive) {
  Pair pair;
  std::string bytes = prompt_bytes();
  iovec data = {bytes.data(), bytes.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof control;
  cmsghdr* const head = CMSG_FIRSTHDR(&header);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof(int));
  const int descriptor = STDERR_FILENO;
  memcpy(CMSG_DATA(head), &descriptor, sizeof descriptor);
  REQUIRE(sendmsg(pair.daemon.get(), &header, 0) == static_cast<ssize_t>(bytes.size()));

  Channel channel = pair.channel();
  const int before = open_descriptors();
  Message message;
  CHECK(channel.receive(message, later()) == ChannelStatus::ok);
  CHECK_EQ(open_descriptors(), before);
}

TEST(what_is_no_socket_fails) {
  int fds[2];
  REQUIRE(pipe2(fds, O_CLOEXEC) == 0);
  const UniqueFd writer(fds[1]);
  UniqueFd reader(fds[0]);
  REQUIRE(write(fds[1], "x", 1) == 1);
  Channel channel(std::move(reader), Sender::client);
  Message message;
  CHECK(channel.receive(message, later()) == ChannelStatus::failed);
}

// The daemon receives codes: none stays on the stack of the thread that read it.
TEST(what_was_received_is_wiped_from_the_stack) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  test::skip_test("sanitizers lay out stacks in their own way");
#endif
  Pair pair;
  Channel client = pair.channel();
  Message sent(MessageType::answer);
  REQUIRE(client.send(answer(sent), later()) == ChannelStatus::ok);

  constexpr size_t kStack = size_t{256} * 1024;
  void* const stack =
      mmap(nullptr, kStack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(stack != MAP_FAILED);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, stack, kStack);
  Channel daemon(std::move(pair.daemon), Sender::daemon);
  const auto receive = [](void* channel) -> void* {
    Message message;
    const auto status = static_cast<Channel*>(channel)->receive(message, later());
    return status == ChannelStatus::ok && !message.text_of(Field::text).empty() ? channel : nullptr;
  };
  pthread_t thread{};
  REQUIRE(pthread_create(&thread, &attributes, receive, &daemon) == 0);
  void* received = nullptr;
  pthread_join(thread, &received);
  pthread_attr_destroy(&attributes);
  CHECK(received != nullptr);
  CHECK(memmem(stack, kStack, "123456", 6) == nullptr);
  munmap(stack, kStack);
}

TEST(each_status_has_its_own_words) {
  std::set<std::string> words;
  for (int i = 0; i <= static_cast<int>(ChannelStatus::failed); ++i)
    words.insert(to_string(static_cast<ChannelStatus>(i)));
  CHECK_EQ(words.size(), static_cast<size_t>(ChannelStatus::failed) + 1);
  CHECK(!words.contains("unknown"));
}
