// SPDX-License-Identifier: Apache-2.0
#include "lib/base/key_ring.h"

#include <set>

#include "lib/base/key_file.h"
#include "tests/support/test.h"
#include "tests/unit/scratch_directory.h"

using namespace sms2fa;
using test::ScratchDirectory;

namespace {

class Scene {
 public:
  Scene() { CHECK(add_key(path, random).ok()); }
  std::string seal(const std::string& context, std::string_view text) {
    const auto sealed = ring.seal(context, Secret(text), random);
    REQUIRE(sealed.ok());
    return *sealed;
  }
  std::string opened(const std::string& context, const std::string& sealed) {
    const auto plain = ring.open(context, sealed);
    return plain ? std::string(plain->reveal()) : "error: " + plain.error().message;
  }

  const ScratchDirectory directory;
  const std::string path = directory.path("store.key");
  SystemRandom random;
  KeyRing ring{path};
};

}  // namespace

TEST(what_was_sealed_opens_again) {
  Scene scene;
  for (const std::string& text : {std::string("+353851234567"), std::string(64, '\0')})
    CHECK(scene.opened("of alice", scene.seal("of alice", text)) == text);
}

TEST(the_sealed_bytes_show_neither_the_text_nor_that_two_are_equal) {
  Scene scene;
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string sealed = scene.seal("of alice", "+353851234567");
    CHECK(sealed.find("3851234") == std::string::npos);
    CHECK_EQ(sealed.size(), 8u + 12u + 13u + 16u);
    CHECK(seen.insert(sealed.substr(kKeyIdSize)).second);
  }
}

TEST(what_is_somebody_elses_or_changed_does_not_open) {
  Scene scene;
  const std::string sealed = scene.seal("of alice", "+353851234567");
  CHECK(!scene.ring.open("of bob", sealed).ok());
  CHECK(!scene.ring.open("", sealed).ok());
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    CHECK(!scene.ring.open("of alice", changed).ok());
    CHECK(!scene.ring.open("of alice", sealed.substr(0, i)).ok());
  }
  CHECK(!scene.ring.open("of alice", sealed + "x").ok());
}

TEST(a_rotation_under_way_opens_old_and_new) {
  Scene scene;
  const std::string old = scene.seal("of alice", "secret");
  CHECK(add_key(scene.path, scene.random).ok());
  const std::string fresh = scene.seal("of alice", "secret");
  CHECK(old.substr(0, kKeyIdSize) != fresh.substr(0, kKeyIdSize));
  CHECK_EQ(scene.opened("of alice", old), "secret");
  CHECK_EQ(scene.opened("of alice", fresh), "secret");
}

// The daemon's ring, and a rotation by the command line.
TEST(another_process_may_rotate_without_a_restart_here) {
  Scene scene;
  const std::string before = scene.seal("of alice", "secret");
  KeyRing other(scene.path);
  CHECK(add_key(scene.path, scene.random).ok());
  const auto sealed = other.seal("of alice", Secret("secret"), scene.random);
  REQUIRE(sealed.ok());
  CHECK(drop_old_keys(scene.path).ok());
  CHECK_EQ(scene.opened("of alice", *sealed), "secret");
  CHECK_EQ(scene.seal("of bob", "x").substr(0, kKeyIdSize), sealed->substr(0, kKeyIdSize));
  CHECK_EQ(*scene.ring.current_id(), sealed->substr(0, kKeyIdSize));
  CHECK_EQ(scene.opened("of alice", before),
           "error: " + scene.path + ": is not the key that the store was sealed with");
}

TEST(without_a_key_file_nothing_is_sealed_or_opened_and_the_error_names_it) {
  const ScratchDirectory directory;
  SystemRandom random;
  KeyRing ring(directory.path("none"));
  CHECK(!ring.check().ok());
  CHECK(!ring.current_id().ok());
  CHECK(!ring.open("of alice", std::string(60, 'x')).ok());
  const auto sealed = ring.seal("of alice", Secret("x"), random);
  REQUIRE(!sealed.ok());
  CHECK_EQ(directory.without_path(sealed.error().message), "none: No such file or directory");
}
