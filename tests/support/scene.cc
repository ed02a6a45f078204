// SPDX-License-Identifier: Apache-2.0
#include "tests/support/scene.h"

#include "lib/audit/audit_log.h"
#include "tests/support/test.h"

namespace sms2fa::test {

namespace {

constexpr uid_t kFirstUid = 1000;

std::string code_in(const std::string& body) {
  const size_t end = body.find(" is your code");
  if (end == std::string::npos) return "";
  const size_t begin = body.rfind(' ', end - 1) + 1;
  return body.substr(begin, end - begin);
}

}  // namespace

Scene::Scene()
    : memory(*MemoryStore::create(clock, random)),
      store(*memory),
      challenges(clock, 1000),
      messenger(new FakeMessenger(clock)),
      directory(new FakeDirectory),
      services{clock, random, store, challenges, deliveries, checks, audit, workers} {
  snapshot.messenger.reset(messenger);
  snapshot.directory.reset(directory);
  snapshot.host = "web01";
  snapshot.configuration.delivery.providers.emplace_back().name = "fake";
  directory->add("alice", "+353851234567");
  directory->add("bob", "+353861111189");
  directory->add("nora", "");
  directory->add("tess", "+353872222245", {Method::totp});
  directory->add("prem", "+19005551234");
  directory->add_unusable("olaf");
}

LoginRequest Scene::login(const std::string& user, const std::string& service,
                          const std::string& rhost) {
  LoginRequest request;
  request.user = user;
  request.uid = kFirstUid;
  request.lane = Lane::proven;
  request.peer = 0;
  request.caller = "0";
  request.service = service;
  request.rhost = rhost;
  request.tty = "ssh";
  return request;
}

AuditEvent Scene::attempt(ScriptedConversation& person, const LoginRequest& request) {
  AuditEvent event = authenticate(request, {std::shared_ptr<void>(), &snapshot}, services, person);
  check(event, person);
  return event;
}

void Scene::check(const AuditEvent& event, const ScriptedConversation& person) {
  std::vector<std::string> secrets = chosen_;
  for (const auto& text : messenger->texts()) {
    secrets.push_back(code_in(text.body));
    secrets.push_back(text.to.substr(1));
  }
  std::vector<std::string> said = {format(event), event.detail, event.message_id, event.provider,
                                   event.ref};
  for (const auto& line : person.lines()) said.push_back(line.text);
  for (const auto& line : audit.lines()) said.push_back(line);

  // Checks count what fails, and aren't made for several threads.
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  for (const auto& text : said)
    for (const auto& secret : secrets)
      if (!secret.empty()) CHECK(text.find(secret) == std::string::npos);
  for (const auto& line : person.lines()) {
    CHECK(!line.text.empty() && line.text.size() <= 511);
    for (const char c : line.text) CHECK(c >= 0x20 && c < 0x7f);
  }
  const bool may_pass = snapshot.configuration.code.unenrolled != Unenrolled::deny;
  if (event.verdict == AuditVerdict::exempt) CHECK(person.prompts().empty());
  CHECK((event.verdict == AuditVerdict::accepted) ==
        (event.reason == Reason::right_code ||
         (may_pass && event.reason == Reason::unenrolled && person.prompts().empty())));
}

std::string Scene::code(size_t index) const {
  const auto texts = messenger->texts();
  return index < texts.size() ? code_in(texts[index].body) : "";
}

std::string Scene::code() const {
  return messenger->count() == 0 ? "" : code_in(messenger->last().body);
}

std::string Scene::wrong() const {
  for (int candidate = 100'000;; ++candidate) {
    bool used = false;
    for (size_t i = 0; i < messenger->count(); ++i)
      used = used || code(i) == std::to_string(candidate);
    for (const auto& code : chosen_) used = used || code == std::to_string(candidate);
    if (!used) return std::to_string(candidate);
  }
}

std::string Scene::choose_code(const std::string& digits) {
  random.next_code(digits);
  chosen_.push_back(digits);
  return digits;
}

void Scene::fail_often(const std::string& user, int failures) {
  for (int source = 0; failures_of(user) < failures && source < failures; ++source) {
    auto guesser = person();
    for (int i = failures_of(user); i < failures; ++i) guesser.types("000 001");
    attempt(guesser, login(user, "sshd", "198.51.100." + std::to_string(source)));
  }
}

int Scene::failures_of(const std::string& user) {
  return static_cast<int>(memory->state_of({user})->consecutive_failures);
}

}  // namespace sms2fa::test
