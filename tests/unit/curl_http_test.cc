// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/curl_http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "lib/base/unique_fd.h"
#include "lib/delivery/json.h"
#include "tests/support/fake_provider_process.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;

namespace {

using std::chrono::milliseconds;
using Kind = HttpOutcome::Kind;

constexpr milliseconds kAmple{20'000};
constexpr milliseconds kShort{300};

const std::string kKeyLog =
    std::filesystem::temp_directory_path() / ("sms2fa-keys." + std::to_string(getpid()));

// What a caller's environment may bring, there before libcurl and OpenSSL are first used and for
// every test. OpenSSL itself would speak TLS 1.0 and later here: what refuses it is ours.
class HostileEnvironment {
 public:
  HostileEnvironment() {
    for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
      setenv(name, "http://127.0.0.1:1", 1);
    for (const char* name : {"CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"})
      setenv(name, "/nonexistent", 1);
    unsetenv("no_proxy");
    unsetenv("NO_PROXY");
    std::ofstream(openssl_) << "openssl_conf = all\n[all]\nssl_conf = ssl\n"
                               "[ssl]\nsystem_default = weak\n"
                               "[weak]\nMinProtocol = TLSv1\nCipherString = DEFAULT@SECLEVEL=0\n";
    setenv("OPENSSL_CONF", openssl_.c_str(), 1);
    there = setenv("SSLKEYLOGFILE", kKeyLog.c_str(), 1) == 0;
  }
  ~HostileEnvironment() { std::remove(openssl_.c_str()); }

  bool there = false;

 private:
  const std::string openssl_ = kKeyLog + ".openssl.cnf";
};
const HostileEnvironment kHostileEnvironment;

std::unique_ptr<CurlHttp> connect(const std::string& ca_file, const std::string& proxy = "") {
  auto created = CurlHttp::create({.ca_file = ca_file, .proxy = proxy});
  REQUIRE(created.ok());
  return std::move(*created);
}

HttpOutcome post(HttpTransport& transport, const std::string& base_url,
                 milliseconds time = kAmple) {
  const std::string account = "AC" + std::string(32, 'a');
  const Secret authorization = basic_authorization(account, Secret(std::string(32, 'b')));
  const HttpRequest request{.url = base_url + "/2010-04-01/Accounts/" + account + "/Messages.json",
                            .content_type = "application/x-www-form-urlencoded",
                            .authorization = authorization,
                            .body = Secret("To=%2B353851234567&From=%2B15005550006&Body=493817")};
  return transport.perform(request, std::chrono::steady_clock::now() + time);
}

HttpOutcome get(HttpTransport& transport, const std::string& url) {
  const std::string account = "AC" + std::string(32, 'a');
  const Secret authorization = basic_authorization(account, Secret(std::string(32, 'b')));
  return transport.perform({.url = url,
                            .content_type = "",
                            .authorization = authorization,
                            .body = Secret(),
                            .method = HttpMethod::get},
                           std::chrono::steady_clock::now() + kAmple);
}

// A TCP socket on 127.0.0.1 that completes connections and, by itself, never says anything.
struct Listener {
  explicit Listener(int backlog = 16) : fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    REQUIRE(bind(fd.get(), generic(), size) == 0);
    REQUIRE(backlog < 0 || listen(fd.get(), backlog) == 0);
    REQUIRE(getsockname(fd.get(), generic(), &size) == 0);
  }
  std::string address() const { return "localhost:" + std::to_string(ntohs(address_.sin_port)); }
  UniqueFd accept_one() const {
    return UniqueFd(accept4(fd.get(), nullptr, nullptr, SOCK_CLOEXEC));
  }
  UniqueFd connect_one() {
    UniqueFd client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    ::connect(client.get(), generic(), sizeof address_);
    return client;
  }

  UniqueFd fd;

 private:
  sockaddr* generic() { return reinterpret_cast<sockaddr*>(&address_); }
  sockaddr_in address_{};
};

int http_bytes(const std::string& connection) {
  const auto json = JsonDocument::parse(connection);
  REQUIRE(json.has_value());
  return json->code("/http_bytes").value_or(-1);
}

}  // namespace

