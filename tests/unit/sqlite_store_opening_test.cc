// SPDX-License-Identifier: Apache-2.0
// safety.md 4: a database that is not to be trusted is refused and left as it is; one that is gone
// is not begun again.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "lib/store/schema.h"
#include "lib/store/sqlite_store.h"
#include "tests/support/guess.h"
#include "tests/support/next_function.h"
#include "tests/unit/store_file.h"

namespace {
// A file that another process removes between two looks at it.
std::string vanishing;
}  // namespace

extern "C" int faccessat(int directory, const char* path, int mode, int flags) noexcept {
  using Function = int(int, const char*, int, int);
  static auto* const next = sms2fa::test::next_function<Function>("faccessat");
  if (!vanishing.empty() && path == vanishing) unlink(path);
  return next(directory, path, mode, flags);
}

using namespace sms2fa;
using test::must;
using test::StoreFile;

namespace {

constexpr uid_t kStranger = 12345;
constexpr LockRules kRules = {10, std::chrono::minutes(30), 100};

// A store with something in it, closed.
void fill(StoreFile& file) {
  const auto store = file.open();
  for (int i = 0; i < 30; ++i)
    must(store->record_verdict(
        {WallTime(), std::string(200, 'u'), "", "", "", "", "", "", "", "", "", ""}));
  must(store->count_attempt({"alice"}, test::kSixDigits, kRules));
}

void need_root() {
  if (geteuid() != 0) test::skip_test("only root can give files away");
}

// The refusal of a file that has `bytes`; notes a failure when the file is then not what it was.
std::string refusal_of(const std::string& bytes) {
  StoreFile file;
  file.directory.write("state.db", bytes);
  const std::string refusal = file.refusal();
  CHECK(test::content_of(file.path()) == bytes);
  CHECK(!std::filesystem::exists(file.path(".exists")));
  return refusal;
}

std::string sound_bytes() {
  StoreFile file;
  fill(file);
  return test::content_of(file.path());
}

ErrorKind kind_of_refusal(StoreFile& file) {
  const auto store = file.try_open();
  REQUIRE(!store.ok());
  return store.error().kind;
}

}  // namespace

TEST(state_symlink) {
  StoreFile file;
  fill(file);
  std::filesystem::rename(file.path(), file.directory.path("elsewhere.db"));
  std::filesystem::create_symlink("elsewhere.db", file.path());
  CHECK_EQ(file.refusal(), "state.db: is a symbolic link");
  CHECK(kind_of_refusal(file) == ErrorKind::permission);
  std::filesystem::remove(file.path());
  std::filesystem::create_symlink("nowhere.db", file.path());
  CHECK_EQ(file.refusal(), "state.db: is a symbolic link");
  CHECK(!std::filesystem::exists(file.directory.path("nowhere.db")));
}

TEST(state_is_no_regular_file) {
  StoreFile file;
  REQUIRE(mkfifo(file.path().c_str(), 0600) == 0);
  CHECK_EQ(file.refusal(), "state.db: is not a regular file");
  std::filesystem::remove(file.path());
  std::filesystem::create_directory(file.path());
  CHECK_EQ(file.refusal(), "state.db: is not a regular file");
}

TEST(state_of_a_wrong_owner) {
  need_root();
  StoreFile file;
  fill(file);
  const std::string before = test::content_of(file.path());
  REQUIRE(chown(file.path().c_str(), kStranger, 0) == 0);
  CHECK_EQ(file.refusal(), "state.db: is not owned by root or _sms2fa");
  CHECK(test::content_of(file.path()) == before);
}

TEST(state_open_to_others) {
  StoreFile file;
  fill(file);
  for (const mode_t mode : {0640u, 0620u, 0610u, 0604u, 0602u, 0666u}) {
    REQUIRE(chmod(file.path().c_str(), mode) == 0);
    CHECK_EQ(file.refusal(), "state.db: is open to others (chmod go=)");
  }
}

