// SPDX-License-Identifier: Apache-2.0
#include "tests/pam/daemon_role.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace sms2fa::test {

namespace {

const Line kEnd = {"end of [daemon]", "(the module closes its connection)"};

uint8_t style(const Line& line, const std::vector<Word>& words) {
  if (words.size() < 3) line.refuse("a style and a text are missing");
  const uint8_t style = style_named(words[1].text);
  return style != 0 ? style : static_cast<uint8_t>(std::stoi(words[1].text));
}

// "silent+placeholder" and the like.
std::string flags_named(const std::string& names) {
  char flags = 0;
  if (names.find("silent") != std::string::npos) flags |= 1;
  if (names.find("placeholder") != std::string::npos) flags |= 2;
  if (names.find("more") != std::string::npos) flags |= 16;
  if (names.find("cut") != std::string::npos) flags |= 32;
  return {flags};
}

Tag tag_named(const Line& line, const std::string& name) {
  const std::pair<const char*, Tag> tags[] = {{"flags", kFlags},
                                              {"service", kService},
                                              {"user", kUser},
                                              {"rhost", kRhost},
                                              {"tty", kTty},
                                              {"ruser", kRuser},
                                              {"ssh_auth_info", kSshAuthInfo}};
  for (const auto& [known, tag] : tags)
    if (name == known) return tag;
  line.refuse("no field of hello is called " + name);
}

}  // namespace

DaemonRole::DaemonRole(const Script& script, UniqueFd listener, int end_of_run,
                       unsigned clock_factor)
    : script_(script),
      listener_(std::move(listener)),
      end_of_run_(end_of_run),
      clock_factor_(clock_factor) {}

void DaemonRole::play() {
  const bool somebody = wait_for_connection();
  const auto& lines = script_.section("daemon");
  if (script_.says("daemon", "nobody")) {
    if (somebody) throw std::runtime_error("the module connected");
    return;
  }
  if (!somebody) throw std::runtime_error("the module did not connect");
  for (const auto& line : lines) {
    const auto words = line.words();
    if (words[0].is("close")) return connection_.reset();
    play(line, words);
  }
  expect_end(kEnd);
}

void DaemonRole::play(const Line& line, const std::vector<Word>& words) {
  if (words[0].is("uid") || words[0].is("silence")) return;
  if (words[0].is("expect") && words.size() > 1) {
    if (words[1].is("hello")) return expect_hello(line, words);
    if (words[1].is("end")) return expect_end(line);
    if (words[1].is("more")) return expect_more(line, words);
    if (words[1].is("answer") && words.size() == 3) return expect_answer(line, words[2]);
  }
  if (words[0].is("prompt")) return send(shown(kPrompt, style(line, words), words[2].text));
  if (words[0].is("notice")) return send(shown(kNotice, style(line, words), words[2].text));
  if (words[0].is("ask") && words.size() == 4) {
    send(shown(kPrompt, style(line, words), words[2].text));
    return expect_answer(line, words[3]);
  }
  if (words[0].is("endless"))
    return prompt_without_end(shown(kPrompt, style(line, words), words[2].text));
  if (words[0].is("verdict")) return send(verdict(line, words));
  if (words[0].is("raw")) return send(raw(line, words));
  if (words[0].is("with-descriptor")) {
    descriptor_goes_along_ = true;
    return play(line, {words.begin() + 1, words.end()});
  }
  if (words[0].is("wait") && words.size() == 2) {
    usleep(static_cast<useconds_t>(std::stoul(words[1].text)) * 1000 / clock_factor_);
    return;
  }
  line.refuse("no such line in [daemon]");
}

bool DaemonRole::wait_for_connection() {
  pollfd watched[] = {{listener_.get(), POLLIN, 0}, {end_of_run_, POLLIN, 0}};
  while (poll(watched, 2, -1) < 0)
    if (errno != EINTR) throw std::runtime_error("poll failed");
  if (watched[0].revents == 0) return false;
  connection_ = UniqueFd(accept(listener_.get(), nullptr, nullptr));
  if (!connection_.valid()) throw std::runtime_error("accept failed");
  return true;
}

void DaemonRole::send(const std::string& bytes) {
  iovec data = {const_cast<char*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  if (descriptor_goes_along_) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    const int descriptor = STDERR_FILENO;
    memcpy(CMSG_DATA(head), &descriptor, sizeof descriptor);
    descriptor_goes_along_ = false;
  }
  // A module that is gone already shows at the next thing expected of it. It is a reset when it did
  // not read all there was.
  if (sendmsg(connection_.get(), &message, MSG_NOSIGNAL) < 0 && errno != EPIPE &&
      errno != ECONNRESET)
    throw std::runtime_error(std::string("sendmsg: ") + strerror(errno));
}

std::optional<std::string> DaemonRole::receive() {
  std::string bytes(65536, '\0');
  pollfd watched[] = {{connection_.get(), POLLIN, 0}, {end_of_run_, POLLIN, 0}};
  while (poll(watched, 2, -1) < 0)
    if (errno != EINTR) throw std::runtime_error("poll failed");
  if (watched[0].revents == 0) throw std::runtime_error("the module left its connection open");
  const ssize_t got = recv(connection_.get(), bytes.data(), bytes.size(), 0);
  if (got == 0 || (got < 0 && errno == ECONNRESET)) return std::nullopt;
  if (got < 0) throw std::runtime_error("recv failed");
  bytes.resize(static_cast<size_t>(got));
  if (bytes.size() > 4096) throw std::runtime_error("the module sent more than 4096 bytes");
  return bytes;
}