TEST(a_post_is_answered) {
  FakeProviderProcess provider;
  const auto http = connect(provider.ca_file());
  const auto outcome = post(*http, provider.base_url());
  CHECK_EQ(outcome.kind, Kind::response);
  CHECK_EQ(outcome.status, 201);
  CHECK(outcome.body.find("\"sid\"") != std::string::npos);
  CHECK(!outcome.retry_after);
  CHECK_EQ(provider.records("messages").size(), 1u);
  CHECK_EQ(post(*http, provider.base_url("slow-100")).kind, Kind::response);
}

TEST(a_get_is_answered) {
  FakeProviderProcess provider;
  const auto http = connect(provider.ca_file());
  const auto sent = JsonDocument::parse(post(*http, provider.base_url()).body);
  REQUIRE(sent.has_value());
  const std::string message = "/2010-04-01/Accounts/AC" + std::string(32, 'a') + "/Messages/" +
                              sent->string("/sid").value_or("") + ".json";
  const auto outcome = get(*http, provider.base_url() + message);
  CHECK_EQ(outcome.status, 200);
  CHECK(outcome.body.find("\"status\"") != std::string::npos);
  const auto requests = provider.records("requests");
  REQUIRE(requests.size() == 2);
  CHECK(requests[1].find("\"GET\"") != std::string::npos);
}

TEST(a_header_can_be_given_whole) {
  FakeProviderProcess provider;
  const auto http = connect(provider.ca_file());
  const Secret none;
  std::vector<Secret> headers;
  headers.emplace_back("X-First: 1");
  const Secret key = bearer_authorization(Secret("KEY" + std::string(32, 'f')));
  headers.emplace_back("Authorization: " + std::string(key.reveal()));
  const HttpRequest request{
      .url = provider.base_url() + "/v2/messages",
      .content_type = "application/json",
      .authorization = none,
      .body = Secret(R"({"from": "+13115552368", "to": "+353851234567", "text": "493817"})"),
      .headers = std::move(headers)};
  CHECK_EQ(http->perform(request, std::chrono::steady_clock::now() + kAmple).status, 200);
}

TEST(the_environment_has_no_say) {
  REQUIRE(kHostileEnvironment.there);
  FakeProviderProcess provider;
  const auto http = connect(provider.ca_file());
  CHECK_EQ(post(*http, provider.base_url()).kind, Kind::response);
  CHECK(!std::filesystem::exists(kKeyLog));
}

TEST(many_callers_are_served_at_the_same_time) {
  constexpr size_t kCallers = 64;
  FakeProviderProcess provider;
  const auto http = connect(provider.ca_file());
  std::vector<HttpOutcome> outcomes(kCallers);
  std::vector<std::thread> threads;
  for (auto& outcome : outcomes)
    threads.emplace_back([&] { outcome = post(*http, provider.base_url("together-64")); });
  for (auto& thread : threads) thread.join();
  CHECK(std::all_of(outcomes.begin(), outcomes.end(),
                    [](const HttpOutcome& outcome) { return outcome.status == 201; }));
  CHECK_EQ(provider.records("messages").size(), kCallers);
}

TEST(retry_after_is_read) {
  FakeProviderProcess provider;
  const auto http = connect(provider.ca_file());
  const auto outcome = post(*http, provider.base_url("too-many"));
  CHECK_EQ(outcome.status, 429);
  CHECK(outcome.retry_after == std::chrono::seconds(3600));
}

TEST(the_server_s_clock_is_read) {
  FakeProviderProcess provider;
  const auto http = connect(provider.ca_file());
  const auto before = std::chrono::system_clock::now() - std::chrono::seconds(1);
  const auto outcome = post(*http, provider.base_url());
  REQUIRE(outcome.date.has_value());
  CHECK(*outcome.date > before && *outcome.date <= std::chrono::system_clock::now());
}

TEST(a_redirect_is_an_answer_like_any_other) {
  FakeProviderProcess provider;
  const auto http = connect(provider.ca_file());
  CHECK_EQ(post(*http, provider.base_url("redirect")).status, 307);
  CHECK_EQ(provider.records("requests").size(), 1u);
}

