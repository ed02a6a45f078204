// SPDX-License-Identifier: Apache-2.0
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "lib/base/nearest.h"
#include "lib/base/text.h"
#include "programs/sms2fa/command.h"
#include "programs/sms2fa/doctor/doctor.h"
#include "programs/sms2fa/output/terminal.h"
#include "programs/sms2fa/pam/families.h"
#include "programs/sms2fa/pam/findings.h"
#include "programs/sms2fa/pam/line_findings.h"
#include "programs/sms2fa/pam/modules.h"
#include "programs/sms2fa/pam/paths.h"
#include "programs/sms2fa/pam/switch.h"

namespace sms2fa {

namespace {

constexpr const char* kName = "pam";

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
  const auto near = nearest(word, candidates);
  return near ? "; did you mean " + escape(*near) + "?" : "";
}

// Services with a password that let in without a code, and are no part of others.
std::string services_that_do_not_ask(const std::vector<std::string>& services) {
  std::string names;
  for (const auto& service : services) {
    const auto auth = auth_lines(stack_in_force(service));
    if (service == "other" || service.starts_with("common-") ||
        std::any_of(auth.begin(), auth.end(), is_ours) ||
        std::none_of(auth.begin(), auth.end(), is_first_factor) ||
        !PamJudge(auth, service).lets_somebody_in())
      continue;
    names += (names.empty() ? "" : ", ") + escape(service);
  }
  return names;
}

void look_at(const std::string& service, Findings& findings) {
  const PamStack stack = stack_in_force(service);
  const auto auth = auth_lines(stack);
  std::set<std::string> said;
  if (std::none_of(auth.begin(), auth.end(), is_ours))
    findings.add(Severity::note, "service " + escape(service) + " asks for no code");
  else
    check_stack(stack, false, said, findings);
}

Answer show_status(const Arguments& arguments) {
  Findings findings;
  if (!arguments.service.empty()) {
    look_at(arguments.service, findings);
    return answer_of(kName, findings, findings.all());
  }
  check_pam(findings);
  if (!file_that_asks("sshd").empty()) check_sshd(nullptr, "", findings);
  const auto others = services_that_do_not_ask(pam_services());
  if (!others.empty()) findings.add(Severity::note, "a password is enough for: " + others);
  return answer_of(kName, findings, findings.all());
}

// A name that is a service of its own, with a file.
Result<void> check_service(const std::string& service) {
  const auto services = pam_services();
  if (std::find(services.begin(), services.end(), service) == services.end()) {
    const std::vector<std::string_view> names(services.begin(), services.end());
    return make_error(
        ErrorKind::configuration,
        "there is no service " + escape(service) + " in /etc/pam.d" + did_you_mean(service, names));
  }
  const auto family = family_of(service);
  std::vector<std::string> others;
  for (const auto& each : services)
    if (std::none_of(family.begin(), family.end(),
                     [&](const PamMember& member) { return member.service == each; }))
      others.push_back(each);
  if (service == "other" || is_included(service, others))
    return make_error(ErrorKind::configuration,
                      escape(service) +
                          " stands for many services; name those that are to ask, "
                          "such as: sms2fa pam enable sshd");
  return {};
}

// The module file that our line would name.
void check_module(Findings& findings) {
  PamLine line;
  line.type = "auth";
  line.module = "pam_sms2fa.so";
  line.place = "the module";
  check_our_line(line, [&](Severity severity, const std::string& text) {
    if (severity == Severity::error) findings.add(make_error(ErrorKind::configuration, text));
  });
  if (findings.exit_code() != EX_OK) return;
  const auto places = line.places();
  check_module_load(
      *std::find_if(places.begin(), places.end(),
                    [](const std::string& path) { return access(path.c_str(), F_OK) == 0; }),
      findings);
}

// All that a login needs besides the stack; with an error the service would lock everybody out.
std::optional<Configuration> check_house(const Arguments& arguments, Findings& findings) {
  check_module(findings);
  auto settings = check_files(arguments.configuration, findings);
  if (!settings || findings.exit_code() != EX_OK) return std::nullopt;
  check_daemon(arguments.socket, findings);
  if (findings.exit_code() == EX_OK) check_ways(*settings, arguments.service, findings);
  return settings;
}

// Whether root is still reached, at the console or by a key, once all of this is done; nothing
// where it is not reached so before either, but by other ways.
void check_doors_after(const PamSwitch& change, AskedFirst first, const Configuration& settings,
                       Findings& findings) {
  const auto sshd = sshd_settings_of("root");
  Findings before;
  check_last_door(settings, sshd, {}, before);
  if (before.exit_code() != EX_OK) return;
  PamTexts texts;
  for (const auto& each : change.services) texts[each.file.path] = each.file.after.value_or("");
  const bool key_is_asked_more = change.sshd && first == AskedFirst::key;
  check_last_door(settings, key_is_asked_more ? std::nullopt : sshd, texts, findings);
}

void show(const PamSwitch& change, const Console& console) {
  for (const auto& each : change.services) console.say(difference(each.file));
  if (change.sshd) console.say(difference(*change.sshd));
}

bool agrees(const Console& console) {
  TypedLine answer;
  console.say("");
  return ask("Make these changes? [y/N] ", true, -1, answer) == Typed::line &&
         (ascii_lower(answer.text()) == "y" || ascii_lower(answer.text()) == "yes");
}

// True when the changes are to be made now; else `code` says how it ended.
bool goes_on(const Arguments& arguments, const Console& console, const PamSwitch& change,
             int& code) {
  show(change, console);
  code = EX_OK;
  if (arguments.dry_run) {
    console.say("Nothing was changed.");
    return false;
  }
  if (arguments.yes) return true;
  if (isatty(STDIN_FILENO) != 1) {
    code = console.fail(EX_USAGE, "nobody is there to agree, so nothing was changed",
                        "Without a terminal say --yes, or --dry-run.");
    return false;
  }
  if (agrees(console)) return true;
  console.say("Nothing was changed.");
  code = kNegativeAnswer;
  return false;
}

int refuse_with(const Error& error, const Console& console) {
  Findings findings;
  findings.add(error);
  return console.fail(findings.exit_code(), error.message);
}

void say_what_next(const std::string& service, AskedFirst first, const PamSwitch& change,
                   const Console& console) {
  if (!change.reload.empty())
    console.say("sshd goes on as before until it reads its configuration again. Now run: " +
                change.reload);
  if (!change.reload.empty() && first == AskedFirst::key)
    console.say("Until then the PIN may be all that ssh asks for, without the key.");
  console.say(
      "Keep this root shell open until a login in another terminal has worked. If it does "
      "not: sms2fa pam disable " +
      service);
  console.say("Then let the doctor look: sms2fa doctor");
}

int enable_service(const Arguments& arguments, const Console& console, AskedFirst first) {
  const std::string& service = arguments.service;
  Findings findings;
  const auto settings = check_house(arguments, findings);
  const auto tell = [&] {
    for (const auto& finding : findings.all())
      if (finding.severity == Severity::warning || finding.severity == Severity::error)
        console.finding(finding.severity, finding.text);
  };
  if (!settings || findings.exit_code() != EX_OK) {
    tell();
    return console.fail(findings.exit_code(),
                        "nothing was changed, because " + service + " would lock everybody out");
  }
  const auto change = plan_enabling(service, first, *settings, findings);
  if (change && !change->empty() && findings.exit_code() == EX_OK)
    check_doors_after(*change, first, *settings, findings);
  tell();
  if (!change) return refuse_with(change.error(), console);
  if (findings.exit_code() != EX_OK)
    return console.fail(findings.exit_code(), "nothing was changed");
  if (change->empty()) {
    console.say(service + " asks for the PIN already. Nothing was changed.");
    return EX_OK;
  }
  int code = EX_OK;
  if (!goes_on(arguments, console, *change, code)) return code;
  if (const auto done = enable(*change); !done)
    return console.fail(EX_CANTCREAT, "nothing was changed: " + done.error().message);
  say_what_next(service, first, *change, console);
  return EX_OK;
}

// What asks, though nothing of ours is in the files.
int say_who_else_asks(const std::string& service, const Console& console) {
  const auto auth = auth_lines(stack_in_force(service));
  const auto ours = std::find_if(auth.begin(), auth.end(), is_ours);
  if (ours == auth.end()) {
    console.say(service + " asks for no PIN. Nothing was changed.");
    return EX_OK;
  }
  return console.fail(kNegativeAnswer,
                      ours->place + " asks for a code, but sms2fa pam did not put that line there",
                      "Take it out by hand; of a file common-auth, by: pam-auth-update");
}

int disable_service(const Arguments& arguments, const Console& console) {
  const std::string& service = arguments.service;
  const auto change = plan_disabling(service);
  if (!change) return refuse_with(change.error(), console);
  if (change->empty()) return say_who_else_asks(service, console);
  int code = EX_OK;
  if (!goes_on(arguments, console, *change, code)) return code;
  if (const auto done = disable(*change); !done)
    return console.fail(EX_CANTCREAT, done.error().message);
  if (!file_that_asks(service).empty()) return say_who_else_asks(service, console);
  console.say(service + " asks for no PIN any more.");
  if (!change->reload.empty()) console.say("Now run: " + change->reload);
  return EX_OK;
}

Result<Answer> run(const Arguments& arguments, const Console& console) {
  const std::string& service = arguments.service;
  const bool is_change = arguments.act != "status";
  if (is_change && geteuid() != 0)
    return told(
        console.fail(EX_NOPERM, "only root may change what services ask",
                     "Run it as root: sudo sms2fa pam " + arguments.act + " " + escape(service)));
  if (!service.empty())
    if (const auto known = check_service(service); !known)
      return told(refuse_with(known.error(), console));
  if (!is_change) return show_status(arguments);
  return told(arguments.act == "enable"
                  ? enable_service(arguments, console, *first_factor_of(arguments.first_factor))
                  : disable_service(arguments, console));
}

Result<void> check(Arguments& arguments) {
  const auto wrong = [](std::string why) -> Result<void> {
    return make_error(ErrorKind::configuration, std::move(why));
  };
  if (arguments.act == "status") return {};
  if (arguments.service.empty())
    return wrong("which service? Write: sms2fa pam " + arguments.act + " SERVICE");
  if (arguments.json) return wrong("--json is for status");
  if (arguments.first_factor == "key" && arguments.service != "sshd")
    return wrong("--first key is for sshd, which checks the key");
  return {};
}

}  // namespace

