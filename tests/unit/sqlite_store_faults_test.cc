// SPDX-License-Identifier: Apache-2.0
// safety.md 4: disk full, read-only, EIO on every write and sync, write-locked, removed under way.
// Each is an error, and nothing that was acknowledged is lost.
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

#include "lib/store/sqlite_store.h"
#include "tests/support/guess.h"
#include "tests/unit/failing_disk.h"
#include "tests/unit/store_file.h"

using namespace sms2fa;
using test::must;
using test::StoreFile;
namespace failing_disk = test::failing_disk;

namespace {

constexpr LockRules kNoLock = {1'000'000, std::chrono::seconds(1), 1'000'000};

// These tests end in the kernel's cache: no disk needs to turn for them.
const bool in_memory = access("/dev/shm", W_OK) == 0 && setenv("TMPDIR", "/dev/shm", 1) == 0;

std::vector<RateLimit> spacious(unsigned count) {
  return {{RateLimitScope::user, "alice", count, std::chrono::hours(1)}};
}

// What the store has said yes to.
struct Promised {
  unsigned failures = 0;
  unsigned sends = 0;
  int64_t used_step = -1;
  int64_t next_step = 0;
};

// Some of everything that must last. Returns the number of errors.
int use(Store& store, Promised& promised, int rounds) {
  int errors = 0;
  for (int i = 0; i < rounds; ++i) {
    const auto send = store.reserve_send(spacious(1000));
    send && send->reserved ? ++promised.sends : ++errors;
    const auto attempt = store.count_attempt({"alice"}, test::kSixDigits, kNoLock);
    attempt && attempt->id ? ++promised.failures : ++errors;
    const auto right = store.count_attempt({"bob"}, test::kSixDigits, kNoLock);
    const bool accepted = right && right->id && store.commit_outcome(*right->id, true).ok();
    if (!accepted) ++errors;
    // One that failed may have been written down all the same: it is not tried again.
    const int64_t step = promised.next_step++;
    const auto used = store.use_totp_step("alice", step);
    used&&* used ? promised.used_step = step : ++errors;
    if (!store.record_verdict({}).ok()) ++errors;
  }
  return errors;
}

void check_kept(StoreFile& file, const Promised& promised) {
  const auto store = file.open();
  CHECK(must(store->failures_last_day("alice")) >= promised.failures);
  CHECK(must(store->state_of({"alice"})).consecutive_failures >= promised.failures);
  if (promised.sends > 0) CHECK(!must(store->reserve_send(spacious(promised.sends))).reserved);
  if (promised.used_step >= 0) CHECK(!must(store->use_totp_step("alice", promised.used_step)));
  auto raw = file.raw();
  auto check = raw.query("PRAGMA integrity_check");
  CHECK(check.next() && check.text(0) == "ok");
}

// Fails every call of a store's life in turn: the first opening, work, checkpoint at the end, and
// work on.
void fail_every_call(int error, bool forever) {
  int failures = 0;
  for (int n = 0;; ++n) {
    StoreFile file;
    Promised promised;
    failing_disk::fail_at(file.directory.path(), n, error, forever);
    int errors = 0;
    for (int life = 0; life < 2; ++life) {
      const auto store = file.try_open();
      errors += store.ok() ? use(**store, promised, 2) : 1;
    }
    const bool failed = failing_disk::has_failed();
    failing_disk::mend();
    if (forever && failed && n < 20) CHECK(errors > 0);
    failures += errors;
    check_kept(file, promised);
    if (!failed) break;
    REQUIRE(n < 2000);
  }
  CHECK(failures > 10);
}

// Runs `body` in a child of its own; true when it returned true.
bool in_child(const std::function<bool()>& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body() ? 0 : 1);
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// A file system of `size` bytes for this process alone; needs root.
bool mount_small(const std::string& where, const char* size) {
  const std::string options = std::string("mode=0700,size=") + size;
  return unshare(CLONE_NEWNS) == 0 && mount("", "/", "", MS_REC | MS_PRIVATE, "") == 0 &&
         mount("tmpfs", where.c_str(), "tmpfs", 0, options.c_str()) == 0;
}

void need_namespaces(const std::string& directory) {
  if (geteuid() != 0) test::skip_test("only root can mount a small file system");
  if (!in_child([&] { return mount_small(directory, "64k"); }))
    test::skip_test("this kernel gives no private mounts here");
}

}  // namespace