TEST(without_a_complete_answer_the_outcome_is_unknown_and_nothing_is_sent_twice) {
  FakeProviderProcess provider;
  const auto http = connect(provider.ca_file());
  const std::pair<const char*, milliseconds> modes[] = {
      {"reset", kAmple},       {"hang", kShort},         {"drip", kShort},
      {"truncated", kAmple},   {"not-http", kAmple},     {"huge", kAmple},
      {"gzip-bomb", kAmple},   {"huge-chunked", kAmple}, {"huge-header", kAmple},
      {"many-headers", kAmple}};
  size_t sent = 0;
  for (const auto& [mode, time] : modes) {
    // So that there is a connection to be used again, where libcurl would send again by itself.
    REQUIRE(post(*http, provider.base_url()).kind == Kind::response);
    const auto outcome = post(*http, provider.base_url(mode), time);
    if (outcome.kind != Kind::unknown) fail(__FILE__, __LINE__, mode);
    CHECK(!outcome.detail.empty());
    CHECK(outcome.body.empty());
    sent += 2;
    CHECK_EQ(provider.records("messages").size(), sent);
  }
}

TEST(a_long_answer_is_cut_and_not_inflated) {
  FakeProviderProcess provider;
  const auto http = connect(provider.ca_file());
  for (const char* mode : {"huge", "huge-chunked", "gzip-bomb", "many-headers"})
    CHECK_EQ(post(*http, provider.base_url(mode)).detail, "the answer is too long");
}

TEST(without_sound_tls_no_byte_of_http_leaves) {
  const std::vector<std::string> servers[] = {{"--certificate", "expired"},
                                              {"--certificate", "wrong-host"},
                                              {"--certificate", "unknown-ca"},
                                              {"--tls-max", "1.1"},
                                              {"--misbehave", "reset-early"}};
  for (const auto& arguments : servers) {
    FakeProviderProcess provider(arguments);
    const auto http = connect(provider.ca_file());
    const auto outcome = post(*http, provider.base_url());
    if (outcome.kind != Kind::not_sent) fail(__FILE__, __LINE__, arguments[1]);
    CHECK(!outcome.detail.empty());
    for (const auto& connection : provider.wait_for("connections", 1))
      CHECK_EQ(http_bytes(connection), 0);
  }
}

TEST(old_tls_is_refused_by_us_alone) {
  FakeProviderProcess provider({"--tls-max", "1.1"});
  const auto http = connect(provider.ca_file());
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> usual(SSL_CTX_new(TLS_client_method()),
                                                                &SSL_CTX_free);
  REQUIRE(usual != nullptr);
  CHECK_EQ(SSL_CTX_get_min_proto_version(usual.get()), TLS1_VERSION);
  CHECK_EQ(SSL_CTX_get_security_level(usual.get()), 0);
  CHECK_EQ(post(*http, provider.base_url()).kind, Kind::not_sent);
}

TEST(the_detail_names_what_is_wrong_with_the_certificate) {
  FakeProviderProcess expired({"--certificate", "expired"});
  CHECK_EQ(post(*connect(expired.ca_file()), expired.base_url()).detail,
           "the certificate is refused: certificate has expired");
  FakeProviderProcess other({"--certificate", "wrong-host"});
  CHECK_EQ(post(*connect(other.ca_file()), other.base_url()).detail,
           "the certificate is for another host");
}

TEST(plain_http_is_never_spoken) {
  FakeProviderProcess provider;
  const auto http = connect(provider.ca_file());
  const std::string url = "http://localhost:" + std::to_string(provider.port());
  CHECK_EQ(post(*http, url).kind, Kind::not_sent);
  CHECK_EQ(post(*http, "file:///etc/passwd?").kind, Kind::not_sent);
  provider.stop();
  CHECK_EQ(provider.records("connections").size(), 0u);
}

TEST(without_a_connection_nothing_is_sent) {
  FakeProviderProcess provider;
  const auto http = connect(provider.ca_file());
  const Listener closed(-1);
  const auto refused = post(*http, "https://" + closed.address());
  CHECK_EQ(refused.kind, Kind::not_sent);
  // What stands before it are libcurl's own words, which change with its versions.
  CHECK(refused.detail.ends_with(" connect to server: Connection refused"));

  const Listener silent;
  CHECK_EQ(post(*http, "https://" + silent.address(), kShort).kind, Kind::not_sent);

  // With its queue full the kernel drops the first packet of every other connection.
  Listener black_hole(0);
  const UniqueFd first = black_hole.connect_one();
  const UniqueFd second = black_hole.connect_one();
  CHECK_EQ(post(*http, "https://" + black_hole.address(), kShort).kind, Kind::not_sent);

  // RFC 6761: this name never resolves.
  CHECK_EQ(post(*http, "https://provider.invalid").kind, Kind::not_sent);
}

