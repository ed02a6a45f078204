// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fad/hello.h"

#include <atomic>

#include "tests/support/test.h"

using namespace sms2fa;
using wire::Field;

namespace {

struct Hello {
  std::string user = "alice";
  std::string service = "sshd";
  std::string ssh_auth_info = {};
  std::string ruser = {};
  uint8_t flags = 0;
};

LoginRequest read(const Hello& hello, uid_t peer, const PeerSettings* named = nullptr) {
  wire::Message message(wire::MessageType::hello);
  message.put(Field::nonce, "0123456789abcdef")
      .put(Field::flags, hello.flags)
      .put(Field::service, hello.service)
      .put(Field::user, hello.user)
      .put(Field::rhost, "192.0.2.7")
      .put(Field::tty, "ssh")
      .put(Field::ruser, hello.ruser)
      .put(Field::ssh_auth_info, hello.ssh_auth_info);
  REQUIRE(message.complete());
  return read_hello(message, peer, named);
}

// Takes names in any case, as SSSD does for a domain.
class FoldingLookup final : public AccountLookup {
 public:
  Result<std::optional<Identity>> find(std::string_view typed) override {
    ++asked;
    if (fails) return make_error(ErrorKind::unavailable, "no answer");
    if (typed == "alice" || typed == "ALICE")
      return std::optional<Identity>(Identity{"alice", 1000});
    if (typed == "bob") return std::optional<Identity>(Identity{"bob", 1001});
    return std::optional<Identity>();
  }
  Result<GroupAnswers> memberships(const Identity& account,
                                   const std::vector<std::string>& names) override {
    if (account.name == "broken") return make_error(ErrorKind::unavailable, "broken");
    GroupAnswers answers;
    for (const auto& name : names)
      if (name != "lost") answers[name] = account.name == "alice" && name == "web";
    return answers;
  }
  Result<bool> is_in(const Identity& account, const std::vector<std::string>& groups) override {
    return account.name == "alice" && groups == std::vector<std::string>{"web"};
  }
  Result<std::optional<Identity>> owner_of(uid_t uid) override {
    if (fails) return make_error(ErrorKind::unavailable, "no answer");
    if (uid == 1000) return std::optional<Identity>(Identity{"alice", 1000});
    if (uid == 1001) return std::optional<Identity>(Identity{"bob", 1001});
    return std::optional<Identity>();
  }
  bool fails = false;
  std::atomic<int> asked = 0;
};

LoginRequest resolved(const Hello& hello, uid_t peer, const PeerSettings* named = nullptr) {
  FoldingLookup accounts;
  AccountPool pool(accounts);
  LoginRequest request = read(hello, peer, named);
  REQUIRE(resolve_user(request, pool, named).ok());
  return request;
}

}  // namespace

TEST(the_lane_is_the_peers_and_what_it_has_seen_proven) {
  const auto lane = [](const std::string& service, const std::string& passed, uint8_t flags,
                       uid_t peer) {
    return read({.service = service, .ssh_auth_info = passed, .flags = flags}, peer).lane;
  };
  CHECK(lane("sshd", "", 0, 0) == Lane::unproven);
  CHECK(lane("sshd", "publickey ssh-ed25519 AAAA", 0, 0) == Lane::proven);
  CHECK(lane("sshd", "password\nhostbased ssh-rsa AAAA\n", 0, 0) == Lane::proven);
  CHECK(lane("sshd", "gssapi-with-mic alice@EXAMPLE.NET", 0, 0) == Lane::proven);
  CHECK(lane("sshd", "password", 0, 0) == Lane::unproven);
  CHECK(lane("sshd", "password\nno publickey", 0, 0) == Lane::unproven);
  CHECK(lane("sudo", "publickey ssh-ed25519 AAAA", 0, 0) == Lane::unproven);
  CHECK(lane("sudo", "", wire::kFirstProved, 0) == Lane::proven);
  // What others than root claim has no weight.
  CHECK(lane("sshd", "publickey ssh-ed25519 AAAA", wire::kFirstProved, 1000) == Lane::own);
}

TEST(a_caller_is_who_a_root_host_says_or_else_the_peer) {
  CHECK_EQ(read({.ruser = "bob"}, 0).caller, "bob");
  CHECK_EQ(read({}, 0).caller, "0");
  CHECK_EQ(read({.ruser = "bob"}, 1000).caller, "1000");
}

