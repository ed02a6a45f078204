// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/pam/switch.h"

#include <algorithm>
#include <set>

#include "lib/base/text.h"
#include "programs/sms2fa/doctor/doctor.h"
#include "programs/sms2fa/pam/families.h"
#include "programs/sms2fa/pam/findings.h"
#include "programs/sms2fa/pam/modules.h"
#include "programs/sms2fa/pam/paths.h"
#include "programs/sms2fa/pam/sshd_drop_in.h"
#include "programs/sms2fa/pam/sshd_keys.h"

namespace sms2fa {

namespace {

constexpr const char* kSshdConfiguration = "/etc/ssh/sshd_config";

Error wrong(const std::string& text) {
  return make_error(ErrorKind::configuration, text);
}

std::string file_of(const PamLine& line) {
  return line.place.substr(0, line.place.rfind(':'));
}

// Puts our line into the files of a family, in the family's order.
class Enabling {
 public:
  Enabling(std::string service, AskedFirst first) : service_(std::move(service)), first_(first) {}

  Result<std::vector<ServiceChange>> run() {
    std::vector<ServiceChange> changes;
    for (const auto& member : family_of(service_)) {
      auto change = plan(member);
      if (!change) return change.error();
      if (change->file.before != change->file.after) changes.push_back(std::move(*change));
    }
    return changes;
  }

 private:
  Result<ServiceChange> plan(const PamMember& member) {
    const std::string path = pam_file(member.service);
    const auto before = read_system_file(path);
    if (!before) return before.error();
    ServiceChange change = {member.service, {path, *before, *before}};
    if (*before) texts_[path] = without_pam_line(**before);
    const auto auth = auth_lines(stack_in_force(member.service, texts_));
    const auto ours = std::find_if(auth.begin(), auth.end(), is_ours);
    if (ours != auth.end()) return asked_already(change, *ours);
    if (!*before) return without_file(change, member, auth);
    auto text = place_line(member.service, texts_[path]);
    if (!text) return text.error();
    placed_.insert(path);
    texts_[path] = *text;
    change.file.after = std::move(*text);
    return change;
  }

  // By the line that another of the family got, which this one includes; or by somebody's own.
  Result<ServiceChange> asked_already(ServiceChange change, const PamLine& line) const {
    if (change.service == service_ && !placed_.contains(file_of(line)))
      return wrong(line.place +
                   " asks for a code already, and sms2fa pam did not put that line there; leave it "
                   "as it is, or take it out first");
    change.file.after = texts_.at(change.file.path);
    return change;
  }

  static Result<ServiceChange> without_file(const ServiceChange& change, const PamMember& member,
                                            const std::vector<PamLine>& auth) {
    if (!PamJudge(auth, member.service).lets_somebody_in()) return change;
    return wrong("there is no " + escape(change.file.path) + ", so '" + member.command +
                 "' would ask what /etc/pam.d/other asks, and for no code; put the file back: "
                 "apt-get install --reinstall -o Dpkg::Options::=--force-confmiss the package that "
                 "ships it");
  }

  // The service's text with our line, at the best place where it is asked of everybody.
  Result<std::string> place_line(const std::string& service, const std::string& text) const {
    std::string complaint;
    for (auto& candidate : with_pam_line(service, text, first_)) {
      PamTexts texts = texts_;
      texts[pam_file(service)] = candidate;
      const std::string found = complaint_about(service, texts);
      if (found.empty()) return std::move(candidate);
      if (complaint.empty()) complaint = found;
    }
    if (complaint.empty())
      return wrong(
          escape(pam_file(service)) +
          " has no place for the line by itself: no line asks for a password there, or a "
          "jump leads over each place; write it by hand (man pam_sms2fa), and then: sms2fa "
          "check");
    return wrong("nothing was changed, for with our line in " + escape(pam_file(service)) + ": " +
                 complaint);
  }

  // Empty when each who gets in has been asked, and somebody does.
  std::string complaint_about(const std::string& service, const PamTexts& texts) const {
    const PamStack stack = stack_in_force(service, texts);
    if (!PamJudge(auth_lines(stack), service).lets_somebody_in())
      return "nobody would get in by this service";
    Findings findings;
    std::set<std::string> said;
    // Where sshd checks a key before, the code may be the only factor, as in a part of a stack.
    check_stack(stack, first_ == AskedFirst::key, said, findings);
    const auto worst =
        std::find_if(findings.all().begin(), findings.all().end(), [](const Finding& finding) {
          return finding.severity == Severity::warning || finding.severity == Severity::error;
        });
    return worst == findings.all().end() ? "" : worst->text;
  }