TEST(connecting_leaves_time_for_the_next_provider) {
  FakeProviderProcess provider;
  const auto http = connect(provider.ca_file());
  const Listener silent;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(3);
  const auto outcome = post(*http, "https://" + silent.address(), std::chrono::seconds(3));
  CHECK_EQ(outcome.kind, Kind::not_sent);
  CHECK(std::chrono::steady_clock::now() < deadline - std::chrono::seconds(1));
}

TEST(after_the_deadline_nothing_is_sent) {
  FakeProviderProcess provider;
  const auto http = connect(provider.ca_file());
  CHECK_EQ(post(*http, provider.base_url(), milliseconds(0)).kind, Kind::not_sent);
  provider.stop();
  CHECK_EQ(provider.records("connections").size(), 0u);
}

TEST(the_configured_proxy_is_used_and_sees_no_request) {
  FakeProviderProcess provider;
  const Listener proxy;
  const auto http = connect(provider.ca_file(), "http://" + proxy.address());
  std::string seen(4096, '\0');
  std::thread server([&] {
    const UniqueFd client = proxy.accept_one();
    const ssize_t got = recv(client.get(), seen.data(), seen.size(), 0);
    seen.resize(got > 0 ? static_cast<size_t>(got) : 0);
  });
  CHECK_EQ(post(*http, provider.base_url()).kind, Kind::not_sent);
  server.join();
  CHECK(seen.starts_with("CONNECT localhost:" + std::to_string(provider.port())));
  CHECK(seen.find("Authorization") == std::string::npos);
}

TEST(the_destructor_ends_what_is_pending) {
  FakeProviderProcess provider;
  const Listener silent;
  auto http = connect(provider.ca_file());
  HttpOutcome answered;
  HttpOutcome connecting;
  std::thread first([&] { answered = post(*http, provider.base_url("hang")); });
  std::thread second([&] { connecting = post(*http, "https://" + silent.address()); });
  provider.wait_for("requests", 1);
  const UniqueFd client = silent.accept_one();
  http.reset();
  first.join();
  second.join();
  CHECK_EQ(answered.kind, Kind::unknown);
  CHECK_EQ(connecting.kind, Kind::not_sent);
}

TEST(a_ca_file_that_is_no_use_is_named) {
  const std::string empty = kKeyLog + ".empty.pem";
  std::ofstream(empty) << "no certificate\n";
  for (const std::string& file : {empty, std::string("/nonexistent/ca.pem"), std::string("/")}) {
    const auto created = CurlHttp::create({.ca_file = file, .proxy = ""});
    REQUIRE(!created.ok());
    CHECK_EQ(created.error().kind, ErrorKind::configuration);
    CHECK(created.error().message.starts_with(file + ":"));
  }
  std::filesystem::remove(empty);
}

TEST(the_ca_file_is_read_once) {
  FakeProviderProcess provider;
  const std::string file = kKeyLog + ".ca.pem";
  std::filesystem::copy_file(provider.ca_file(), file);
  const auto first = connect(file);
  const auto second = connect(file);
  std::ofstream(file) << "no certificate\n";
  CHECK_EQ(post(*first, provider.base_url()).kind, Kind::response);
  std::filesystem::remove(file);
  CHECK_EQ(post(*second, provider.base_url()).kind, Kind::response);
}

TEST(the_systems_cas_are_the_default_and_do_not_know_the_fake) {
  FakeProviderProcess provider;
  const auto http = connect("");
  CHECK_EQ(post(*http, provider.base_url()).kind, Kind::not_sent);
}

TEST(a_proxy_of_another_kind_is_refused) {
  FakeProviderProcess provider;
  for (const char* proxy : {"https://localhost:1", "ftp://localhost:1", "socks4://localhost:1"}) {
    const auto created = CurlHttp::create({.ca_file = provider.ca_file(), .proxy = proxy});
    REQUIRE(!created.ok());
    CHECK_EQ(created.error().kind, ErrorKind::configuration);
  }
}
