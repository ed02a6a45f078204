// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "lib/base/nearest.h"
#include "lib/base/secret.h"
#include "lib/base/text.h"
#include "lib/directory/system_account_lookup.h"
#include "programs/sms2fa/commands.h"
#include "programs/sms2fa/output/usage.h"

namespace {

using namespace sms2fa;

constexpr size_t kLockedMemory = size_t{1} << 18;

// What opens a file later must not find itself in the place of a closed standard stream.
bool fill_standard_streams() {
  int fd = 0;
  do {
    fd = open("/dev/null", O_RDWR);
  } while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd >= 0) close(fd);
  return fd >= 0;
}

void guard_secrets() {
  umask(077);
  const rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  // Without it secrets live in ordinary memory, which is wiped all the same: good enough for a
  // program that ends in a moment.
  (void)reserve_locked_memory(kLockedMemory);
}

int unknown_command(const std::string& word, const Console& console) {
  // For the first release.
  if (word == "pass")
    return console.fail(EX_USAGE, "sms2fa pass is sms2fa bypass now", "See: sms2fa bypass --help");
  std::vector<std::string_view> names;
  for (const Command& command : commands()) names.emplace_back(command.name);
  std::string message = word.starts_with('-') ? "unknown option " : "unknown command ";
  message += escape(word);
  if (word.starts_with('-')) names = {"--help", "--version"};
  if (const auto near = nearest(word, names))
    message += "; did you mean " + std::string(*near) + "?";
  return console.fail(EX_USAGE, message, "The commands are listed by: sms2fa --help");
}

// Of the program, or of the command that is named.
int help(int argc, char** argv, const Console& console) {
  const std::string word = argc > 2 ? argv[2] : "--help";
  const Command* command = find_command(word);
  if (command == nullptr && word != "--help" && word != "-h") return unknown_command(word, console);
  console.say(command == nullptr ? usage_of(commands()) : usage_of(*command));
  return EX_OK;
}

int run(int argc, char** argv, const Console& console) {
  if (argc < 2) {
    std::fprintf(stderr, "%s\n", usage_of(commands()).c_str());
    return EX_USAGE;
  }
  const std::string word = argv[1];
  if (word == "--help" || word == "-h" || word == "help") return help(argc, argv, console);
  if (word == "--version") {
    console.say("sms2fa " SMS2FA_VERSION);
    return EX_OK;
  }
  const Command* command = find_command(word);
  if (command == nullptr) return unknown_command(word, console);
  auto arguments = parse_arguments(argc - 1, argv + 1, *command);
  if (!arguments)
    return console.fail(EX_USAGE, arguments.error().message, "See: sms2fa " + word + " --help");
  if (arguments->help) {
    console.say(usage_of(*command));
    return EX_OK;
  }
  // The daemon knows people by their accounts' own names, whatever else name services take.
  if (const auto account = SystemAccountLookup().find(arguments->user); account && *account)
    arguments->user = (*account)->name;
  auto answer = command->run(*arguments, console);
  return tell(command->name, *arguments, answer ? std::move(*answer) : refusal(answer.error()),
              console);
}

}  // namespace

int main(int argc, char** argv) {
  if (!fill_standard_streams()) return EX_OSERR;
  std::signal(SIGPIPE, SIG_IGN);
  const auto console = sms2fa::Console::take_environment();
  guard_secrets();
  try {
    return run(argc, argv, console);
  } catch (const std::exception& error) {
    return console.fail(EX_SOFTWARE, std::string("giving up: ") + error.what());
  }
}
