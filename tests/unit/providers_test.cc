// SPDX-License-Identifier: Apache-2.0
#include "programs/wiring/providers/provider.h"
#include "tests/support/fake_transport.h"
#include "tests/support/no_quota.h"
#include "tests/support/test.h"
#include "tests/unit/configuration_file.h"

// What the keys of each type become: the options, by what is sent with them.
using namespace sms2fa;
using namespace sms2fa::test;

namespace {

class StandingClock final : public Clock {
 public:
  SteadyTime now() const override { return {}; }
  WallTime wall_now() const override { return std::chrono::system_clock::from_time_t(1764000000); }
};

LoginMessage message(Medium medium = Medium::sms) {
  return {.to = *PhoneNumber::parse_international("+353851234567"),
          .body = Secret("Code: 493817"),
          .validity = std::chrono::minutes(5),
          .medium = medium};
}

// A provider as the configuration says.
struct Configured {
  Configured(std::string_view type, const std::string& lines, bool voice = false) {
    const std::string calls = voice ? "voice = yes\n" : "";
    auto read = read_configuration(
        directory.write("c", "[delivery]\nproviders = p\n" + calls +
                                 "[provider p]\ntype = " + std::string(type) + "\n" + lines));
    if (!read) test::fail(__FILE__, __LINE__, read.error().message);
    REQUIRE(read.ok());
    settings = std::move(read->delivery.providers[0]);
    CHECK_EQ(settings.type->name, type);
    auto made = provider().make(transport, clock);
    REQUIRE(made.ok());
    gateway = std::move(*made);
    CHECK_EQ(gateway->name(), "p");
  }
  const Provider& provider() const { return static_cast<const Provider&>(*settings.options); }
  SendStatus answer(int status, const std::string& body = "") {
    transport->answer(status, body);
    return gateway->send(message(), SteadyTime::max()).status;
  }
  // The number that calls, or "" where there are no calls.
  std::string caller() {
    if (!gateway->serves(Medium::voice)) return {};
    gateway->send(message(Medium::voice), SteadyTime::max());
    const std::string_view body = transport->body;
    const size_t begin = body.find('1', body.find("From"));  // of a form or of JSON
    return std::string(body.substr(begin, body.find_first_not_of("0123456789", begin) - begin));
  }
  bool sends(std::string_view text) const {
    return transport->body.find(text) != std::string::npos;
  }

  const ScratchDirectory directory;
  const StandingClock clock;
  std::shared_ptr<FakeTransport> transport = std::make_shared<FakeTransport>();
  ProviderSettings settings;
  std::unique_ptr<Gateway> gateway;
};

std::string sid(std::string_view prefix) {
  return std::string(prefix) + "0123456789abcdef0123456789abcdef";
}

std::string twilio(const std::string& more) {
  return "account_sid = " + sid("AC") + "\nauth_token = token1\n" + more;
}

}  // namespace

TEST(twilio_in_full) {
  Configured one("twilio", twilio("from = +1 500 555 0006\nredact_after_delivery = yes\n"
                                  "base_url = https://127.0.0.1:8443/a/\n"
                                  "ca_file = /etc/ca.pem\nproxy = http://proxy:3128"));
  one.answer(201);
  CHECK_EQ(one.transport->url,
           "https://127.0.0.1:8443/a/2010-04-01/Accounts/" + sid("AC") + "/Messages.json");
  CHECK_EQ(one.transport->authorization, basic_authorization(sid("AC"), Secret("token1")).reveal());
  CHECK(one.sends("From=%2B15005550006"));
  CHECK(one.gateway->redactor() != nullptr);
  CHECK(!one.provider().looks_up());
  CHECK_EQ(one.provider().network()->ca_file, "/etc/ca.pem");
  CHECK_EQ(one.provider().network()->proxy, "http://proxy:3128");
}

