// SPDX-License-Identifier: Apache-2.0
// Runs one script of scripts/*.pam: pam_script_test SCRIPT MODULE SET_AUTHTOK_MODULE
#include <fcntl.h>
#include <sched.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <optional>
#include <stdexcept>

#include "tests/pam/host_state.h"
#include "tests/pam/intercept.h"
#include "tests/pam/pam_transaction.h"
#include "tests/pam/script.h"
#include "tests/pam/scripted_daemon.h"
#include "tests/pam/scripted_person.h"
#include "tests/unit/scratch_directory.h"

using namespace sms2fa::test;

namespace {

constexpr int kSkipped = 77;

volatile sig_atomic_t alarms = 0;

// What [host] says: a process in which the module has a hard time. Ends with the object.
class Hardship {
 public:
  explicit Hardship(const Script& script) {
    if (script.says("host", "clock"))
      speed_up_clock(static_cast<unsigned>(std::stoul(script.after("host", "clock")[0].text)));
    if (script.says("host", "service-account"))
      set_service_account(
          static_cast<uid_t>(std::stoul(script.after("host", "service-account")[0].text)));
    if (script.says("host", "closed-descriptors")) close_standard_streams();
    if (script.says("host", "no-descriptors")) take_all_descriptors();
    if (script.says("host", "signals")) begin_signals();
  }
  Hardship(const Hardship&) = delete;
  Hardship& operator=(const Hardship&) = delete;
  ~Hardship() {
    const itimerval never{};
    setitimer(ITIMER_REAL, &never, nullptr);
    if (limited_) setrlimit(RLIMIT_NOFILE, &limit_);
    if (saved_[0] < 0) return;
    for (int fd = 0; fd < 3; ++fd) dup2(saved_[fd], fd);
  }

 private:
  void close_standard_streams() {
    for (int fd = 0; fd < 3; ++fd) saved_[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 100);
    for (int fd = 0; fd < 3; ++fd) close(fd);
  }

  void take_all_descriptors() {
    getrlimit(RLIMIT_NOFILE, &limit_);
    const int lowest = dup(STDIN_FILENO);
    close(lowest);
    const rlimit none_left = {static_cast<rlim_t>(lowest), limit_.rlim_max};
    limited_ = setrlimit(RLIMIT_NOFILE, &none_left) == 0;
  }

  static void begin_signals() {
    struct sigaction action {};
    action.sa_handler = [](int) { alarms = alarms + 1; };
    sigaction(SIGALRM, &action, nullptr);
    const itimerval every_millisecond = {{0, 1000}, {0, 1000}};
    setitimer(ITIMER_REAL, &every_millisecond, nullptr);
  }

