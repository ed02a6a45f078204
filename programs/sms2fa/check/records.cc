// SPDX-License-Identifier: Apache-2.0
#include <pwd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/text.h"
#include "lib/config/users_file.h"
#include "programs/sms2fa/check/check.h"

namespace sms2fa {

namespace {

// An account may be looked up over the network.
constexpr size_t kMostLookedUp = 1'000;
constexpr std::chrono::seconds kPatience{10};
constexpr size_t kMostNamed = 10;

enum class Lookup { account, other_spelling, nobody, no_answer };

// `spelled` becomes the account's own name.
Lookup look_up(const std::string& name, std::string& spelled) {
  std::vector<char> buffer(16'384);
  passwd entry{};
  passwd* found = nullptr;
  const int error = getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr)
    return error == 0 || error == ENOENT || error == ESRCH ? Lookup::nobody : Lookup::no_answer;
  spelled = found->pw_name;
  return spelled == name ? Lookup::account : Lookup::other_spelling;
}

// Looks for the accounts of names on record.
class RecordLook {
 public:
  RecordLook(bool unenrolled_get_in, Findings& findings)
      : unenrolled_get_in_(unenrolled_get_in), findings_(findings) {}

  void look_at(const std::string& name) {
    if (looked_up_ == kMostLookedUp || std::chrono::steady_clock::now() > deadline_) {
      ++left_out_;
      return;
    }
    ++looked_up_;
    std::string spelled;
    const Lookup result = look_up(name, spelled);
    if (result == Lookup::no_answer) ++left_out_;
    if (result == Lookup::account || result == Lookup::no_answer || ++lost_ > kMostNamed) return;
    names_ += (names_.empty() ? "" : ", ") + escape(name);
    if (result == Lookup::other_spelling) names_ += " (the account is " + escape(spelled) + ")";
  }

  // `where` these names stand, and how to mend that.
  void finish(const std::string& where, const std::string& mend) {
    if (lost_ > kMostNamed) names_ += " and " + std::to_string(lost_ - kMostNamed) + " more";
    const std::string text =
        where + ": no account has the name " + names_ + ", so nobody gets a code by it" +
        (unenrolled_get_in_ ? ", and as [code] unenrolled lets people in, the one "
                              "who is meant gets in without one"
                            : "") +
        "; " + mend;
    if (lost_ > 0 && unenrolled_get_in_)
      findings_.add(make_error(ErrorKind::configuration, text));
    else if (lost_ > 0)
      findings_.add(Severity::warning, text);
    if (left_out_ > 0)
      findings_.add(Severity::note, where + ": whether there is an account was not looked up for " +
                                        std::to_string(left_out_) + " names");
  }

 private:
  const bool unenrolled_get_in_;
  Findings& findings_;
  const SteadyTime deadline_ = std::chrono::steady_clock::now() + kPatience;
  size_t looked_up_ = 0;
  size_t left_out_ = 0;
  size_t lost_ = 0;
  std::string names_;
};

}  // namespace

void check_records(const Configuration& configuration, const std::vector<EnrolledFactors>& enrolled,
                   Findings& findings) {
  const bool unenrolled_get_in = configuration.code.unenrolled != Unenrolled::deny;
  const DirectorySettings& settings = configuration.directory;
  if (std::find(settings.sources.begin(), settings.sources.end(), DirectorySource::users_file) !=
      settings.sources.end()) {
    RecordLook look(unenrolled_get_in, findings);
    // Its errors have been reported.
    (void)read_users_file(settings.users_file, [&](const UserLine& line) -> Result<void> {
      look.look_at(std::string(line.name));
      return {};
    });
    look.finish(settings.users_file, "write the account's own name, or take the line out");
  }
  RecordLook look(unenrolled_get_in, findings);
  for (const auto& one : enrolled) look.look_at(one.user);
  look.finish("enrolled", "take it away: sms2fa remove NAME");
}

}  // namespace sms2fa
