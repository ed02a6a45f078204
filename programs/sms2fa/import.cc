// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/import.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "lib/base/text.h"
#include "lib/base/unique_fd.h"
#include "lib/otp/backup_code.h"
#include "lib/session/factors.h"
#include "programs/sms2fa/import_formats.h"
#include "programs/sms2fa/import_report.h"
#include "programs/sms2fa/progress_bar.h"
#include "programs/sms2fa/state_access.h"
#include "programs/wiring/wiring.h"

namespace sms2fa {

namespace {

constexpr const char* kCommand = "enroll";
constexpr const char* kLabel = "imported";
constexpr size_t kLargestFile = size_t{64} << 20;

// One person of one file.
struct Candidate {
  std::string place;  // "FILE:LINE", escaped
  Importable what;
};

// The text of a file, whoever it belongs to. The caller wipes it.
Result<std::string> read_file(const std::string& path, struct stat& info) {
  const auto failed = [&path] {
    return make_error(ErrorKind::not_found, escape(path) + ": " + std::strerror(errno));
  };
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (!fd.valid() || fstat(fd.get(), &info) != 0) return failed();
  if (!S_ISREG(info.st_mode) || static_cast<size_t>(info.st_size) > kLargestFile)
    return make_error(ErrorKind::configuration,
                      escape(path) + ": is no ordinary file of up to 64 MiB");
  std::string text(static_cast<size_t>(info.st_size), '\0');
  size_t used = 0;
  while (used < text.size()) {
    const ssize_t got = read(fd.get(), text.data() + used, text.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed();
    if (got == 0) break;
    used += static_cast<size_t>(got);
  }
  text.resize(used);
  return text;
}

// Whose ~/.google_authenticator this is: its owner's. Where root keeps them for others, the file or
// its directory has the user's name.
std::string user_of(const std::string& path, uid_t owner) {
  const passwd* entry = owner == 0 ? nullptr : getpwuid(owner);
  if (entry != nullptr) return entry->pw_name;
  const std::filesystem::path file(path);
  const std::string name = file.filename().string();
  return name.starts_with('.') ? file.parent_path().filename().string() : name;
}

Result<std::vector<Candidate>> read_candidates(const Arguments& arguments, unsigned gecos_field) {
  std::vector<Candidate> candidates;
  for (const std::string& path : arguments.files) {
    struct stat info {};
    auto text = read_file(path, info);
    if (!text) return text.error();
    std::vector<Importable> found;
    if (arguments.import == "google-authenticator")
      found.push_back(read_google_authenticator(*text, user_of(path, info.st_uid)));
    else if (arguments.import == "pam_oath")
      found = read_pam_oath(*text);
    else
      found = read_gecos(*text, gecos_field);
    wipe(*text);
    for (Importable& one : found)
      candidates.push_back({escape(path) + ":" + std::to_string(one.line), std::move(one)});
  }
  return candidates;
}

class Import {
 public:
  Import(StateAccess& access, ImportReport& report)
      : access_(access), keys_(access.keys()), report_(report) {}

  Result<void> ready() { return keys_.check(); }
  // An error ends the import: the store or the key failed.
  Result<void> take(const Candidate& candidate);

 private:
  Result<bool> take_app(const Importable& what, const Enrolment& there);
  Result<bool> take_number(const Candidate& candidate, const Enrolment& there);
  Result<bool> take_codes(const Importable& what);
  void refuse(const Candidate& candidate, const std::string& why) {
    report_.refused.push_back(candidate.place + ": " + escape(candidate.what.user) + ": " + why);
  }
  void note(const std::string& user, Method method);

  StateAccess& access_;
  KeyRing& keys_;
  ImportReport& report_;
};

void Import::note(const std::string& user, Method method) {
  AuditNotice notice;
  notice.kind = NoticeKind::enrolled;
  notice.user = user;
  notice.by = invoking_account();
  notice.method = to_string(method);
  access_.audit().notice(notice);
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
      what.user, {kLabel, *sealed, what.parameters, access_.clock().wall_now()});
  if (!kept) return kept.error();
  note(what.user, Method::totp);
  return true;
}

Result<bool> Import::take_number(const Candidate& candidate, const Enrolment& there) {
  const Importable& what = candidate.what;
  if (what.phone.empty()) return false;
  const Configuration& settings = access_.configuration();
  const auto number = read_number_to_enroll(what.phone, settings.directory.default_country,
                                            settings.limits.countries);
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
  const auto kept = access_.store().set_number(what.user, *sealed);
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
  const auto kept = access_.store().replace_backup_codes(what.user, *parameters, hashes);
  if (!kept) return kept.error();
  note(what.user, Method::backup);
  return true;
}

Result<void> Import::take(const Candidate& candidate) {
  const Importable& what = candidate.what;
  if (!what.refused.empty()) {
    refuse(candidate, what.refused);
    return {};
  }
  if (getpwnam(what.user.c_str()) == nullptr) {
    refuse(candidate, "this machine has no such user");
    return {};
  }
  const auto there = access_.store().enrolment_of(what.user);
  if (!there) return there.error();
  const auto app = take_app(what, *there);
  if (!app && app.error().kind == ErrorKind::refused) {
    refuse(candidate, app.error().message);
    return {};
  }
  if (!app) return app.error();
  const auto number = take_number(candidate, *there);
  if (!number) return number.error();
  const auto codes = take_codes(what);
  if (!codes) return codes.error();
  if (*app || *number || *codes) ++report_.people;
  if (!what.left_behind.empty())
    report_.remarks.push_back(candidate.place + ": " + escape(what.user) + ": " + what.left_behind +
                              " stays behind");
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
}

}  // namespace

int import_files(const Arguments& arguments, const Console& console) {
  // The files belong to many people, so they are read before root becomes somebody else.
  auto settings = configuration_at(arguments.configuration);
  if (!settings) return refuse(kCommand, arguments, console, settings.error());
  const auto candidates = read_candidates(arguments, settings->directory.gecos_field);
  if (!candidates)
    return refuse(kCommand, arguments, console, EX_NOINPUT, candidates.error().message, "");
  auto access = StateAccess::open(arguments.configuration);
  if (!access) return refuse(kCommand, arguments, console, access.error());

  ImportReport report;
  report.dry_run = arguments.dry_run;
  Import import(**access, report);
  if (const auto ready = import.ready(); !ready)
    return refuse(kCommand, arguments, console, ready.error());
  {
    ProgressBar bar(candidates->size());
    for (const Candidate& candidate : *candidates) {
      if (const auto taken = import.take(candidate); !taken)
        return refuse(kCommand, arguments, console, taken.error());
      bar.advance();
    }
  }
  const int exit_code = report.refused.empty() ? EX_OK : kNegativeAnswer;
  if (arguments.json)
    console.say(import_as_json(report, exit_code));
  else
    tell(report, console);
  return exit_code;
}

}  // namespace sms2fa