  int saved_[3] = {-1, -1, -1};
  rlimit limit_{};
  bool limited_ = false;
};

void set_items(const Script& script, PamTransaction& pam) {
  for (const auto& line : script.section("items")) {
    const auto words = line.words();
    if (words.size() < 2) line.refuse("a value is missing");
    const std::string& value = words[1].text;
    if (words[0].is("rhost"))
      pam.set(PAM_RHOST, value);
    else if (words[0].is("tty"))
      pam.set(PAM_TTY, value);
    else if (words[0].is("ruser"))
      pam.set(PAM_RUSER, value);
    else if (words[0].is("authtok"))
      pam.set_environment("SMS2FA_TEST_AUTHTOK", value);
    else if (words[0].is("env") && words.size() == 3)
      pam.set_environment(value, words[2].text);
    else if (!words[0].is("user") && !words[0].is("service") && !words[0].is("flags"))
      line.refuse("no such item");
  }
}

int call(const Line& line, const Word& function, pam_handle_t* pam, int flags) {
  if (function.is("authenticate")) return pam_authenticate(pam, flags);
  if (function.is("setcred")) return pam_setcred(pam, flags | PAM_ESTABLISH_CRED);
  if (function.is("acct_mgmt")) return pam_acct_mgmt(pam, flags);
  if (function.is("open_session")) return pam_open_session(pam, flags);
  if (function.is("close_session")) return pam_close_session(pam, flags);
  if (function.is("chauthtok")) return pam_chauthtok(pam, flags);
  line.refuse("no such function");
}

// The lines of [run] as `FUNCTION = CODE`.
void run_calls(const Script& script, PamTransaction& pam, std::optional<HostState>& before,
               Complaints& complaints) {
  const int flags = script.item("flags", "") == "silent" ? PAM_SILENT : 0;
  for (const auto& line : script.section("run")) {
    const auto words = line.words();
    if (words.size() != 3 || !words[1].is("=")) line.refuse("FUNCTION = CODE is wanted");
    const int expected = pam_code_named(words[2].text);
    before = HostState::capture();
    const int result = call(line, words[0], pam.handle(), flags);
    for (const auto& difference : before->differences(HostState::capture()))
      complaints.push_back("the host: " + difference);
    if (result != expected)
      complaints.push_back(line.place + ": returned " + name_of_pam_code(result));
  }
}

bool matches(const std::string& logged, const std::string& expected) {
  if (!expected.ends_with('*')) return logged == expected;
  return logged.starts_with(expected.substr(0, expected.size() - 1));
}

// "ERR text" of a script was logged as "ERR pam_sms2fa(login:auth): text".
void compare_log(const Script& script, Complaints& complaints) {
  const auto logged = log_lines();
  const auto& expected = script.section("output");
  for (size_t i = 0; i < logged.size() || i < expected.size(); ++i) {
    const std::string line = i < logged.size() ? logged[i] : "(nothing)";
    const std::string wanted = i < expected.size() ? expected[i].text : "(nothing)";
    const auto space = line.find(' ');
    const auto colon = line.find("): ");
    const bool ours = line.compare(space, 12, " pam_sms2fa(") == 0 && colon != std::string::npos;
    const std::string plain = ours ? line.substr(0, space + 1) + line.substr(colon + 3) : line;
    if (!matches(plain, wanted))
      complaints.push_back("logged:   " + line + "\n  expected: " + wanted);
  }
}

Complaints run(const std::string& file, const std::string& module, const std::string& set_authtok) {
  Complaints complaints;
  const ScratchDirectory directory;
  const std::string socket = directory.path("socket");
  if (chmod(directory.path().c_str(), 0755) != 0) throw std::runtime_error("chmod failed");
  const Script script = Script::read(file, {{"SOCKET", socket},
                                            {"DIRECTORY", directory.path()},
                                            {"UID", std::to_string(getuid())},
                                            {"PLACEHOLDER", "\\x08\\x0a\\x0d\\x7fINCORRECT"}});
  const std::string service = script.item("service", "login");
  const auto& arguments = script.section("module");
  write_service(directory.path(), service,
                module + " " + (arguments.empty() ? "socket=" + socket : arguments[0].text),
                script.says("items", "authtok") ? set_authtok : "");
  const unsigned factor =
      script.says("host", "clock")
          ? static_cast<unsigned>(std::stoul(script.after("host", "clock")[0].text))
          : 1;
  ScriptedDaemon daemon(script, socket, factor);

  std::optional<HostState> before;
  const auto look = [&] {
    for (const auto& difference : before->differences_under_way(HostState::capture()))
      complaints.push_back("the host under way: " + difference);
  };
  ScriptedPerson person(script, complaints, look, [&] { daemon.wait_until_done(); });
  const std::string user = script.item("user", "alice");
  {
    PamTransaction pam(directory.path(), service, user == "none" ? nullptr : user.c_str(),
                       person.conversation());
    set_items(script, pam);
    const Hardship hardship(script);
    run_calls(script, pam, before, complaints);
  }
  if (script.says("host", "signals") && alarms < 10)
    complaints.push_back("too few signals came: " + std::to_string(alarms));
  if (!daemon.finish()) complaints.push_back("the daemon was not told what it expects");
  person.finish();
  compare_log(script, complaints);
  if (answers_kept() != 0) complaints.push_back("an answer was not freed");
  if (answers_not_wiped() != 0) complaints.push_back("an answer was freed before it was wiped");
  return complaints;
}

// The module trusts a daemon of root only. Whoever is not root becomes it, as far as the module can
// see, in a user namespace.
bool become_root() {
  const uid_t uid = geteuid();
  const gid_t gid = getegid();
  if (uid == 0) return true;
  if (unshare(CLONE_NEWUSER) != 0) return false;
  std::ofstream("/proc/self/setgroups") << "deny";
  std::ofstream("/proc/self/uid_map") << "0 " << uid << " 1";
  std::ofstream("/proc/self/gid_map") << "0 " << gid << " 1";
  return geteuid() == 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    (void)fprintf(stderr, "usage: pam_script_test SCRIPT MODULE SET_AUTHTOK_MODULE\n");
    return EXIT_FAILURE;
  }
  try {
    const bool real_root = geteuid() == 0;
    if (!become_root()) {
      (void)printf("skipped: the scripted daemon must run as root or in a user namespace\n");
      return kSkipped;
    }
    if (!real_root && Script::read(argv[1], {}).says("daemon", "uid")) {
      (void)printf("skipped: only root can make a daemon of another user\n");
      return kSkipped;
    }
    const auto complaints = run(argv[1], argv[2], argv[3]);
    for (const auto& one : complaints) (void)fprintf(stderr, "%s\n", one.c_str());
    return complaints.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
  } catch (const std::exception& error) {
    (void)fprintf(stderr, "%s\n", error.what());
    return EXIT_FAILURE;
  }
}