TEST(twilio_by_api_key_and_messaging_service) {
  const ScratchDirectory directory;
  const auto secret = directory.write("secret", "s3cret\n");
  Configured one("twilio", "account_sid = " + sid("AC") + "\napi_key_sid = " + sid("SK") +
                               "\napi_key_secret_file = " + secret +
                               "\nmessaging_service_sid = " + sid("MG"));
  one.answer(201);
  CHECK_EQ(one.transport->authorization, basic_authorization(sid("SK"), Secret("s3cret")).reveal());
  CHECK(one.sends("MessagingServiceSid=" + sid("MG")));
  CHECK(one.transport->url.starts_with("https://api.twilio.com/"));
  CHECK_EQ(one.provider().url(), "https://api.twilio.com");
  CHECK(one.gateway->redactor() == nullptr);
  CHECK(one.provider().network()->proxy.empty());
}

TEST(telnyx_in_full) {
  Configured one("telnyx",
                 "api_key = KEY0123\nfrom = Example 24\nmessaging_profile_id = 4001\n"
                 "texml_application_id = 17\nproxy = socks5h://[::1]:1080");
  one.answer(200);
  CHECK_EQ(one.transport->url, "https://api.telnyx.com/v2/messages");
  CHECK_EQ(one.transport->authorization, "Bearer KEY0123");
  CHECK(one.sends(R"("from":"Example 24")"));
  CHECK(one.sends(R"("messaging_profile_id":"4001")"));
  CHECK_EQ(one.provider().network()->proxy, "socks5h://[::1]:1080");
}

TEST(calls_come_from_the_sender_or_a_number_of_their_own) {
  const auto caller = [](std::string_view type, const std::string& lines, bool voice = true) {
    return Configured(type, lines, voice).caller();
  };
  const std::string service = twilio("messaging_service_sid = " + sid("MG"));
  CHECK_EQ(caller("twilio", twilio("from = +1 500 555 0006")), "15005550006");
  CHECK_EQ(caller("twilio", twilio("from = +1 500 555 0006"), false), "");
  CHECK_EQ(caller("twilio", service), "");
  CHECK_EQ(caller("twilio", service + "\ncall_from = +1 500 555 0006"), "15005550006");
  const std::string key = "api_key = K\ntexml_application_id = 17\n";
  const std::string name = key + "from = Example\nmessaging_profile_id = 1\n";
  CHECK_EQ(caller("telnyx", key + "from = +13115552368"), "13115552368");
  CHECK_EQ(caller("telnyx", key + "from = +13115552368", false), "");
  CHECK_EQ(caller("telnyx", name), "");
  CHECK_EQ(caller("telnyx", name + "call_from = +13115552368"), "13115552368");
}

TEST(an_account_lets_calls_be_followed) {
  Configured one("telnyx",
                 "api_key = K\nfrom = +13115552368\ntexml_application_id = 17\naccount_id = 18",
                 true);
  one.gateway->send(message(Medium::voice), SteadyTime::max());
  CHECK(one.transport->url.find("/18/") != std::string::npos);
  CHECK(one.sends(R"("From":"+13115552368")"));
}

TEST(verification_services_make_the_codes) {
  Configured one("twilio-verify", twilio("verify_service_sid = " + sid("VA")));
  CHECK(one.settings.type->makes_codes && one.gateway->code_checker() != nullptr);
  CHECK(!one.gateway->serves(Medium::voice));
  one.answer(201);
  CHECK_EQ(one.transport->url,
           "https://verify.twilio.com/v2/Services/" + sid("VA") + "/Verifications");
  Configured other("telnyx-verify", "api_key = K\nverify_profile_id = 17", true);
  CHECK(other.settings.type->makes_codes && other.gateway->code_checker() != nullptr);
  CHECK(other.gateway->serves(Medium::voice));
  other.answer(200);
  CHECK(other.transport->url.starts_with("https://api.telnyx.com/v2/verifications"));
  CHECK(other.sends(R"("verify_profile_id":"17")"));
}

