// SPDX-License-Identifier: Apache-2.0
#include "lib/session/enroll.h"

#include <algorithm>
#include <exception>
#include <optional>

#include "lib/otp/backup_code.h"
#include "lib/otp/base32.h"
#include "lib/otp/otpauth_uri.h"
#include "lib/otp/totp.h"
#include "lib/session/authenticate.h"
#include "lib/session/enroll_wording.h"
#include "lib/session/limits.h"
#include "lib/session/notices.h"
#include "lib/session/number_check.h"
#include "lib/session/policy.h"
#include "lib/session/wording.h"

namespace sms2fa {

namespace {

constexpr std::chrono::minutes kPatience{10};
constexpr int kReadings = 3;  // of a mistyped number
constexpr int kAppTries = 3;

struct Ending {
  AuditVerdict verdict;
  Reason reason;
};

bool contains(const Methods& methods, Method method) {
  return std::find(methods.begin(), methods.end(), method) != methods.end();
}

std::string free_label(const std::vector<EnrolledApp>& apps) {
  const auto taken = [&](const std::string& label) {
    return std::any_of(apps.begin(), apps.end(),
                       [&](const EnrolledApp& app) { return app.label == label; });
  };
  std::string label = "app";
  for (unsigned i = 2; taken(label); ++i) label = "app " + std::to_string(i);
  return label;
}

class Enrolling {
 public:
  Enrolling(const LoginRequest& request, EnrolledBy by, std::shared_ptr<const Setup> setup,
            Surroundings& around, Conversation& person, AuditEvent& event)
      : request_(request),
        by_(by),
        shared_setup_(std::move(setup)),
        setup_(*shared_setup_),
        around_(around),
        person_(person),
        event_(event),
        notices_(request, around.audit) {}

  Ending run();

 private:
  // Each step returns an ending only when there can be no next step.
  std::optional<Ending> look();
  std::optional<Ending> prove();
  std::optional<Ending> enroll_number();
  std::optional<Ending> read_number(std::optional<PhoneNumber>& number);
  std::optional<Ending> keep_number(const PhoneNumber& number);
  std::optional<Ending> enroll_app();
  std::optional<Ending> verify_app(const Secret& key);
  std::optional<Ending> keep_app(const Secret& key, int64_t step);
  std::optional<Ending> make_codes();
  Ending sum_up();

  std::optional<Ending> ask(const std::string& prompt, Secret& answer);
  std::optional<Ending> confirm(const std::string& prompt, bool otherwise, bool& yes);
  Ending left(Reply::Status status) const;
  Ending failed(const Error& error);
  Result<std::string> seal(const std::string& context, const Secret& plain);
  void note(NoticeKind kind, Method method, unsigned count = 0);
  bool by_root() const { return by_ == EnrolledBy::root; }