  const std::string service_;
  const AskedFirst first_;
  PamTexts texts_;                // the family's files as they are to be
  std::set<std::string> placed_;  // those with our line
};

// Empty when sshd, with these settings, lets people be asked.
std::string judge_settings(const SshdSettings& sshd, AskedFirst first,
                           const Configuration& settings, Findings& findings) {
  SshdDemands demands;
  demands.how_to_reload = how_to_reload_sshd(sshd);
  demands.stack_asks_password = first != AskedFirst::key;
  demands.deadline = settings.delivery.deadline;
  demands.resend_after = settings.limits.resend_after;
  Findings found;
  judge_sshd(sshd, demands, found);
  for (const auto& finding : found.all()) {
    if (finding.severity == Severity::error) return finding.text;
    if (finding.severity == Severity::warning) findings.add(Severity::warning, finding.text);
  }
  return {};
}

Result<void> plan_drop_in(AskedFirst first, const Configuration& settings, PamSwitch& change,
                          Findings& findings) {
  const auto before = read_system_file(kSshdDropIn);
  if (!before) return before.error();
  if (*before && !is_our_drop_in(**before))
    return wrong(std::string(kSshdDropIn) +
                 " is there already, and sms2fa pam did not write it; give it another name first");
  const std::string after =
      drop_in_text(first) + (*before ? without_our_settings(**before) : std::string());
  const auto sshd = settings_with_drop_in(after);
  if (!sshd) return sshd.error();
  const std::string complaint = judge_settings(*sshd, first, settings, findings);
  if (!complaint.empty()) return wrong(complaint);
  if (first == AskedFirst::key) check_keys(settings, *sshd, findings);
  if (*before == after) return {};
  change.sshd = FileChange{kSshdDropIn, *before, after};
  change.reload = how_to_reload_sshd(*sshd);
  return {};
}

std::vector<FileChange> files_of(const PamSwitch& change) {
  std::vector<FileChange> files;
  for (const auto& each : change.services) files.push_back(each.file);
  return files;
}

}  // namespace

Result<PamSwitch> plan_enabling(const std::string& service, AskedFirst first,
                                const Configuration& settings, Findings& findings) {
  PamSwitch change;
  auto services = Enabling(service, first).run();
  if (!services) return services.error();
  change.services = std::move(*services);
  if (service == "sshd")
    if (auto planned = plan_drop_in(first, settings, change, findings); !planned)
      return planned.error();
  return change;
}

Result<PamSwitch> plan_disabling(const std::string& service) {
  PamSwitch change;
  for (const auto& member : family_of(service)) {
    const std::string path = pam_file(member.service);
    const auto before = read_system_file(path);
    if (!before) return before.error();
    if (!*before) continue;
    const std::string after = without_pam_line(**before);
    if (after != **before) change.services.push_back({member.service, {path, *before, after}});
  }
  if (service != "sshd") return change;
  const auto before = read_system_file(kSshdDropIn);
  if (!before) return before.error();
  if (!*before || !is_our_drop_in(**before)) return change;
  const std::string rest = without_our_settings(**before);
  change.sshd = FileChange{kSshdDropIn, *before, std::nullopt};
  if (!rest.empty()) change.sshd->after = rest;
  change.reload = how_to_reload_sshd(sshd_settings_of("").value_or(SshdSettings()));
  return change;
}

// sshd first: until its service asks for the PIN alone, it should want the key.
Result<void> enable(const PamSwitch& change) {
  for (const auto& each : change.services)
    if (auto kept = keep_copy(kPamBackups, each.service, without_pam_line(*each.file.before));
        !kept)
      return kept;
  if (!change.sshd) return make_changes(files_of(change));
  if (auto made = make_changes({*change.sshd}); !made) return made;
  const auto settings = read_sshd(kSshdConfiguration);
  auto made = settings ? make_changes(files_of(change)) : Result<void>(settings.error());
  if (made) return made;
  const auto back = take_back({*change.sshd});
  return back ? made : back;
}

Result<void> disable(const PamSwitch& change) {
  if (auto made = make_changes(files_of(change)); !made) return made;
  return change.sshd ? make_changes({*change.sshd}) : Result<void>();
}

}  // namespace sms2fa