TEST(only_root_is_believed_about_the_network) {
  CHECK_EQ(read({}, 0).rhost, "192.0.2.7");
  CHECK_EQ(read({}, 1000).rhost, "");
}

TEST(what_an_ordinary_user_calls_the_service_is_no_new_one) {
  const auto service = [](const std::string& claimed, uid_t peer) {
    wire::Message hello(wire::MessageType::hello);
    hello.put(Field::nonce, "0123456789abcdef")
        .put(Field::flags, uint8_t{0})
        .put(Field::service, claimed)
        .put(Field::user, "alice");
    return read_hello(hello, peer, nullptr, {"/nowhere", "/etc"}).service;
  };
  for (const char* known : {"passwd", "sms2fa", "sms2fa-enroll"})
    CHECK_EQ(service(known, 1000), known);
  for (const char* claimed : {"secure-login.xyz", "../etc/passwd", "..", ".", "a b", "ssh\n"})
    CHECK_EQ(service(claimed, 1000), "user");
  CHECK_EQ(service("secure-login.xyz", 0), "secure-login.xyz");
}

TEST(every_spelling_is_one_account) {
  const auto request = resolved({.user = "ALICE"}, 0);
  CHECK_EQ(request.user, "alice");
  CHECK_EQ(request.typed_user, "ALICE");
  CHECK(request.uid == uid_t{1000});
  const auto plain = resolved({.user = "alice"}, 0);
  CHECK_EQ(plain.user, "alice");
  CHECK_EQ(plain.typed_user, "");
}

TEST(a_name_without_an_account_stays_as_it_was_typed) {
  const auto request = resolved({.user = "mallory"}, 0);
  CHECK_EQ(request.user, "mallory");
  CHECK(!request.uid);
  CHECK(may_speak(request));
}

TEST(ordinary_users_speak_for_themselves_in_any_spelling) {
  CHECK(may_speak(resolved({.user = "alice"}, 1000)));
  CHECK(may_speak(resolved({.user = "ALICE"}, 1000)));
  CHECK(!may_speak(resolved({.user = "alice"}, 1001)));
  CHECK(!may_speak(resolved({.user = "mallory"}, 1001)));
  CHECK(!may_speak(resolved({.user = "mallory"}, 100'000)));
  CHECK_EQ(resolved({.user = "alice", .ruser = "root"}, 1001).ruser, "bob");
  CHECK_EQ(resolved({.user = "alice", .ruser = "root"}, 100'000).ruser, "uid 100000");
}

TEST(name_services_that_fail_are_an_error_whoever_asks) {
  FoldingLookup accounts;
  accounts.fails = true;
  AccountPool pool(accounts);
  for (const uid_t peer : {uid_t{0}, uid_t{1000}}) {
    LoginRequest request = read({}, peer);
    CHECK(!resolve_user(request, pool));
    CHECK(!request.uid);
  }
}

TEST(a_peer_that_the_configuration_names_speaks_at_its_services_for_members) {
  constexpr uid_t kPeer = 33;
  const PeerSettings web = {"www-data", {"web"}, {"web"}};
  const auto alice = resolved({.user = "ALICE", .service = "web"}, kPeer, &web);
  CHECK(alice.lane == Lane::named && may_speak(alice) && !alice.not_admitted);
  CHECK_EQ(alice.user, "alice");
  CHECK_EQ(alice.rhost, "192.0.2.7");
  // What it says of the network is a source of its own.
  CHECK_EQ(alice.source(), "peer 33 192.0.2.7");
  // Others walk through a decoy, whether they exist or not.
  for (const char* stranger : {"bob", "mallory"}) {
    const auto request = resolved({.user = stranger, .service = "web"}, kPeer, &web);
    CHECK(request.lane == Lane::named && may_speak(request) && request.not_admitted);
  }
  // At other services, and to enroll, it speaks for itself like everybody.
  CHECK(!may_speak(resolved({.user = "alice", .service = "sshd"}, kPeer, &web)));
  CHECK(!may_speak(
      resolved({.user = "alice", .service = "web", .flags = wire::kEnroll}, kPeer, &web)));
  // It has seen nothing proven, and root stays root.
  const Hello proved = {.service = "web", .flags = wire::kFirstProved};
  CHECK(read(proved, kPeer, &web).lane == Lane::named);
  CHECK(read(proved, 0, nullptr).lane == Lane::proven);
}
