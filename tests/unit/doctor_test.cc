// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/doctor/doctor.h"

#include <sysexits.h>

#include <string>

#include "programs/sms2fa/doctor/denials.h"
#include "tests/support/test.h"

using namespace sms2fa;

namespace {

// What the judgement says, a line a finding.
std::string judged(const ClockReading& reading) {
  Findings findings;
  judge_clock(reading, findings);
  std::string text;
  for (const auto& finding : findings.all())
    text += std::string(to_string(finding.severity)) + ": " + finding.text + "\n";
  return text;
}

std::string judged_by_provider(std::chrono::seconds ahead) {
  Findings findings;
  judge_clock_by("one", ahead, findings);
  std::string text;
  for (const auto& finding : findings.all())
    text += std::string(to_string(finding.severity)) + ": " + finding.text + "\n";
  return text;
}

std::string judged(const Confinement& confinement) {
  Findings findings;
  judge_confinement(confinement, findings);
  std::string text;
  for (const auto& finding : findings.all())
    text += std::string(to_string(finding.severity)) + ": " + finding.text + "\n";
  return text;
}

std::string judged(const SshdSettings& more) {
  SshdSettings settings = {{"usepam", "yes"},
                           {"kbdinteractiveauthentication", "yes"},
                           {"passwordauthentication", "no"},
                           {"pubkeyauthentication", "no"},
                           {"logingracetime", "120"}};
  settings.insert(more.begin(), more.end());
  Findings findings;
  judge_sshd(settings, {}, findings);
  std::string text;
  for (const auto& finding : findings.all())
    text += std::string(to_string(finding.severity)) + ": " + finding.text + "\n";
  return text;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const ClockReading kGoodClock = {2'000'000'000, 1'900'000'000, true, std::chrono::seconds(1)};

}  // namespace

TEST(a_clock_that_is_kept_right_is_fine) {
  CHECK_EQ(judged(kGoodClock), "ok: the clock is kept right\n");
}

TEST(a_clock_before_the_program_was_made_is_wrong) {
  ClockReading reading = kGoodClock;
  reading.now = reading.built - 1;
  CHECK(has(judged(reading), "error: the clock is wrong"));
  CHECK(has(judged(reading), "timedatectl set-ntp true"));
}

TEST(a_clock_that_nobody_keeps_is_warned_of) {
  ClockReading reading = kGoodClock;
  reading.synchronised = false;
  CHECK(has(judged(reading), "warning: nothing keeps the clock right"));
  CHECK(has(judged(reading), "; switch that on: timedatectl set-ntp true\n"));
}

TEST(a_clock_far_off_is_warned_of) {
  ClockReading reading = kGoodClock;
  reading.error = std::chrono::seconds(15);
  CHECK(has(judged(reading), "ok: "));
  reading.error += std::chrono::microseconds(1);
  CHECK(has(judged(reading), "warning: the clock may be 16 s off"));
}

TEST(a_clock_is_held_against_a_provider_s) {
  using std::chrono::seconds;
  CHECK_EQ(judged_by_provider(seconds(30)), "");
  CHECK_EQ(judged_by_provider(seconds(-30)), "");
  CHECK(has(judged_by_provider(seconds(31)),
            "error: the clock is 31 s ahead of provider one's, so "));
  CHECK(has(judged_by_provider(seconds(-3601)),
            "error: the clock is 1 h behind provider one's, so "));
  CHECK(has(judged_by_provider(seconds(-3601)), "; set it: timedatectl set-ntp true\n"));
}

TEST(a_kernel_that_does_not_tell_is_no_finding) {
  ClockReading reading = kGoodClock;
  reading.synchronised.reset();
  CHECK_EQ(judged(reading), "");
}

TEST(a_denial_of_apparmor_s_is_read) {
  const std::string denied =
      "5,812,99,-;audit: type=1400 audit(1764456789.123:45): apparmor=\"DENIED\" "
      "operation=\"open\" "
      "profile=\"sms2fad\" name=\"/etc/sms2fa/users.conf\" pid=12 comm=\"sms2fad\" "
      "requested_mask=\"r\" denied_mask=\"r\" fsuid=998 ouid=0";
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string line = denied;
    line.replace(line.find(from), from.size(), to);
    return read_denial(line);
  };
  const auto denial = read_denial(denied);
  REQUIRE(denial.has_value());
  CHECK_EQ(denial->path, "/etc/sms2fa/users.conf");
  CHECK(!denial->writes);
  CHECK(denial->at == WallTime(std::chrono::seconds(1764456789)));
  CHECK(with("denied_mask=\"r\"", "denied_mask=\"wc\"")->writes);
  CHECK(with("\"sms2fad\" name", "\"/usr/sbin/sms2fad\" name").has_value());
  CHECK(!with("\"sms2fad\" name", "\"sshd\" name"));
  CHECK(!with("DENIED", "ALLOWED"));
  CHECK(!with("users.conf", "u'; rm -rf"));
  CHECK(!with("\"/etc/sms2fa/users.conf\"", "2F6574632F61"));
  CHECK(!with("audit(1764456789", "audit(x"));
}