// Killing the daemon shows nothing of this: the kernel keeps what was written. A power cut would
// not.
TEST(what_is_promised_has_reached_the_disk_when_the_call_returns) {
  StoreFile file;
  const auto store = file.open();
  must(store->replace_backup_codes("alice", "salt", {"hash"}, {}));
  const auto is_synced = [&](const auto& call) {
    const int before = failing_disk::syncs();
    must(call());
    return failing_disk::syncs() > before;
  };
  CHECK(is_synced([&] { return store->reserve_send(spacious(9)); }));
  CHECK(is_synced([&] { return store->use_totp_step("alice", 7); }));
  CHECK(is_synced([&] { return store->use_backup_code("alice", "hash"); }));
  const auto counted = store->count_attempt({"alice"}, test::kSixDigits, kNoLock);
  REQUIRE(counted.ok() && counted->id);
  CHECK(is_synced([&] { return store->commit_outcome(*counted->id, true); }));
  CHECK(is_synced([&] { return store->count_attempt({"alice"}, test::kSixDigits, kNoLock); }));
}

TEST(eio_once_at_every_write_and_sync) {
  fail_every_call(EIO, false);
}

TEST(eio_from_every_write_and_sync_on) {
  fail_every_call(EIO, true);
}

TEST(enospc_once_at_every_write_and_sync) {
  fail_every_call(ENOSPC, false);
}

TEST(erofs_from_every_write_and_sync_on) {
  fail_every_call(EROFS, true);
}

TEST(after_an_error_everything_fails_until_the_file_is_found_sound_again) {
  StoreFile file;
  file.options.reopen_after = std::chrono::hours(1);
  Promised promised;
  const auto store = file.open();
  use(*store, promised, 1);
  failing_disk::fail_at(file.directory.path(), 0, EIO, true);
  CHECK(!store->count_attempt({"alice"}, test::kSixDigits, kNoLock).ok());
  // The first try to open it again fails as well, and so the next one is an hour away.
  CHECK(!store->state_of({"alice"}).ok());
  failing_disk::mend();
  CHECK(!store->state_of({"alice"}).ok());
  CHECK(!store->count_attempt({"alice"}, test::kSixDigits, kNoLock).ok());
  check_kept(file, promised);
}

TEST(a_store_on_a_mended_disk_goes_on) {
  StoreFile file;
  Promised promised;
  const auto store = file.open();
  use(*store, promised, 2);
  failing_disk::fail_at(file.directory.path(), 0, EIO, true);
  CHECK(use(*store, promised, 2) >= 4);
  failing_disk::mend();
  CHECK_EQ(use(*store, promised, 2), 0);
  check_kept(file, promised);
}

TEST(disk_full) {
  StoreFile file;
  need_namespaces(file.directory.path());
  CHECK(in_child([&] {
    if (!mount_small(file.directory.path(), "700k")) return false;
    Promised promised;
    const auto store = file.open();
    int errors = 0;
    for (int i = 0; i < 3000 && errors == 0; ++i) errors = use(*store, promised, 1);
    std::ofstream(file.directory.path("filler")) << std::string(1 << 20, 'x');
    errors += use(*store, promised, 1);
    if (errors == 0 || promised.failures == 0) return false;
    std::filesystem::remove(file.directory.path("filler"));
    return must(file.open()->failures_last_day("alice")) >= promised.failures;
  }));
}

TEST(disk_full_before_the_first_store) {
  StoreFile file;
  need_namespaces(file.directory.path());
  CHECK(in_child([&] {
    if (!mount_small(file.directory.path(), "16k")) return false;
    return !file.try_open().ok() && !file.try_open().ok() && !std::filesystem::exists(file.path());
  }));
}

TEST(disk_read_only) {
  StoreFile file;
  need_namespaces(file.directory.path());
  CHECK(in_child([&] {
    const std::string where = file.directory.path();
    if (!mount_small(where, "1m")) return false;
    file.open();
    if (mount("", where.c_str(), "", MS_REMOUNT | MS_RDONLY, "") != 0) return false;
    return file.refusal() == "state.db: Read-only file system";
  }));
}