Datagram DaemonRole::expect(const Line& line, Type type) {
  const auto bytes = receive();
  if (!bytes) line.refuse("the module closed its connection");
  const auto datagram = read_datagram(*bytes);
  if (!datagram) line.refuse("the module sent " + quoted(*bytes));
  if (datagram->type != type) line.refuse("the module sent type " + std::to_string(datagram->type));
  return *datagram;
}

void DaemonRole::expect_hello(const Line& line, const std::vector<Word>& words) {
  const Datagram hello = expect(line, kHello);
  nonce_ = hello.value(kNonce);
  if (nonce_.size() != 16 || nonce_ == std::string(16, '\0')) line.refuse("the nonce is no nonce");
  // What the line does not name is as in [items], or empty.
  std::map<uint8_t, std::string> expected = {{kNonce, nonce_},
                                             {kFlags, std::string(1, '\0')},
                                             {kService, script_.item("service", "login")},
                                             {kUser, script_.item("user", "alice")},
                                             {kRhost, ""},
                                             {kTty, ""},
                                             {kRuser, ""},
                                             {kSshAuthInfo, ""}};
  for (size_t i = 2; i < words.size(); ++i) {
    const auto equals = words[i].text.find('=');
    if (equals == std::string::npos) line.refuse("FIELD=VALUE is wanted");
    const Tag tag = tag_named(line, words[i].text.substr(0, equals));
    const std::string value = words[i].text.substr(equals + 1);
    expected[tag] = tag == kFlags ? flags_named(value) : value;
  }
  for (const auto& [tag, value] : expected)
    if (hello.value(static_cast<Tag>(tag)) != value)
      line.refuse("field " + std::to_string(tag) + " is " +
                  quoted(hello.value(static_cast<Tag>(tag))) + ", not " + quoted(value));
  if (hello.fields.size() > expected.size()) line.refuse("hello has fields too many");
}

void DaemonRole::expect_answer(const Line& line, const Word& word) {
  const Datagram answer = expect(line, kAnswer);
  if (word.is("any")) return;
  const std::string kind = word.text.substr(0, word.text.find('='));
  const bool is_authtok = !word.quoted && (kind == "authtok" || kind == "authtok+placeholder");
  char flags = is_authtok ? 1 : 0;
  if (word.is("placeholder") || (is_authtok && kind != "authtok")) flags |= 2;
  if (flags == 0 && !word.quoted) line.refuse("no such answer");
  // A placeholder's text is its own, of whatever length; of a password comes the length alone.
  std::string text = flags == 0 ? word.text : answer.value(kText);
  if (flags == 2 && text.empty()) line.refuse("a placeholder without its length");
  if (is_authtok) text = std::string(std::stoul(word.text.substr(kind.size() + 1)), '*');
  if (answer.value(kFlags) != std::string(1, flags) || answer.value(kText) != text)
    line.refuse("the answer is " + quoted(answer.value(kText)) + " with flags " +
                quoted(answer.value(kFlags)));
}

// "expect more TEXT", and another "more" where the module says that it goes on.
void DaemonRole::expect_more(const Line& line, const std::vector<Word>& words) {
  const Datagram more = expect(line, kMore);
  if (words.size() < 3) line.refuse("more of what?");
  const std::string flags = flags_named(words.size() > 3 ? words[3].text : "");
  if (more.value(kFlags) != flags || more.value(kSshAuthInfo) != words[2].text)
    line.refuse("the part is " + quoted(more.value(kSshAuthInfo)) + " with flags " +
                quoted(more.value(kFlags)));
}

void DaemonRole::expect_end(const Line& line) {
  if (const auto bytes = receive()) line.refuse("the module sent " + quoted(*bytes));
}

void DaemonRole::prompt_without_end(const std::string& prompt) {
  do {
    send(prompt);
  } while (receive());
}

std::string DaemonRole::verdict(const Line& line, const std::vector<Word>& words) const {
  if (words.size() < 2) line.refuse("which verdict?");
  const std::string& name = words[1].text;
  const int value = name == "accepted"      ? 1
                    : name == "denied"      ? 2
                    : name == "unavailable" ? 3
                                            : std::stoi(name);
  std::string nonce = nonce_;
  std::string reason = "reason";
  for (size_t i = 2; i < words.size(); ++i) {
    const std::string& word = words[i].text;
    if (word == "nonce=wrong") {
      nonce[15] = static_cast<char>(nonce[15] ^ 1);
    } else if (word == "nonce=zero") {
      nonce.assign(16, '\0');
    } else if (word == "nonce=short") {
      nonce.pop_back();
    } else if (word.rfind("reason=", 0) == 0) {
      reason = word.substr(7);
    } else {
      line.refuse("no such part of a verdict: " + word);
    }
  }
  return header(kVerdict) + field(kNonce, nonce) +
         field(kVerdictTag, std::string(1, static_cast<char>(value))) + field(kReason, reason);
}

std::string DaemonRole::raw(const Line& line, const std::vector<Word>& words) const {
  std::string bytes;
  for (size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i].text;
    if (words[i].quoted) {
      bytes += word;
    } else if (word == "nonce") {
      bytes += nonce_;
    } else {
      if (word.size() % 2 != 0) line.refuse("hexadecimal digits come in pairs");
      for (size_t at = 0; at < word.size(); at += 2)
        bytes += static_cast<char>(std::stoi(word.substr(at, 2), nullptr, 16));
    }
  }
  return bytes;
}

}  // namespace sms2fa::test