TEST(selinux_must_know_the_socket_when_it_enforces) {
  Confinement confinement;
  CHECK_EQ(judged(confinement), "");
  confinement.selinux_enforcing = true;
  CHECK(has(judged(confinement), "warning: SELinux is enforcing, and the socket's label (none)"));
  confinement.socket_label = "system_u:object_r:var_run_t:s0";
  CHECK(
      has(judged(confinement),
          "checkmodule -M -m -o sms2fa.mod /usr/share/doc/sms2fa/examples/selinux/sms2fa.te && "));
  CHECK(has(judged(confinement), " && semodule -i sms2fa.pp && restorecon -Rv /run/sms2fa\n"));
  confinement.socket_label = "system_u:object_r:sms2fa_var_run_t:s0";
  CHECK(has(judged(confinement), "ok: SELinux"));
}

TEST(apparmor_is_named_only_for_a_running_daemon) {
  Confinement confinement;
  confinement.apparmor_enabled = true;
  CHECK_EQ(judged(confinement), "");
  confinement.daemon_profile = "unconfined";
  CHECK(has(judged(confinement), "note: AppArmor is on, but does not confine sms2fad"));
  CHECK(has(judged(confinement),
            "cp /usr/share/doc/sms2fa/examples/apparmor/usr.sbin.sms2fad /etc/apparmor.d/ && "
            "apparmor_parser -r /etc/apparmor.d/usr.sbin.sms2fad\n"));
  confinement.daemon_profile = "sms2fad (enforce)";
  CHECK_EQ(judged(confinement), "ok: AppArmor confines sms2fad: sms2fad (enforce)\n");
  confinement.apparmor_enabled = false;
  CHECK_EQ(judged(confinement), "");
}

TEST(penalties_for_an_address_that_many_share_are_named) {
  const std::string fine = "ok: sshd's settings let people be asked for a code\n";
  const std::string on = "crash:90.000 authfail:5.000 noauth:1.000 max:600.000 min:15.000";
  // Before OpenSSH 9.8 there were none.
  CHECK_EQ(judged(SshdSettings{}), fine);
  CHECK_EQ(judged(SshdSettings{{"persourcepenalties", "no"}}), fine);
  const SshdSettings exempt = {{"persourcepenalties", on},
                               {"persourcepenaltyexemptlist", "192.0.2.0/24"}};
  CHECK_EQ(judged(exempt), fine);
  const auto said =
      judged(SshdSettings{{"persourcepenalties", on}, {"persourcepenaltyexemptlist", "none"}});
  CHECK(has(said, "note: sshd turns an address away for a while"));
  CHECK(has(said, "PerSourcePenaltyExemptList ADDRESS\n"));
  CHECK(has(said, fine));
}

TEST(the_gravest_error_decides_the_exit_code) {
  Findings findings;
  findings.add(Severity::warning, "odd");
  CHECK_EQ(findings.exit_code(), EX_OK);
  findings.add(make_error(ErrorKind::unavailable, "nobody there"));
  CHECK_EQ(findings.exit_code(), EX_UNAVAILABLE);
  findings.add(make_error(ErrorKind::permission, "open to all"));
  CHECK_EQ(findings.exit_code(), EX_NOPERM);
  findings.add(make_error(ErrorKind::configuration, "wrong"));
  CHECK_EQ(findings.exit_code(), EX_CONFIG);
}