TEST(disk_becomes_read_only) {
  StoreFile file;
  Promised promised;
  const auto store = file.open();
  use(*store, promised, 1);
  failing_disk::fail_at(file.directory.path(), 0, EROFS, true);
  CHECK(!store->count_attempt({"alice"}, test::kSixDigits, kNoLock).ok());
  CHECK(!store->reserve_send(spacious(1000)).ok());
  failing_disk::mend();
  check_kept(file, promised);
}

TEST(write_locked_by_somebody_else) {
  StoreFile file;
  const auto store = file.open();
  auto other = file.raw();
  other.begin();
  const auto refused = store->count_attempt({"alice"}, test::kSixDigits, kNoLock);
  REQUIRE(!refused.ok());
  CHECK(refused.error().kind == ErrorKind::unavailable);
  CHECK_EQ(file.directory.without_path(refused.error().message), "state.db: database is locked");
  CHECK(!file.try_open().ok());
  other.rollback();
  CHECK_EQ(
      must(store->count_attempt({"alice"}, test::kSixDigits, kNoLock)).state.consecutive_failures,
      1u);
}

TEST(those_who_queue_behind_a_lock_fail_with_the_first) {
  StoreFile file;
  const auto store = file.open();
  auto other = file.raw();
  other.begin();
  std::vector<std::thread> callers;
  std::atomic<int> failed = 0;
  for (int i = 0; i < 20; ++i)
    callers.emplace_back(
        [&] { failed += !store->count_attempt({"alice"}, test::kSixDigits, kNoLock).ok(); });
  for (auto& caller : callers) caller.join();
  CHECK_EQ(failed.load(), 20);
}

TEST(a_short_lock_is_waited_for) {
  StoreFile file;
  file.options.patience = std::chrono::seconds(60);
  const auto store = file.open();
  auto other = file.raw();
  other.begin();
  std::thread caller(
      [&] { CHECK(store->count_attempt({"alice"}, test::kSixDigits, kNoLock).ok()); });
  std::this_thread::sleep_for(Milliseconds(20));
  other.rollback();
  caller.join();
}

TEST(a_reader_keeps_nobody_from_counting) {
  StoreFile file;
  const auto store = file.open();
  auto other = file.raw();
  auto reading = other.query("SELECT name FROM sqlite_schema");
  REQUIRE(reading.next());
  for (int i = 0; i < 3; ++i)
    CHECK(store->count_attempt({"alice"}, test::kSixDigits, kNoLock).ok());
  CHECK(file.try_open().ok());
  CHECK(store->count_attempt({"alice"}, test::kSixDigits, kNoLock).ok());
}

TEST(removed_or_replaced_under_way) {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    for (const bool replaced : {false, true}) {
      StoreFile file;
      Promised promised;
      const auto store = file.open();
      use(*store, promised, 1);
      const std::string aside = file.path("-aside");
      std::filesystem::rename(file.path(suffix), aside);
      if (replaced) file.directory.write(std::string("state.db") + suffix, test::content_of(aside));
      CHECK(!store->count_attempt({"alice"}, test::kSixDigits, kNoLock).ok());
      CHECK(!store->state_of({"alice"}).ok());
      CHECK(!store->reserve_send(spacious(1000)).ok());
      // Nor when it has come back: what happened in between, nobody knows.
      std::filesystem::rename(aside, file.path(suffix));
      CHECK(!store->state_of({"alice"}).ok());
    }
  }
}

TEST(replaced_while_the_disk_failed) {
  StoreFile file;
  Promised promised;
  const auto store = file.open();
  use(*store, promised, 1);
  failing_disk::fail_at(file.directory.path(), 0, EIO, true);
  CHECK(!store->count_attempt({"alice"}, test::kSixDigits, kNoLock).ok());
  failing_disk::mend();
  const std::string bytes = test::content_of(file.path());
  std::filesystem::rename(file.path(), file.path("-aside"));
  file.directory.write("state.db", bytes);
  const auto refused = store->state_of({"alice"});
  REQUIRE(!refused.ok());
  CHECK_EQ(file.directory.without_path(refused.error().message),
           "state.db: was replaced while in use (see docs/STORE.md)");
  std::filesystem::rename(file.path("-aside"), file.path());
  CHECK(!store->state_of({"alice"}).ok());
}
