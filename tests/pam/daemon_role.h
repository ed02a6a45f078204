// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/base/unique_fd.h"
#include "tests/pam/datagram.h"
#include "tests/pam/script.h"

namespace sms2fa::test {

// Plays the lines of [daemon] on one connection, and says what the module did that they do not
// expect.
class DaemonRole {
 public:
  // `end_of_run` becomes readable when the PAM calls are over.
  DaemonRole(const Script& script, UniqueFd listener, int end_of_run, unsigned clock_factor);

  // Plays everything. Throws std::runtime_error on the first thing that goes otherwise.
  void play();

 private:
  void play(const Line& line, const std::vector<Word>& words);
  bool wait_for_connection();
  void send(const std::string& bytes);
  // The next datagram, or nothing at the end of the connection.
  std::optional<std::string> receive();
  Datagram expect(const Line& line, Type type);
  void expect_hello(const Line& line, const std::vector<Word>& words);
  void expect_answer(const Line& line, const Word& word);
  void expect_more(const Line& line, const std::vector<Word>& words);
  void expect_end(const Line& line);
  void prompt_without_end(const std::string& prompt);
  std::string verdict(const Line& line, const std::vector<Word>& words) const;
  std::string raw(const Line& line, const std::vector<Word>& words) const;

  const Script& script_;
  UniqueFd listener_;
  UniqueFd connection_;
  int end_of_run_;
  unsigned clock_factor_;
  std::string nonce_;
  bool descriptor_goes_along_ = false;
};

}  // namespace sms2fa::test
