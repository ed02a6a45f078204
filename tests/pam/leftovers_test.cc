// SPDX-License-Identifier: Apache-2.0
// After an attempt no copy of the answer is left anywhere in the host's memory.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "lib/base/unique_fd.h"
#include "tests/pam/busy_daemon.h"
#include "tests/pam/pam_transaction.h"
#include "tests/support/test.h"
#include "tests/unit/scratch_directory.h"

using namespace sms2fa;
using namespace sms2fa::test;

namespace {

constexpr size_t kLength = 32;
constexpr unsigned char kMask = 0x80;

// They lay out stacks and heap in their own way, and map more than can be searched in a short time.
void skip_under_sanitizers() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  skip_test("built with a sanitizer");
#endif
}

// The answer under a mask: this process holds it in plain only between the conversation and the
// module's return.
std::array<unsigned char, kLength> masked;

void choose_answer() {
  std::ifstream("/dev/urandom", std::ios::binary)
      .read(reinterpret_cast<char*>(masked.data()), kLength);
  for (auto& byte : masked) byte = static_cast<unsigned char>((byte % 26 + 'a') ^ kMask);
}

void write_answer(volatile char* memory) {
  for (size_t i = 0; i < kLength; ++i) memory[i] = static_cast<char>(masked[i] ^ kMask);
  memory[kLength] = '\0';
}

int converse(int, const pam_message**, pam_response** responses, void*) {
  auto* text = static_cast<char*>(malloc(kLength + 1));
  write_answer(text);
  *responses = static_cast<pam_response*>(calloc(1, sizeof(pam_response)));
  (*responses)->resp = text;
  return PAM_SUCCESS;
}

bool is_the_answer(const std::string& text) {
  if (text.size() != kLength) return false;
  for (size_t i = 0; i < kLength; ++i)
    if (static_cast<unsigned char>(text[i]) != (masked[i] ^ kMask)) return false;
  return true;
}

// A quarter of the answer is enough to count as a copy.
bool holds_a_part(const std::vector<unsigned char>& memory, size_t size) {
  constexpr size_t kPart = kLength / 4;
  for (size_t part = 0; part < kLength; part += kPart) {
    for (size_t at = 0; at + kPart <= size; ++at) {
      size_t same = 0;
      while (same < kPart && memory[at + same] == (masked[part + same] ^ kMask)) ++same;
      if (same == kPart) return true;
    }
  }
  return false;
}

// The writable mappings of this process in which a part of the answer stands.
std::vector<std::string> copies() {
  std::vector<std::string> found;
  const UniqueFd memory(open("/proc/self/mem", O_RDONLY | O_CLOEXEC));
  std::vector<std::string> lines;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) lines.push_back(line);
  for (const auto& line : lines) {
    unsigned long begin = 0;
    unsigned long end = 0;
    char mode[5] = {};
    if (sscanf(line.c_str(), "%lx-%lx %4s", &begin, &end, mode) != 3) continue;
    if (mode[0] != 'r' || mode[1] != 'w' || end - begin > (64UL << 20)) continue;
    std::vector<unsigned char> bytes(end - begin);
    const ssize_t got = pread(memory.get(), bytes.data(), bytes.size(), static_cast<off_t>(begin));
    if (got > 0 && holds_a_part(bytes, static_cast<size_t>(got))) found.push_back(line);
  }
  return found;
}

}  // namespace

TEST(the_search_finds_a_copy) {
  skip_under_sanitizers();
  choose_answer();
  CHECK(copies().empty());
  std::vector<char> copy(kLength + 1);
  write_answer(copy.data());
  CHECK(!copies().empty());
  const volatile char first = copy[0];
  CHECK(first != 0);
  std::fill(copy.begin(), copy.end(), '\0');
}

TEST(no_copy_of_the_answer_stays_in_the_host) {
  skip_under_sanitizers();
  choose_answer();
  const ScratchDirectory directory;
  const BusyDaemon daemon(
      directory.path("socket"),
      [](const std::string&, const std::string& text) { return is_the_answer(text); });
  write_service(directory.path(), "login",
                std::string(SMS2FA_TEST_MODULE) + " socket=" + directory.path("socket"));
  const pam_conv conversation = {&converse, nullptr};
  const PamTransaction pam(directory.path(), "login", "alice", conversation);
  CHECK_EQ(pam_authenticate(pam.handle(), 0), PAM_SUCCESS);
  const auto left = copies();
  CHECK(left.empty());
  for (const auto& mapping : left) (void)fprintf(stderr, "a copy is left in %s\n", mapping.c_str());
}
