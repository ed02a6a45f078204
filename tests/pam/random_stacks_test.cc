// SPDX-License-Identifier: Apache-2.0
// What `sms2fa check` thinks of a stack is what libpam does with it: random stacks are run with the
// real library, for each combination of returns that their controls tell apart, and compared. The
// seed is printed; SMS2FA_TEST_SEED repeats a run.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "programs/sms2fa/pam/findings.h"
#include "programs/sms2fa/pam/paths.h"
#include "tests/pam/random_stack.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;

namespace {

constexpr unsigned kStacks = 800;
constexpr size_t kMostRuns = 1'000;  // of one stack

// In what check says of ways in without a code.
constexpr const char* kWaysIn[] = {"leads past the code", "a right password is enough",
                                   "lets in all the same", "gets in without a code",
                                   "lets in without a code"};
constexpr auto kAuthErr = static_cast<unsigned>(PamReturn::auth_err);

unsigned seed() {
  const char* given = getenv("SMS2FA_TEST_SEED");
  return given != nullptr ? static_cast<unsigned>(strtoul(given, nullptr, 10))
                          : std::random_device()();
}

bool is_success(unsigned number) {
  return number == static_cast<unsigned>(PamReturn::success);
}
bool knows_the_password(unsigned number) {
  return is_success(number) || number == static_cast<unsigned>(PamReturn::new_authtok_reqd);
}

// The failures of ours, and of first factors, that are told apart.
std::string_view failure_told(unsigned number) {
  const auto result = static_cast<PamReturn>(number);
  const bool told = result == PamReturn::auth_err || result == PamReturn::authinfo_unavail ||
                    result == PamReturn::conv_err;
  return told ? name_of(result) : "";
}

// One stack with all of its runs.
class Case {
 public:
  Case(const ScratchDirectory& folder, std::mt19937& chance)
      : folder_(folder), files_(folder, chance), lines_(files_.modules(), nullptr) {
    stack_ = read_pam_stack(files_.path());
    auth_ = auth_lines(stack_);
    for (const auto& line : auth_)
      for (const auto& argument : line.arguments)
        if (argument.starts_with("n=")) lines_[strtoul(argument.c_str() + 2, nullptr, 10)] = &line;
    runs_ = 1;
    for (const PamLine* line : lines_) {
      choices_.push_back(choices_of(*line));
      runs_ *= choices_.back().size();
    }
    if (runs_ <= kMostRuns) run_all();
  }

  bool too_many() const { return runs_ > kMostRuns; }
  size_t runs() const { return runs_; }
  size_t ways_past_us() const { return bypasses_.size(); }

  bool is_as_thought() const {
    const PamJudge judge(auth_, "case");
    const auto thought = judge.bypasses();
    return thought && agree("who gets in", judge.lets_somebody_in(), somebody_got_in_) &&
           agree("who gets past us", !thought->empty(), !bypasses_.empty()) &&
           std::all_of(thought->begin(), thought->end(),
                       [this](const PamBypass& bypass) { return was_taken(bypass); }) &&
           each_culprit_is_named(*thought) && claims_are_right(judge) && says_so() &&
           agree("the code alone", judge.code_is_enough(), code_was_enough_) &&
           agree("a wrong password", judge.wrong_password_reaches_us(),
                 wrong_password_reached_us_) &&
           agree("counted denials", judge.counter_of_denials() != nullptr, counted_);
  }

 private:
  struct Run {
    std::vector<unsigned> returns;
    std::vector<size_t> called;
  };

  // One return for each that a line's control, or a judgement, tells apart.
  static std::vector<unsigned> choices_of(const PamLine& line) {
    const PamReturns possible = possible_returns(line);
    std::map<std::tuple<int, bool, bool, std::string_view>, unsigned> choices;
    for (unsigned number = 0; number < kPamReturns; ++number)
      if (possible.test(number))
        choices.try_emplace({line.actions[number], is_success(number),
                             is_first_factor(line) && knows_the_password(number),
                             is_ours(line) || is_first_factor(line) ? failure_told(number) : ""},
                            number);
    std::vector<unsigned> numbers;
    for (const auto& [key, number] : choices) numbers.push_back(number);
    return numbers;
  }

  void run_all() {
    for (size_t number = 0; number < runs_; ++number) {
      Run run;
      size_t rest = number;
      for (const auto& choices : choices_) {
        run.returns.push_back(choices[rest % choices.size()]);
        rest /= choices.size();
      }
      const PamRun done = run_stack(folder_, run.returns);
      run.called = done.called;
      take(run, done.result == 0);
    }
  }

  void take(const Run& run, bool got_in) {
    bool right_code = false;
    bool right_password = false;
    bool wrong_password = false;
    bool something_else = false;
    bool denied = false;
    for (const size_t place : run.called) {
      const PamLine& line = *lines_[place];
      const unsigned number = run.returns[place];
      if (is_ours(line) && !right_password) unproven_.insert(&line);
      if (is_ours(line) && wrong_password && !right_password && !right_code && !something_else)
        wrong_password_reached_us_ = true;
      counted_ = counted_ || (denied && counts_failures(line));
      right_code = right_code || (is_ours(line) && is_success(number));
      denied = denied || (is_ours(line) && !is_success(number));
      wrong_password = wrong_password || (is_first_factor(line) && number == kAuthErr);
      something_else = something_else || (is_success(number) && !is_ours(line) &&
                                          !is_first_factor(line) && !is_housekeeping(line));
      right_password = right_password || (is_first_factor(line) && knows_the_password(number));
    }
    somebody_got_in_ = somebody_got_in_ || got_in;
    if (got_in && right_code && !right_password && !something_else) code_was_enough_ = true;
    const bool asks = std::any_of(auth_.begin(), auth_.end(), is_ours);
    if (got_in && !right_code && asks) bypasses_.push_back(run);
  }