TEST(state_in_a_directory_that_is_not_private) {
  StoreFile file;
  const std::string directory = file.directory.path();
  for (const mode_t mode : {0770u, 0702u, 01777u}) {
    REQUIRE(chmod(directory.c_str(), mode) == 0);
    CHECK_EQ(file.refusal(), directory + ": others can write to it (chmod go-w)");
  }
  REQUIRE(chmod(directory.c_str(), 0700) == 0);
  if (geteuid() != 0) return;
  REQUIRE(chown(directory.c_str(), kStranger, 0) == 0);
  CHECK_EQ(file.refusal(), directory + ": is not owned by root or _sms2fa");
}

TEST(no_directory_no_store) {
  SystemRandom random;
  test::FakeStoreTime time;
  const StoreFile file;
  for (const std::string& path :
       {file.path("-missing/state.db"), std::string(), std::string("/")}) {
    const auto store = SqliteStore::open(path, Missing::create, random, time);
    REQUIRE(!store.ok());
    CHECK(store.error().kind == ErrorKind::configuration);
  }
}

TEST(a_relative_path_will_do) {
  StoreFile file;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(file.directory.path());
  const auto store = SqliteStore::open("state.db", Missing::create, file.random, file.time);
  std::filesystem::current_path(before);
  REQUIRE(store.ok());
  CHECK((*store)->count_attempt({"alice"}, test::kSixDigits, kRules).ok());
  CHECK(std::filesystem::exists(file.path()));
}

