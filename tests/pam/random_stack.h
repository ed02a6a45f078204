// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>
#include <string>
#include <vector>

#include "programs/sms2fa/pam/stack.h"
#include "tests/unit/scratch_directory.h"

namespace sms2fa::test {

// A service file of at most six lines, with all that pam.d(5) knows, and the files that it
// includes. Its modules are scripted (scripted_module.cc), under the names of real ones; each has
// its place in what a run is told, "n=PLACE".
class RandomStack {
 public:
  RandomStack(const ScratchDirectory& folder, std::mt19937& chance);

  // The service's file, by its whole path.
  const std::string& path() const { return path_; }
  // All files, for a failed test to show.
  const std::string& text() const { return text_; }
  size_t modules() const { return modules_; }

 private:
  std::string write_file(unsigned depth);
  std::string line(unsigned depth);
  std::string control();
  std::string module();
  unsigned below(unsigned bound) { return static_cast<unsigned>(chance_() % bound); }

  const ScratchDirectory& folder_;
  std::mt19937& chance_;
  std::string path_;
  std::string text_;
  size_t lines_ = 0;
  size_t modules_ = 0;
  size_t files_ = 0;
};

// Puts the scripted module into the folder, under each name that a random stack may use.
void install_scripted_modules(const ScratchDirectory& folder);

// What a run ended in, and which modules it called, by their places.
struct PamRun {
  int result = -1;
  std::vector<size_t> called;
};
PamRun run_stack(const ScratchDirectory& folder, const std::vector<unsigned>& returns);

}  // namespace sms2fa::test
