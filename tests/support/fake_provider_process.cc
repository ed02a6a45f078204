// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_provider_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "lib/delivery/json.h"
#include "tests/support/test.h"

namespace sms2fa::test {

namespace {

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};

Pipe make_pipe() {
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

std::string read_line(int fd) {
  std::string line;
  for (char c = 0; read(fd, &c, 1) == 1 && c != '\n';) line += c;
  return line;
}

}  // namespace

FakeProviderProcess::FakeProviderProcess(const std::vector<std::string>& arguments) {
  std::string pattern = std::filesystem::temp_directory_path() / "sms2fa-fake-provider.XXXXXX";
  REQUIRE(mkdtemp(pattern.data()) != nullptr);
  directory_ = pattern;

  std::vector<std::string> words = {"python3", "-m", "fake_provider", "--directory", directory_};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::array<std::string, 3> variables = {"PATH=/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE=1",
                                          "PYTHONPATH=" SMS2FA_TEST_SUPPORT_DIRECTORY};
  std::array<char*, 4> environment = {variables[0].data(), variables[1].data(), variables[2].data(),
                                      nullptr};

  Pipe input = make_pipe();
  Pipe output = make_pipe();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input.read_end.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output.write_end.get(), STDOUT_FILENO);
  const int error =
      posix_spawn(&pid_, "/usr/bin/python3", &actions, nullptr, argv.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  REQUIRE(error == 0);
  input_ = std::move(input.write_end);
  output.write_end.reset();

  const auto ready = JsonDocument::parse(read_line(output.read_end.get()));
  REQUIRE(ready.has_value());
  port_ = static_cast<uint16_t>(ready->code("/port").value_or(0));
  ca_file_ = ready->string("/ca_file").value_or("");
  REQUIRE(port_ != 0);
}

FakeProviderProcess::~FakeProviderProcess() {
  stop();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

std::string FakeProviderProcess::base_url(const std::string& mode) const {
  return "https://localhost:" + std::to_string(port_) + (mode.empty() ? "" : "/!" + mode);
}

std::vector<std::string> FakeProviderProcess::records(const std::string& name) const {
  std::ifstream file(directory_ + "/" + name + ".jsonl");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> FakeProviderProcess::wait_for(const std::string& name,
                                                       size_t count) const {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (true) {
    auto lines = records(name);
    if (lines.size() >= count) return lines;
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

void FakeProviderProcess::stop() {
  if (pid_ < 0) return;
  input_.reset();
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

}  // namespace sms2fa::test