  const LoginRequest& request_;
  const EnrolledBy by_;
  const std::shared_ptr<const Setup> shared_setup_;
  const Setup& setup_;
  Surroundings& around_;
  Conversation& person_;
  AuditEvent& event_;
  const Notices notices_;
  Standing standing_;
  std::optional<PhoneNumber> listed_;  // in the directory
  std::optional<PhoneNumber> number_;  // where codes go
  bool has_app_ = false;
  unsigned codes_ = 0;
};

Ending Enrolling::left(Reply::Status status) const {
  if (status == Reply::Status::stopped) return {AuditVerdict::unavailable, Reason::shutting_down};
  if (status == Reply::Status::broken) return {AuditVerdict::denied, Reason::bad_request};
  return {AuditVerdict::denied, Reason::client_gone};
}

Ending Enrolling::failed(const Error& error) {
  event_.detail = error.message;
  person_.tell(wording::unavailable());
  return {AuditVerdict::unavailable, Reason::store_failed};
}

void Enrolling::note(NoticeKind kind, Method method, unsigned count) {
  AuditNotice notice = notices_.begin(kind, std::string(to_string(method)));
  if (by_root()) notice.by = "root";
  if (method == Method::sms) notice.number = number_;
  if (count > 0) notice.count = count;
  around_.audit.notice(notice);
}

std::optional<Ending> Enrolling::ask(const std::string& prompt, Secret& answer) {
  Reply reply = person_.ask(prompt, true, around_.clock.now() + kPatience);
  if (reply.status != Reply::Status::answered) return left(reply.status);
  answer = std::move(reply.text);
  return std::nullopt;
}

std::optional<Ending> Enrolling::confirm(const std::string& prompt, bool otherwise, bool& yes) {
  Secret answer;
  if (const auto ending = ask(prompt, answer)) return ending;
  const auto text = answer.reveal();
  yes = text.empty() ? otherwise : text[0] == 'y' || text[0] == 'Y';
  return std::nullopt;
}

Result<std::string> Enrolling::seal(const std::string& context, const Secret& plain) {
  if (!setup_.keys) return make_error(ErrorKind::unavailable, "there is no key for the store");
  return setup_.keys->seal(context, plain, around_.random);
}

// What there is already.
std::optional<Ending> Enrolling::look() {
  auto standing = standing_of(request_, setup_.configuration, *setup_.directory, around_.store,
                              setup_.keys.get());
  if (!standing) return failed(standing.error());
  standing_ = std::move(*standing);
  const auto found = setup_.directory->find(request_.user);
  if (!found) {
    event_.detail = found.error().message;
    person_.tell(wording::unavailable());
    return Ending{AuditVerdict::unavailable, Reason::directory_failed};
  }
  if (*found) listed_ = (*found)->phone;
  const Factors& factors = *standing_.factors;
  number_ = listed_ ? listed_ : factors.number();
  has_app_ = factors.has_app();
  codes_ = factors.backup_codes_left();
  return std::nullopt;
}

// Whoever sits at somebody's open session must not be able to make its second factor their own.
std::optional<Ending> Enrolling::prove() {
  const bool holds_something = number_ || !standing_.factors->nothing_enrolled();
  if (by_root() || !holds_something) return std::nullopt;
  person_.tell(wording::prove_first());
  const AuditEvent proof = authenticate(request_, shared_setup_, around_, person_);
  if (proof.verdict == AuditVerdict::accepted) return std::nullopt;
  event_ = proof;
  return Ending{proof.verdict, proof.reason};
}

std::optional<Ending> Enrolling::read_number(std::optional<PhoneNumber>& number) {
  const std::string prompt =
      number_ ? wording::ask_other_number(number_->masked()) : wording::ask_number();
  for (int i = 0; i < kReadings; ++i) {
    Secret answer;
    if (const auto ending = ask(prompt, answer)) return ending;
    if (answer.empty()) return std::nullopt;
    auto read = setup_.read_number(answer.reveal());
    if (read) {
      if (number_ != *read) number = *read;
      return std::nullopt;
    }
    person_.tell(wording::number_unreadable(read.error().message));
  }
  return std::nullopt;
}

std::optional<Ending> Enrolling::enroll_number() {
  const auto& settings = setup_.configuration.enroll;
  if (listed_) {
    person_.tell(wording::number_on_record(listed_->masked()));
    return std::nullopt;
  }
  if (number_ && !by_root() && settings.number_change == NumberChange::refuse) {
    person_.tell(wording::number_stays(number_->masked()));
    return std::nullopt;
  }
  std::optional<PhoneNumber> number;
  if (const auto ending = read_number(number)) return ending;
  if (!number) return std::nullopt;

  NumberCheck check(request_, setup_, around_, person_);
  switch (check.run(*number)) {
    case NumberCheck::Outcome::right:
      return keep_number(*number);
    case NumberCheck::Outcome::not_sent:
      return std::nullopt;
    case NumberCheck::Outcome::wrong:
      person_.tell(wording::too_many_wrong_codes());
      return Ending{AuditVerdict::denied, Reason::no_tries_left};
    case NumberCheck::Outcome::locked:
      person_.tell(wording::too_many_wrong_codes());
      return Ending{AuditVerdict::denied, Reason::locked};
    case NumberCheck::Outcome::store_failed:
      return failed(make_error(ErrorKind::unavailable, check.detail()));
    case NumberCheck::Outcome::left:
      return left(check.ended());
  }
  return left(Reply::Status::broken);
}

std::optional<Ending> Enrolling::keep_number(const PhoneNumber& number) {
  const auto sealed = seal(number_context(request_.user), Secret(number.e164()));
  if (!sealed) return failed(sealed.error());
  const auto wait = setup_.configuration.enroll.wait;
  if (number_ && !by_root()) {
    NumberCheck old(request_, setup_, around_, person_);
    if (!old.tell(*number_, wording::number_changes_notice(setup_.host, wait))) {
      event_.detail = old.detail();
      person_.tell(wording::old_number_not_told());
      return std::nullopt;
    }
    const auto planned = around_.store.plan_number(request_.user, *sealed, wait);
    if (!planned) return failed(planned.error());
    person_.tell(wording::number_planned(number.masked(), wait));
    note(NoticeKind::enrolled, Method::sms);
    return std::nullopt;
  }
  const auto kept = around_.store.set_number(request_.user, *sealed);
  if (!kept) return failed(kept.error());
  number_ = number;
  person_.tell(wording::number_kept(number.masked()));
  note(NoticeKind::enrolled, Method::sms);
  return std::nullopt;
}

std::optional<Ending> Enrolling::enroll_app() {
  if (!contains(standing_.methods, Method::totp)) return std::nullopt;
  bool yes = false;
  if (const auto ending = confirm(wording::ask_app(has_app_), !has_app_, yes)) return ending;
  if (!yes) return std::nullopt;

  Secret key(std::string(kTotpKeySize, '\0'));
  const auto drawn =
      around_.random.fill({reinterpret_cast<unsigned char*>(key.writable()), key.size()});
  if (!drawn) return failed(drawn.error());
  person_.show_key(otpauth_uri(setup_.host, request_.user, key, {}));
  const Secret line = wording::key_for_typing(base32_encode(key.reveal()).reveal());
  std::string shown(line.reveal());
  person_.tell(shown);
  wipe(shown);
  return verify_app(key);
}

std::optional<Ending> Enrolling::verify_app(const Secret& key) {
  for (int i = 0; i < kAppTries; ++i) {
    Secret answer;
    if (const auto ending = ask(wording::ask_app_code(i > 0), answer)) return ending;
    if (answer.empty()) break;
    const auto counted =
        around_.store.count_attempt(request_.user, lock_rules(setup_.configuration.limits));
    if (!counted) return failed(counted.error());
    if (!counted->id) {
      person_.tell(wording::too_many_wrong_codes());
      return Ending{AuditVerdict::denied, Reason::locked};
    }
    const auto step =
        matching_totp_step(key, {}, totp_step_at(around_.clock.wall_now()), answer.reveal());
    const auto done = around_.store.commit_outcome(*counted->id, step.has_value());
    if (!done) return failed(done.error());
    if (step) return keep_app(key, *step);
  }
  person_.tell(wording::app_not_kept());
  return std::nullopt;
}

std::optional<Ending> Enrolling::keep_app(const Secret& key, int64_t step) {
  const auto sealed = seal(app_context(request_.user), key);
  if (!sealed) return failed(sealed.error());
  const auto enrolment = around_.store.enrolment_of(request_.user);
  if (!enrolment) return failed(enrolment.error());
  // The code that was typed here is no good for a login.
  const auto used = around_.store.use_totp_step(request_.user, step);
  if (!used) return failed(used.error());
  const auto kept = around_.store.put_app(
      request_.user, {free_label(enrolment->apps), *sealed, {}, around_.clock.wall_now()});
  if (!kept && kept.error().kind == ErrorKind::refused) {
    person_.tell(wording::app_not_kept());
    return std::nullopt;
  }
  if (!kept) return failed(kept.error());
  has_app_ = true;
  person_.tell(wording::app_kept());
  note(NoticeKind::enrolled, Method::totp);
  return std::nullopt;
}

// The new ones count only when the person says that they are written down.
std::optional<Ending> Enrolling::make_codes() {
  if (!contains(standing_.methods, Method::backup) || (!number_ && !has_app_)) return std::nullopt;
  if (codes_ > 0) {
    bool yes = false;
    if (const auto ending = confirm(wording::ask_new_codes(codes_), false, yes)) return ending;
    if (!yes) return std::nullopt;
  }
  const auto codes = make_backup_codes(around_.random);
  if (!codes) return failed(codes.error());
  const auto parameters = make_backup_parameters(around_.random);
  if (!parameters) return failed(parameters.error());
  std::vector<std::string> hashes;
  for (const Secret& code : *codes) {
    auto hash = hash_backup_code(*parameters, code.reveal());
    if (!hash) return failed(hash.error());
    hashes.push_back(std::move(*hash));
  }
  for (size_t i = 0; i + 1 < codes->size(); i += 2) {
    const Secret line = wording::backup_code_line((*codes)[i], (*codes)[i + 1]);
    std::string shown(line.reveal());
    person_.tell(shown);
    wipe(shown);
  }
  Secret answer;
  if (const auto ending = ask(wording::ask_codes_written_down(), answer)) return ending;
  const auto kept = around_.store.replace_backup_codes(request_.user, *parameters, hashes);
  if (!kept) return failed(kept.error());
  codes_ = kBackupCodes;
  person_.tell(wording::codes_kept());
  note(NoticeKind::codes_made, Method::backup, kBackupCodes);
  return std::nullopt;
}

Ending Enrolling::sum_up() {
  std::vector<std::string> has;
  if (number_) has.push_back("phone " + number_->masked());
  if (has_app_) has.emplace_back("authenticator app");
  if (codes_ > 0) has.push_back(std::to_string(codes_) + " backup codes");
  person_.tell(has.empty() ? wording::nothing_enrolled() : wording::enrolled_now(has));
  event_.number = number_;
  if (!number_ && !has_app_) return {AuditVerdict::denied, Reason::not_enrolled};
  return {AuditVerdict::accepted, Reason::enrolled};
}

Ending Enrolling::run() {
  if (const auto ending = look()) return *ending;
  if (const auto ending = prove()) return *ending;
  if (setup_.keys == nullptr || !setup_.keys->check()) {
    person_.tell(wording::apps_impossible());
  } else {
    if (const auto ending = enroll_number()) return *ending;
    if (const auto ending = enroll_app()) return *ending;
  }
  if (const auto ending = make_codes()) return *ending;
  return sum_up();
}

}  // namespace

AuditEvent enroll(const LoginRequest& request, EnrolledBy by, std::shared_ptr<const Setup> setup,
                  Surroundings& around, Conversation& person) noexcept {
  AuditEvent event;
  try {
    event.user = request.user;
    event.service = request.service;
    event.rhost = request.rhost;
    event.tty = request.tty;
    event.ruser = request.ruser;
    event.method = "enroll";
    const Ending ending = Enrolling(request, by, std::move(setup), around, person, event).run();
    event.verdict = ending.verdict;
    event.reason = ending.reason;
  } catch (const std::exception& unexpected) {
    event.verdict = AuditVerdict::unavailable;
    event.reason = Reason::internal_error;
    try {
      event.detail = unexpected.what();
    } catch (const std::bad_alloc&) {
      // The verdict matters more than its detail.
    }
  }
  return event;
}

}  // namespace sms2fa