  // Some run went the way that is told.
  bool was_taken(const PamBypass& bypass) const {
    const bool taken = std::any_of(bypasses_.begin(), bypasses_.end(), [&](const Run& run) {
      return std::all_of(bypass.path.begin(), bypass.path.end(), [&](const PamStep& step) {
        const auto place = std::find(lines_.begin(), lines_.end(), step.line);
        if (place == lines_.end()) return step.line->must_fail;
        const auto at = static_cast<size_t>(place - lines_.begin());
        return std::find(run.called.begin(), run.called.end(), at) != run.called.end() &&
               step.returns.test(run.returns[at]);
      });
    });
    return taken || complain("a way that nobody took past " + bypass.culprit->place);
  }

  // The line that led a run past us, or that of ours whose failure was forgiven.
  const PamLine* culprit_of(const Run& run) const {
    for (size_t i = 0; i < run.called.size(); ++i) {
      const PamLine* line = lines_[run.called[i]];
      if (is_ours(*line)) return line;
      const PamLine* next = i + 1 < run.called.size() ? lines_[run.called[i + 1]] : auth_end();
      if (std::any_of(line + 1, next, is_ours)) return line;
    }
    return nullptr;
  }

  bool each_culprit_is_named(const std::vector<PamBypass>& thought) const {
    // What is not scripted leaves no trace.
    if (std::any_of(auth_.begin(), auth_.end(), [this](const PamLine& line) {
          return !line.is_substack &&
                 std::find(lines_.begin(), lines_.end(), &line) == lines_.end();
        }))
      return true;
    return std::all_of(bypasses_.begin(), bypasses_.end(), [&](const Run& run) {
      const PamLine* culprit = culprit_of(run);
      return std::any_of(thought.begin(), thought.end(),
                         [&](const PamBypass& bypass) { return bypass.culprit == culprit; }) ||
             complain("a way that is not told");
    });
  }

  // What check says of it: never that it asks for a code when somebody got in without, and never
  // that somebody gets in without when nobody did.
  bool says_so() const {
    if (std::none_of(auth_.begin(), auth_.end(), is_ours)) return true;
    std::set<std::string> said;
    Findings findings;
    check_stack(stack_, false, said, findings);
    bool asks = false;
    bool warns = false;
    for (const auto& finding : findings.all()) {
      asks = asks || finding.severity == Severity::ok;
      warns = warns || std::any_of(std::begin(kWaysIn), std::end(kWaysIn), [&](const char* words) {
                return finding.text.find(words) != std::string::npos;
              });
    }
    return (!asks || bypasses_.empty() || complain("said to ask")) &&
           agree("warned of", warns, !bypasses_.empty());
  }

  bool claims_are_right(const PamJudge& judge) const {
    for (size_t i = 0; i < auth_.size(); ++i)
      if (is_ours(auth_[i]) &&
          !agree("first=proved at " + auth_[i].place, judge.unproven_path_to(i).has_value(),
                 unproven_.contains(&auth_[i])))
        return false;
    return true;
  }

  const PamLine* auth_end() const { return auth_.data() + auth_.size(); }

  bool agree(const std::string& what, bool thought, bool happened) const {
    return thought == happened || complain(what + (thought ? ": thought" : ": happened"));
  }

  bool complain(const std::string& what) const {
    std::cout << what << "\n" << files_.text() << "\n";
    return false;
  }

  const ScratchDirectory& folder_;
  RandomStack files_;
  std::vector<const PamLine*> lines_;  // by their places
  PamStack stack_;
  std::vector<PamLine> auth_;
  std::vector<std::vector<unsigned>> choices_;
  size_t runs_ = 0;
  std::vector<Run> bypasses_;
  std::set<const PamLine*> unproven_;
  bool somebody_got_in_ = false;
  bool code_was_enough_ = false;
  bool wrong_password_reached_us_ = false;
  bool counted_ = false;
};

}  // namespace

TEST(random_stacks_are_judged_as_libpam_runs_them) {
  const unsigned chosen = seed();
  std::cout << "seed " << chosen << "\n";
  std::mt19937 chance(chosen);
  const ScratchDirectory folder;
  install_scripted_modules(folder);
  size_t runs = 0;
  size_t with_ways = 0;
  unsigned wrong = 0;
  for (unsigned number = 0; number < kStacks && wrong < 3; ++number) {
    const Case one(folder, chance);
    if (one.too_many()) continue;
    runs += one.runs();
    with_ways += one.ways_past_us() > 0 ? 1 : 0;
    wrong += one.is_as_thought() ? 0 : 1;
  }
  std::cout << runs << " runs, " << with_ways << " of " << kStacks
            << " stacks with a way past us\n";
  CHECK_EQ(wrong, 0U);
  CHECK(with_ways > 0);
}