TEST(state_is_garbage) {
  for (const size_t size : {1u, 15u, 16u, 99u, 100u, 512u, 4096u, 100'000u}) {
    std::string garbage(size, '\0');
    for (size_t i = 0; i < size; ++i) garbage[i] = static_cast<char>(i * 31 + 7);
    const std::string refusal = refusal_of(garbage);
    CHECK(refusal == "state.db: file is not a database" ||
          refusal == "state.db: is not a store of sms2fa");
    CHECK(!refusal_of(std::string(size, '\0')).empty());
  }
}

TEST(state_is_empty) {
  CHECK_EQ(refusal_of(""), "state.db: is damaged: the file is empty");
}

TEST(state_is_truncated) {
  const std::string sound = sound_bytes();
  // What is missing of the last page SQLite reads as zeros, and can only notice where that is no
  // page.
  constexpr size_t kPage = 4096;
  for (size_t size = 1; size + kPage <= sound.size(); size += size < 200 ? 7 : 1021)
    CHECK(!refusal_of(sound.substr(0, size)).empty());
}

TEST(state_is_damaged) {
  const std::string sound = sound_bytes();
  constexpr size_t kPage = 4096;
  for (size_t page = 0; page < sound.size() / kPage; ++page) {
    std::string damaged = sound;
    // The header of the page's tree; the first page's comes after that of the file.
    damaged.replace(page * kPage + (page == 0 ? 100 : 0), 12, 12, '\xff');
    CHECK(refusal_of(damaged).find("damaged") != std::string::npos ||
          refusal_of(damaged).find("malformed") != std::string::npos);
  }
}

TEST(state_has_lost_its_rows) {
  for (const char* loss : {"DELETE FROM store", "DELETE FROM clock", "DROP TABLE clock"}) {
    StoreFile file;
    fill(file);
    file.raw().script(loss);
    const std::string before = test::content_of(file.path());
    CHECK(!file.refusal().empty());
    CHECK(test::content_of(file.path()) == before);
  }
}

TEST(state_of_another_program) {
  StoreFile file;
  file.directory.write("state.db", "");
  file.raw().script("CREATE TABLE t (a); INSERT INTO t VALUES (1); PRAGMA user_version=1");
  const std::string before = test::content_of(file.path());
  CHECK_EQ(file.refusal(), "state.db: is not a store of sms2fa");
  CHECK(kind_of_refusal(file) == ErrorKind::configuration);
  CHECK(test::content_of(file.path()) == before);
}

TEST(state_of_a_newer_version_or_of_none) {
  StoreFile file;
  fill(file);
  for (const int64_t version :
       {newest_schema_version() + 1, int64_t{1000}, int64_t{0}, int64_t{-1}}) {
    {
      auto raw = file.raw();
      raw.script("PRAGMA user_version=" + std::to_string(version));
      raw.close_cleanly();
    }
    const std::string before = test::content_of(file.path());
    CHECK_EQ(file.refusal(), "state.db: has schema version " + std::to_string(version) +
                                 "; this sms2fa knows up to " +
                                 std::to_string(newest_schema_version()));
    CHECK(test::content_of(file.path()) == before);
  }
}

TEST(a_foreign_trigger_or_view_runs_nothing) {
  StoreFile file;
  fill(file);
  file.raw().script("CREATE TRIGGER evil AFTER INSERT ON attempts BEGIN DELETE FROM users; END;");
  const auto store = file.open();
  must(store->count_attempt({"alice"}, test::kSixDigits, kRules));
  CHECK_EQ(must(store->state_of({"alice"})).consecutive_failures, 2u);
}

TEST(state_is_deleted) {
  StoreFile file;
  fill(file);
  std::filesystem::remove(file.path());
  const std::string expected =
      "state.db: is gone while state.db.exists is there; counting does not begin again by itself"
      " (see docs/STORE.md)";
  CHECK_EQ(file.refusal(), expected);
  CHECK_EQ(file.refusal(Missing::refuse), expected);
  CHECK(!std::filesystem::exists(file.path()));
}

TEST(state_is_deleted_but_for_its_log) {
  for (const char* suffix : {"-wal", "-shm", "-journal"}) {
    StoreFile file;
    file.directory.write(std::string("state.db") + suffix, "log");
    CHECK(file.refusal().find("is gone while") != std::string::npos);
    CHECK(!std::filesystem::exists(file.path()));
  }
}

TEST(another_process_closes_the_store_while_it_is_opened) {
  StoreFile file;
  fill(file);
  for (const char* suffix : {"-wal", "-shm"}) {
    file.directory.write(std::string("state.db") + suffix, "");
    REQUIRE(chmod(file.path(suffix).c_str(), 0600) == 0);
    vanishing = file.path(suffix);
    CHECK_EQ(file.refusal(), "");
    CHECK(!std::filesystem::exists(vanishing));
  }
  vanishing.clear();
}

TEST(the_first_store_is_made_only_on_demand) {
  StoreFile file;
  CHECK_EQ(file.refusal(Missing::refuse), "state.db: there is no store yet");
  CHECK_EQ(file.refusal(), "");
  CHECK_EQ(file.refusal(Missing::refuse), "");
}

TEST(an_administrator_begins_again_by_removing_everything) {
  StoreFile file;
  fill(file);
  for (const auto& entry : std::filesystem::directory_iterator(file.directory.path()))
    std::filesystem::remove(entry.path());
  CHECK_EQ(must(file.open()->state_of({"alice"})).consecutive_failures, 0u);
}

TEST(a_lost_marker_is_written_again) {
  StoreFile file;
  fill(file);
  std::filesystem::remove(file.path(".exists"));
  CHECK_EQ(must(file.open()->state_of({"alice"})).consecutive_failures, 1u);
  CHECK(std::filesystem::exists(file.path(".exists")));
}

TEST(a_log_of_strangers_is_refused) {
  StoreFile file;
  fill(file);
  std::filesystem::create_symlink("/dev/null", file.path("-wal"));
  CHECK_EQ(file.refusal(), "state.db-wal: is a symbolic link");
  std::filesystem::remove(file.path("-wal"));
  file.directory.write("state.db-wal", "", 0666);
  CHECK_EQ(file.refusal(), "state.db-wal: is open to others (chmod go=)");
}

TEST(a_store_made_by_root_belongs_to_the_directorys_owner) {
  need_root();
  StoreFile file;
  REQUIRE(chown(file.directory.path().c_str(), 0, kStranger) == 0);
  const auto store = file.open();
  struct stat info {};
  for (const char* suffix : {"", "-wal", "-shm", ".exists"}) {
    REQUIRE(stat(file.path(suffix).c_str(), &info) == 0);
    CHECK_EQ(info.st_gid, kStranger);
    CHECK_EQ(info.st_mode & 0777, 0600u);
  }
}