Command pam_command() {
  return {.name = kName,
          .summary = "have sshd, sudo, su or another service ask for the PIN, or no longer",
          .description =
              "Has a service such as sshd, sudo or su ask for the PIN, by one line in its own file "
              "in /etc/pam.d, or takes that line out again; with sudo goes sudo -i, with su goes "
              "su -. For sshd it writes /etc/ssh/sshd_config.d/00-sms2fa.conf, too. Shows what it "
              "will change, and asks. What would let somebody in unasked, or nobody at all, is "
              "refused. Copies of the files are kept in /etc/pam.d.sms2fa-backup. status says who "
              "asks now, and changes nothing.",
          .example = "sudo sms2fa pam enable sshd --first password",
          .operands = {{.name = "enable|disable|status", .take = take<&Arguments::act>},
                       {.name = "SERVICE", .take = take<&Arguments::service>, .may_miss = true}},
          .options = {{.name = "first",
                       .value = "password|pin|key",
                       .meaning =
                           "password: the PIN after it (default); pin: the PIN before it; key: "
                           "sshd checks a key, and then the PIN is asked in the password's place",
                       .take = take<&Arguments::first_factor>},
                      {.name = "dry-run",
                       .meaning = "only show what would be changed",
                       .take = take<&Arguments::dry_run>},
                      {.name = "yes", .meaning = "don't ask", .take = take<&Arguments::yes>},
                      kConfigOption,
                      kSocketOption,
                      {.name = "json",
                       .meaning = "status as one JSON object instead of text",
                       .take = take<&Arguments::json>}},
          .run = run,
          .check = check};
}

}  // namespace sms2fa
