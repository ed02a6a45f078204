// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <syslog.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "lib/audit/audit_log.h"
#include "lib/base/openssl.h"
#include "lib/base/random.h"
#include "lib/base/secret.h"
#include "lib/base/trusted_file.h"
#include "lib/directory/number_memory.h"
#include "lib/directory/system_account_lookup.h"
#include "lib/session/record_keeper.h"
#include "programs/sms2fad/identity.h"
#include "programs/sms2fad/listener.h"
#include "programs/sms2fad/log_lines.h"
#include "programs/sms2fad/main_loop.h"
#include "programs/sms2fad/options.h"
#include "programs/sms2fad/places.h"
#include "programs/sms2fad/sandbox.h"
#include "programs/sms2fad/serve.h"
#include "programs/sms2fad/service_manager.h"
#include "programs/wiring/exit_code.h"
#include "programs/wiring/wiring.h"

namespace {

using namespace sms2fa;

constexpr size_t kLockedMemory = size_t{1} << 20;
constexpr size_t kMostChallenges = 2048;
constexpr unsigned kMostWorkers = 256;
constexpr Milliseconds kGoodbye{4500};

int give_up(const Error& error) {
  log_lines(LOG_DAEMON | LOG_ERR, "", error.message);
  return exit_code_of(error.kind);
}

int check(const Options& options, const Clock& clock) {
  auto records = read_records(options.configuration);
  const auto snapshot = records ? make_snapshot(std::move(*records), clock) : records.error();
  if (snapshot) return EX_OK;
  std::fprintf(stderr, "%s\n", snapshot.error().message.c_str());
  return exit_code_of(snapshot.error().kind);
}

sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

// Codes by message go on without it, and everybody else finds out here why they can't log in.
void complain_about_keys(KeyRing& keys, Store& store) {
  const auto enrolled = store.enrolled_users();
  const auto usable = keys.check();
  if (usable || !enrolled || enrolled->empty()) return;
  log_lines(LOG_DAEMON | LOG_ERR, "enrolled numbers and apps don't work: ", usable.error().message);
}

Result<Listeners> handed_over(ServiceManager& manager) {
  auto listeners = manager.take_listeners();
  if (!listeners) return listeners;
  for (const UniqueFd* one : {&listeners->auth, &listeners->user})
    if (one->valid())
      if (auto good = check_listener(one->get()); !good) return good.error();
  return listeners;
}

// Makes both sockets, unless the service manager has made what is wanted.
Result<void> listen(const Options& options, Listeners& listeners) {
  constexpr mode_t kRootOnly = 0600;
  constexpr mode_t kEverybody = 0666;
  if (listeners.auth.valid() || listeners.user.valid()) return {};
  auto user = listen_at(options.user_socket, kEverybody);
  if (!user) return user.error();
  auto auth = listen_at(options.auth_socket, kRootOnly);
  if (!auth) return auth.error();
  listeners = {std::move(*auth), std::move(*user)};
  return {};
}

int serve(const Options& options, ServiceManager& manager) {
  const SystemClock clock;
  SystemRandom random;
  const sigset_t signals = block_signals();
  if (!reserve_locked_memory(kLockedMemory))
    return give_up(make_error(ErrorKind::permission,
                              "cannot lock 1 MiB of memory for secrets (raise RLIMIT_MEMLOCK)"));
  if (auto loaded = load_openssl(); !loaded) return give_up(loaded.error());

  auto listeners = handed_over(manager);
  if (!listeners) return give_up(listeners.error());
  // What needs root comes first; then the sandbox; then everything that starts threads.
  auto records = read_records(options.configuration);
  if (!records) return give_up(records.error());
  const auto places = written_directories(records->configuration);
  if (auto done = prepare_directories(places); !done) return give_up(done.error());
  const auto time = SystemTimeSource::create();
  if (!time) return give_up(time.error());
  if (auto made = listen(options, *listeners); !made) return give_up(made.error());
  if (auto become = become_service_account(); !become) return give_up(become.error());
  const auto sandbox = enter_sandbox(places);
  if (!sandbox) return give_up(sandbox.error());
  if (!sandbox->landlock)
    syslog(LOG_DAEMON | LOG_NOTICE, "the kernel does not confine writing: %s",
           sandbox->without_landlock.c_str());

  LoadedFiles files = std::move(records->files);
  auto snapshot = make_snapshot(std::move(*records), clock);
  if (!snapshot) return give_up(snapshot.error());
  // Whoever could read it as root only would be surprised at the next SIGHUP.
  if (const auto readable = open_trusted(options.configuration); !readable)
    log_lines(LOG_DAEMON | LOG_WARNING,
              "a reload will fail (chgrp _sms2fa, chmod 0640): ", readable.error().message);

  const StoreSettings store_settings = (*snapshot)->configuration.store;
  auto store = make_store(store_settings, clock, random, **time);
  if (!store) return give_up(store.error());
  complain_about_keys(*(*snapshot)->keys, **store);
  ChallengeTable challenges(clock, kMostChallenges);
  DeliveryHistory deliveries;
  DeliveryHistory checks;
  SystemAuditLog log("sms2fad");
  RecordKeeper audit(log, **store, clock);
  WorkerPool workers(kMostWorkers);
  Services services = {clock, random, **store, challenges, deliveries, checks, audit, workers};
  // The server alone holds the setup from here on: what follows messages in it tells the audit log
  // about them to the last, and must go before that does.
  SystemAccountLookup name_services;
  AccountPool accounts(name_services);
  Server server(services, accounts, {std::move(*snapshot), std::move(files), std::nullopt});

  const UniqueFd signal_fd(signalfd(-1, &signals, SFD_CLOEXEC));
  const bool in_memory = store_settings.type == StoreType::memory;
  const std::string place = in_memory ? "memory, and forgotten at a restart" : store_settings.path;
  syslog(LOG_DAEMON | LOG_NOTICE, "ready; state is kept in %s", place.c_str());
  manager.notify("READY=1");
  MainLoop(options.configuration, places, clock, server, manager).run(*listeners, signal_fd.get());
  manager.notify("STOPPING=1");
  *listeners = {};
  // A message still under way stays spent, which is the safe side.
  const bool clean =
      server.stop(kGoodbye) && workers.finish(Milliseconds(0)) && accounts.finish(Milliseconds(0));
  syslog(LOG_DAEMON | LOG_NOTICE, clean ? "stopped" : "stopped; attempts under way were denied");
  // Attempts that still wait for a provider see their connection close, which denies them. Their
  // threads use what this function owns, so it must not return before them.
  if (!clean) _exit(EX_OK);
  return EX_OK;
}

}  // namespace

int main(int argc, char** argv) {
  // Two arenas: attempts are short, and memory that each of many threads keeps for itself is
  // wasted.
  mallopt(M_ARENA_MAX, 2);
  umask(077);
  auto manager = ServiceManager::take_environment();
  openlog("sms2fad", LOG_PID | (manager.journal_reads_stderr() ? 0 : LOG_PERROR), LOG_AUTHPRIV);
  try {
    const auto options = parse_options(argc, argv);
    if (!options) {
      std::fprintf(stderr, "sms2fad: %s\n%s", options.error().message.c_str(), kUsage);
      return EX_USAGE;
    }
    if (options->help) {
      std::fputs(kUsage, stdout);
      return EX_OK;
    }
    put_memory_aside_for_numbers();
    return options->check ? check(*options, SystemClock()) : serve(*options, manager);
  } catch (const std::exception& error) {
    syslog(LOG_DAEMON | LOG_ERR, "giving up: %s", error.what());
    return EX_SOFTWARE;
  }
}
