// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <iterator>

#include "lib/delivery/json.h"
#include "programs/wiring/gateways.h"
#include "tests/support/fake_provider_process.h"
#include "tests/support/test.h"
#include "tests/unit/scratch_directory.h"

// Each file of conf/gateways is read as people would have it read, and a message sent through it;
// only the host in its URL is another one.
using namespace sms2fa;
using namespace sms2fa::test;

namespace {

class MachineClock final : public Clock {
 public:
  SteadyTime now() const override { return std::chrono::steady_clock::now(); }
  WallTime wall_now() const override { return std::chrono::system_clock::now(); }
};

std::string replace_all(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

// With the provider in place of the host in its URL, and its certificate.
Configuration read_example(const std::filesystem::path& path, const FakeProviderProcess& provider,
                           const ScratchDirectory& scratch) {
  std::ifstream file(path);
  std::string example{std::istreambuf_iterator<char>(file), {}};
  const std::string host = "\nurl = https://";
  const size_t begin = example.find(host);
  REQUIRE(begin != std::string::npos);
  const size_t end = example.find('/', begin + host.size());
  example.replace(begin, end - begin,
                  "\nurl = " + provider.base_url() + "/gateway/" + path.stem().string());
  example = replace_all(example, "\nca_file = /etc/sms2fa/kannel.pem", "");
  example += "\nca_file = " + provider.ca_file() + "\n";
  const std::string secret = scratch.write("secret", "token\n");
  auto read = read_configuration(
      scratch.write("c", "[delivery]\nproviders = " + path.stem().string() + "\n" +
                             replace_all(example, "/etc/sms2fa/plivo.token", secret)));
  if (!read) test::fail(__FILE__, __LINE__, read.error().message);
  REQUIRE(read.ok());
  return std::move(*read);
}

}  // namespace

TEST(every_example_is_read_and_sends) {
  const FakeProviderProcess provider;
  const ScratchDirectory scratch;
  const MachineClock clock;
  size_t examples = 0;
  for (const auto& entry : std::filesystem::directory_iterator(SMS2FA_GATEWAYS)) {
    const std::string name = entry.path().stem();
    const Configuration configuration = read_example(entry.path(), provider, scratch);
    CHECK_EQ(configuration.delivery.providers[0].type->name, "http");
    auto transports = Transports::read(configuration.delivery);
    REQUIRE(transports.ok());
    auto gateways = make_gateways(configuration.delivery, *transports, clock);
    REQUIRE(gateways.ok());
    const std::string body = "web01: 493817 & \"100%\" + \\ \xc3\xa9";
    const LoginMessage message{.to = *PhoneNumber::parse_international("+33612345678"),
                               .body = Secret(body),
                               .validity = std::chrono::minutes(5)};
    const auto report = (*gateways)[0]->send(message, clock.now() + std::chrono::seconds(20));
    if (report.status != SendStatus::accepted) test::fail(__FILE__, __LINE__, name + report.detail);
    const auto records = provider.records("messages");
    REQUIRE(records.size() == ++examples);
    const auto record = JsonDocument::parse(records.back());
    REQUIRE(record.has_value());
    CHECK(record->string("/provider") == name);
    CHECK(record->string("/to") == "+33612345678");
    CHECK(record->string("/body") == body);
  }
  CHECK_EQ(examples, 5u);
}
