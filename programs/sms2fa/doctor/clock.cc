// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <sys/timex.h>

#include "programs/sms2fa/doctor/doctor.h"
#include "programs/sms2fa/output/human_time.h"

namespace sms2fa {

namespace {

// An authenticator app's code lives for one step before and after its own (RFC 6238, 5.2).
constexpr std::chrono::seconds kMostError{15};
constexpr std::chrono::seconds kMostOff{30};

ClockReading read_clock() {
  ClockReading reading;
  reading.now = std::time(nullptr);
  struct stat self {};
  if (stat("/proc/self/exe", &self) == 0) reading.built = self.st_mtime;
  timex state{};
  const int synchrony = adjtimex(&state);
  if (synchrony >= 0) {
    reading.synchronised = synchrony != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
    reading.error = std::chrono::microseconds(state.maxerror);
  }
  return reading;
}

}  // namespace

void judge_clock(const ClockReading& reading, Findings& findings) {
  if (reading.now < reading.built)
    return findings.add(make_error(
        ErrorKind::configuration,
        "the clock is wrong: it shows a time before this program was made, so certificates and "
        "authenticator apps' codes will be refused; set it: timedatectl set-ntp true"));
  if (!reading.synchronised) return;
  if (!*reading.synchronised)
    findings.add(
        Severity::warning,
        "nothing keeps the clock right, and authenticator apps' codes need it within 30 s; "
        "switch that on: timedatectl set-ntp true");
  else if (reading.error > kMostError)
    findings.add(
        Severity::warning,
        "the clock may be " +
            std::to_string(std::chrono::ceil<std::chrono::seconds>(reading.error).count()) +
            " s off, and authenticator apps' codes need it within 30 s; see: timedatectl "
            "timesync-status");
  else
    findings.add(Severity::ok, "the clock is kept right");
}

// A step early or late is what an app is allowed for the time that typing takes.
void judge_clock_by(const std::string& provider, std::chrono::seconds ahead, Findings& findings) {
  const auto off = std::chrono::abs(ahead);
  if (off <= kMostOff) return;
  const auto told = off < std::chrono::minutes(2)
                        ? off
                        : std::chrono::seconds(std::chrono::round<std::chrono::minutes>(off));
  findings.add(make_error(ErrorKind::configuration,
                          "the clock is " + in_words(told) +
                              (ahead.count() > 0 ? " ahead of" : " behind") + " provider " +
                              provider +
                              "'s, so authenticator apps' codes are refused; set it: timedatectl "
                              "set-ntp true"));
}

void check_clock(Findings& findings) {
  judge_clock(read_clock(), findings);
}

}  // namespace sms2fa
