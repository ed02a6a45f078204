// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/enroll/import.h"

#include <pwd.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "lib/base/text.h"
#include "lib/base/trusted_file.h"
#include "lib/otp/backup_code.h"
#include "lib/session/enroll_wording.h"
#include "lib/session/factors.h"
#include "programs/sms2fa/enroll/change_teller.h"
#include "programs/sms2fa/enroll/import_formats.h"
#include "programs/sms2fa/enroll/import_report.h"
#include "programs/sms2fa/output/progress_bar.h"
#include "programs/sms2fa/state/with_state.h"
#include "programs/wiring/wiring.h"

namespace sms2fa {

namespace {

constexpr size_t kLongestMessage = 1024;
constexpr const char* kLabel = "imported";
// Google's module refuses larger ones, too.
constexpr size_t kLargestOfOnePerson = size_t{64} << 10;
constexpr size_t kLargestOfMany = size_t{64} << 20;
// A provider that fails may take its time over each message.
constexpr unsigned kUntoldInARow = 3;

// One person of one file.
struct Candidate {
  std::string place;  // "FILE:LINE", escaped
  Importable what;
};

Error unusable(const std::string& path, const std::string& why) {
  return make_error(ErrorKind::configuration, escape(path) + ": " + why);
}

// The text of a file that anybody may have laid there. The caller wipes it.
Result<std::string> read_file(const std::string& path, size_t largest, struct stat& info) {
  const auto fd = open_regular(path);
  if (!fd) return make_error(fd.error().kind, escape(fd.error().message, kLongestMessage));
  if (fstat(fd->get(), &info) != 0) return unusable(path, std::strerror(errno));
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return unusable(path, "others can write to it (chmod go-w)");
  std::string text(std::min(largest, static_cast<size_t>(info.st_size)) + 1, '\0');
  size_t used = 0;
  while (used < text.size()) {
    const ssize_t got = read(fd->get(), text.data() + used, text.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unusable(path, std::strerror(errno));
    if (got == 0) break;
    used += static_cast<size_t>(got);
  }
  if (used > largest) {
    wipe(text);
    return unusable(path, "is larger than " + std::to_string(largest >> 10) + " KiB");
  }
  text.resize(used);
  return text;
}

// Whose ~/.google_authenticator this is: its owner's. Where root keeps them for others, the file or
// its directory has the user's name.
Result<std::string> user_of(const std::string& path, uid_t owner) {
  if (owner != 0) {
    const passwd* entry = getpwuid(owner);
    if (entry == nullptr) return unusable(path, "belongs to no account");
    return std::string(entry->pw_name);
  }
  const std::filesystem::path file(path);
  const std::string name = file.filename().string();
  return name.starts_with('.') ? file.parent_path().filename().string() : name;
}

Result<std::vector<Importable>> read_people(const std::string& path, const std::string& format,
                                            unsigned gecos_field) {
  const bool is_of_one_person = format == "google-authenticator";
  struct stat info {};
  auto text = read_file(path, is_of_one_person ? kLargestOfOnePerson : kLargestOfMany, info);
  if (!text) return text.error();
  std::vector<Importable> people;
  if (is_of_one_person) {
    const auto user = user_of(path, info.st_uid);
    if (!user) {
      wipe(*text);
      return user.error();
    }
    people.push_back(read_google_authenticator(*text, *user));
  } else {
    people = format == "pam_oath" ? read_pam_oath(*text) : read_gecos(*text, gecos_field);
  }
  wipe(*text);
  return people;
}

// What a file that can't be used has to say stands in the report, and the others are read.
std::vector<Candidate> read_candidates(const Arguments& arguments, unsigned gecos_field,
                                       ImportReport& report) {
  std::vector<Candidate> candidates;
  for (const std::string& path : arguments.files) {
    auto people = read_people(path, arguments.import, gecos_field);
    if (!people) {
      report.refused.push_back(people.error().message);
      continue;
    }
    for (Importable& one : *people)
      candidates.push_back({escape(path) + ":" + std::to_string(one.line), std::move(one)});
  }
  return candidates;
}

class Import {
 public:
  Import(StateAccess& access, const ChangeTeller& teller, ImportReport& report)
      : access_(access),
        teller_(teller),
        keys_(access.keys()),
        numbers_(number_rules(access.configuration()), {}),
        report_(report) {}

  Result<void> ready() { return keys_.check(); }
  // An error ends the import: the store or the key failed.
  Result<void> take(Candidate& candidate);

 private:
  Result<bool> take_all(const Candidate& candidate);
  Result<bool> take_app(const Importable& what, const Enrolment& there);
  Result<bool> take_number(const Candidate& candidate, const Enrolment& there);
  Result<bool> take_codes(const Importable& what);
  void refuse(const Candidate& candidate, const std::string& why) {
    report_.refused.push_back(candidate.place + ": " + escape(candidate.what.user) + ": " + why);
  }
  void note(const std::string& user, Method method);
  void tell(const std::string& user);

  StateAccess& access_;
  const ChangeTeller& teller_;
  KeyRing& keys_;
  const NumberPolicy numbers_;
  ImportReport& report_;
  unsigned untold_in_a_row_ = 0;
};

void Import::note(const std::string& user, Method method) {
  AuditNotice notice;
  notice.kind = NoticeKind::enrolled;
  notice.user = user;
  notice.by = access_.by();
  notice.method = to_string(method);
  access_.audit().notice(notice);
}

// Afterwards, so that a number that was taken over is told too.
void Import::tell(const std::string& user) {
  const bool gave_up = untold_in_a_row_ >= kUntoldInARow;
  if (gave_up)
    teller_.note_untold(user, "not tried, because the messages before failed", access_);
  else if (teller_.tell_one_of_many(user, wording::kImported, access_)) {
    untold_in_a_row_ = 0;
    return;
  }
  ++untold_in_a_row_;
  ++report_.untold;
}

Result<bool> Import::take_app(const Importable& what, const Enrolment& there) {
  if (what.key.empty()) return false;
  for (const EnrolledApp& app : there.apps)
    if (app.label == kLabel) {
      ++report_.unchanged;
      return false;
    }
  ++report_.apps;
  if (report_.dry_run) return true;
  const auto sealed = keys_.seal(app_context(what.user), what.key, access_.random());
  if (!sealed) return sealed.error();
  const auto kept = access_.store().put_app(
      what.user, {kLabel, *sealed, what.parameters, access_.clock().wall_now()}, {});
  if (!kept) return kept.error();
  note(what.user, Method::totp);
  return true;
}

Result<bool> Import::take_number(const Candidate& candidate, const Enrolment& there) {
  const Importable& what = candidate.what;
  if (what.phone.empty()) return false;
  const auto number = numbers_.read(what.phone);
  if (!number) {
    refuse(candidate, number.error().message);
    return false;
  }
  if (there.sealed_number) {
    ++report_.unchanged;
    return false;
  }
  ++report_.numbers;
  if (report_.dry_run) return true;
  const auto sealed =
      keys_.seal(number_context(what.user), Secret(number->e164()), access_.random());
  if (!sealed) return sealed.error();
  const auto kept = access_.store().set_number(what.user, *sealed, {});
  if (!kept) return kept.error();
  note(what.user, Method::sms);
  return true;
}

Result<bool> Import::take_codes(const Importable& what) {
  if (what.scratch_codes.empty()) return false;
  const auto there = access_.store().backup_codes(what.user);
  if (!there) return there.error();
  if (*there) {
    ++report_.unchanged;
    return false;
  }
  report_.scratch_codes += what.scratch_codes.size();
  if (report_.dry_run) return true;
  const auto parameters = make_backup_parameters(access_.random());
  if (!parameters) return parameters.error();
  std::vector<std::string> hashes;
  for (const Secret& code : what.scratch_codes) {
    auto hash = hash_backup_code(*parameters, code.reveal());
    if (!hash) return hash.error();
    if (std::find(hashes.begin(), hashes.end(), *hash) == hashes.end())
      hashes.push_back(std::move(*hash));
  }
  const auto kept = access_.store().replace_backup_codes(what.user, *parameters, hashes, {});
  if (!kept) return kept.error();
  note(what.user, Method::backup);
  return true;
}

// Whether there was anything to take over.
Result<bool> Import::take_all(const Candidate& candidate) {
  const Importable& what = candidate.what;
  const auto there = access_.store().enrolment_of(what.user);
  if (!there) return there.error();
  const auto app = take_app(what, *there);
  if (!app) return app;
  const auto number = take_number(candidate, *there);
  if (!number) return number;
  const auto codes = take_codes(what);
  if (!codes) return codes;
  return *app || *number || *codes;
}

Result<void> Import::take(Candidate& candidate) {
  Importable& what = candidate.what;
  const passwd* account = what.refused.empty() ? getpwnam(what.user.c_str()) : nullptr;
  if (what.refused.empty() && account == nullptr) what.refused = "this machine has no such user";
  if (!what.refused.empty()) {
    refuse(candidate, what.refused);
    return {};
  }
  what.user = account->pw_name;  // not as a system that ignores letter case was asked for it
  const auto taken = take_all(candidate);
  if (!taken && taken.error().kind != ErrorKind::refused) return taken.error();
  if (!taken) {
    refuse(candidate, taken.error().message);
    return {};
  }
  if (*taken) {
    ++report_.people;
    if (!report_.dry_run) tell(what.user);
  }
  if (!what.left_behind.empty())
    report_.remarks.push_back(candidate.place + ": " + escape(what.user) + ": " + what.left_behind +
                              " stays behind");
  return {};
}

std::string all_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
}

Result<void> take_all(std::vector<Candidate>& candidates, StateAccess& access,
                      const ChangeTeller& teller, ImportReport& report) {
  Import import(access, teller, report);
  if (auto ready = import.ready(); !ready) return ready;
  ProgressBar bar(candidates.size());
  for (Candidate& candidate : candidates) {
    if (auto taken = import.take(candidate); !taken) return taken;
    bar.advance();
  }
  return {};
}

void tell(const ImportReport& report, const Console& console) {
  for (const auto& remark : report.remarks) console.finding(Severity::note, remark);
  for (const auto& refused : report.refused) console.finding(Severity::warning, refused);
  console.say((report.dry_run ? "Would take over: " : "Taken over: ") +
              std::to_string(report.people) + " people, " + std::to_string(report.apps) +
              " apps, " + std::to_string(report.numbers) + " numbers, " +
              std::to_string(report.scratch_codes) +
              " scratch codes; there already: " + std::to_string(report.unchanged) +
              "; refused: " + std::to_string(report.refused.size()) + ".");
  if (report.untold > 0)
    console.warn(std::to_string(report.untold) +
                 " people's numbers on record could not be told of it; the log says whose "
                 "(kind=not-told): tell them yourself");
}

}  // namespace

Result<Answer> import_files(const Arguments& arguments, const Console& console) {
  // The files belong to many people, so they are read before root becomes somebody else.
  auto settings = configuration_at(arguments.configuration);
  if (!settings) return settings.error();
  ImportReport report;
  auto candidates = read_candidates(arguments, settings->directory.gecos_field, report);
  if (report.refused.size() == arguments.files.size())
    return refusal(EX_NOINPUT, all_of(report.refused));
  const ChangeTeller teller(arguments.configuration);
  report.dry_run = arguments.dry_run;
  return with_state(arguments, console, Needs::configuration,
                    [&](StateAccess& access) -> Result<Answer> {
                      if (const auto done = take_all(candidates, access, teller, report); !done)
                        return done.error();
                      Answer answer = told(report.refused.empty() ? EX_OK : kNegativeAnswer);
                      if (arguments.json)
                        console.say(import_as_json(report, answer.exit_code));
                      else
                        tell(report, console);
                      return answer;
                    });
}

}  // namespace sms2fa