TEST(http_in_full) {
  Configured one("http",
                 "url = https://sms.example.org/send?v=2\nmethod = PUT\n"
                 "header.Authorization = Bearer abc\nheader.X-Tag = 1\n"
                 "form.to = {to}\nform.text = {text}\nquery.key = q\n"
                 "success_status = 200-202, 204\nsuccess_match = sent\n"
                 "only_to = +353 85 123 4567");
  CHECK_EQ(one.answer(204, "sent"), SendStatus::accepted);
  CHECK(one.answer(203, "sent") != SendStatus::accepted);
  CHECK(one.answer(200, "queued") != SendStatus::accepted);
  CHECK_EQ(one.transport->url, "https://sms.example.org/send?v=2&key=q");
  CHECK_EQ(one.provider().url(), "https://sms.example.org/send?v=2");
  CHECK(one.transport->method == HttpMethod::put);
  CHECK((one.transport->headers ==
         std::vector<std::string>{"Authorization: Bearer abc", "X-Tag: 1"}));
  CHECK_EQ(one.transport->body, "text=Code%3A%20493817&to=%2B353851234567");
  CHECK(!one.settings.type->makes_codes);
  CHECK(!one.gateway->reaches(*PhoneNumber::parse_international("+353861234567")));
}

TEST(http_by_json) {
  Configured one("http",
                 "url = https://sms.example.org\nbasic_user = u\nbasic_password = p\n"
                 R"(json = {"to":"{to}","text":"{text}","tags":{"a":{}}})");
  CHECK_EQ(one.answer(299), SendStatus::accepted);
  CHECK_EQ(one.transport->body, R"({"to":"+353851234567","text":"Code: 493817","tags":{"a":{}}})");
  CHECK(one.transport->method == HttpMethod::post);
  CHECK_EQ(one.transport->authorization, basic_authorization("u", Secret("p")).reveal());
}

namespace {

class CountingMessenger final : public Messenger {
 public:
  explicit CountingMessenger(int& sent) : sent_(sent) {}
  SendReport deliver(const LoginMessage&, const Route&, SendQuota&, SteadyTime) override {
    ++sent_;
    return {.status = SendStatus::accepted};
  }
  bool offers(Medium, const Route&) const override { return true; }
  CheckStatus check(const std::string&, const PhoneNumber&, const std::string&, const Secret&,
                    SteadyTime) override {
    return CheckStatus::unreachable;
  }

 private:
  int& sent_;
};

// Whether a message goes out after the look-up that `lines` ask for, when that is answered so.
bool passes(const std::string& lines, int status, const std::string& answer) {
  Configured one("twilio",
                 twilio("from = +15005550006\nlookup_url = https://127.0.0.1:8443/\n" + lines));
  CHECK(one.provider().looks_up());
  int sent = 0;
  NoQuota quota;
  one.transport->answer(status, answer);
  const auto messenger = one.provider().look_up_before(std::make_unique<CountingMessenger>(sent),
                                                       one.transport, one.clock);
  messenger->deliver(message(), {}, quota, SteadyTime::max());
  CHECK(one.transport->url.starts_with("https://127.0.0.1:8443/v2/PhoneNumbers/"));
  CHECK_EQ(one.transport->authorization, basic_authorization(sid("AC"), Secret("token1")).reveal());
  return sent == 1;
}

}  // namespace

TEST(a_lookup_is_asked_for_field_by_field) {
  const std::string voip =
      R"({"valid":true,"line_type_intelligence":{"type":"nonFixedVoip","error_code":null}})";
  CHECK(passes("lookup = line-type", 200, voip));
  CHECK(!passes("lookup = line-type\nvoip = refuse", 200, voip));
  CHECK(passes("lookup = line-type", 500, ""));
  CHECK(!passes("lookup = line-type\nlookup_required = yes", 500, ""));
  // Now, for this test, is 2025-11-24 16:00 UTC.
  const std::string swapped =
      R"({"valid":true,"sim_swap":{"last_sim_swap":{)"
      R"("last_sim_swap_date":"2025-11-22T16:00:00Z","swapped_in_period":true}}})";
  CHECK(!passes("lookup = sim-swap", 200, swapped));
  CHECK(passes("lookup = sim-swap\nsim_swap_within = 24h", 200, swapped));
}
