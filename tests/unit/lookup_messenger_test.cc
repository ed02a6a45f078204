// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/lookup_messenger.h"

#include "lib/delivery/twilio_lookup.h"
#include "tests/support/fake_transport.h"
#include "tests/support/no_quota.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;

namespace {

class HandClock final : public Clock {
 public:
  SteadyTime now() const override { return steady; }
  WallTime wall_now() const override { return std::chrono::system_clock::from_time_t(1764000000); }
  SteadyTime steady{};
};

class CountingMessenger final : public Messenger {
 public:
  explicit CountingMessenger(int& sent) : sent_(sent) {}
  SendReport deliver(const LoginMessage&, const Route&, SendQuota&, SteadyTime) override {
    ++sent_;
    return {.status = SendStatus::accepted, .detail = "p: accepted"};
  }
  bool offers(Medium medium, const Route&) const override { return medium == Medium::sms; }
  CheckStatus check(const std::string&, const PhoneNumber&, const std::string&, const Secret&,
                    SteadyTime) override {
    return CheckStatus::right;
  }
  void keep_warm() override { ++sent_; }
  std::shared_ptr<const TrackedMessage> follow(const SendReport&, SteadyTime,
                                               DeliveryCallback) override {
    ++sent_;
    return nullptr;
  }
  void observe(ProviderObserver observer) override { observer({.provider = "p"}); }
  bool is_following() const override { return sent_ > 0; }

 private:
  int& sent_;
};

struct Fixture {
  explicit Fixture(const LookupRules& rules = {}) {
    messenger = std::make_unique<LookupMessenger>(
        std::make_unique<CountingMessenger>(sent),
        std::make_unique<TwilioLookup>(TwilioLookupOptions{.authorization = Secret("Basic x"),
                                                           .base_url = "https://l",
                                                           .line_type = true,
                                                           .sim_swap = true,
                                                           .pumping_risk = true},
                                       transport),
        rules, clock);
  }
  SendReport send(const std::string& to = "+353851234567", Medium medium = Medium::sms) {
    const LoginMessage message{.to = *PhoneNumber::parse_international(to),
                               .body = Secret("493817"),
                               .validity = std::chrono::minutes(5),
                               .medium = medium};
    return messenger->deliver(message, {}, quota, SteadyTime::max());
  }
  // Of a field that `members` does not name, the answer says nothing bad.
  void answer(std::string members) {
    for (const auto& [field, value] :
         {std::pair{"line_type_intelligence", R"({"type":"mobile","error_code":null})"},
          {"sim_swap", R"({"last_sim_swap":{"swapped_in_period":false},"error_code":null})"},
          {"sms_pumping_risk", R"({"sms_pumping_risk_score":0,"error_code":null})"}})
      if (members.find(field) == members.npos)
        members += std::string(",\"") + field + "\":" + value;
    transport->answer(200, R"({"valid":true)" + members + "}");
  }
  SendStatus told(const std::string& members, Medium medium = Medium::sms) {
    clock.steady += std::chrono::hours(2);
    answer(members);
    return send("+353851234567", medium).status;
  }

  std::shared_ptr<FakeTransport> transport = std::make_shared<FakeTransport>();
  HandClock clock;
  NoQuota quota;
  int sent = 0;
  std::unique_ptr<LookupMessenger> messenger;
};

std::string line(const std::string& type) {
  return R"(,"line_type_intelligence":{"type":")" + type + R"(","error_code":null})";
}

std::string swap(const std::string& date, bool in_period = true) {
  return R"(,"sim_swap":{"last_sim_swap":{"last_sim_swap_date":)" + date +
         R"(,"swapped_in_period":)" + (in_period ? "true" : "false") + "}}";
}

}  // namespace

TEST(the_request_names_the_number_and_the_fields) {
  Fixture one;
  one.told("");
  CHECK_EQ(one.transport->url,
           "https://l/v2/PhoneNumbers/%2B353851234567?Fields="
           "line_type_intelligence%2Csim_swap%2Csms_pumping_risk");
  CHECK(one.transport->method == HttpMethod::get);
}

TEST(a_landline_gets_calls_only) {
  Fixture one;
  CHECK_EQ(one.told(line("landline")), SendStatus::number_cannot_sms);
  CHECK_EQ(one.sent, 0);
  CHECK_EQ(one.told(line("landline"), Medium::voice), SendStatus::accepted);
  for (const char* type : {"mobile", "tollFree", "personal", "unknown", "nonFixedVoip"})
    CHECK_EQ(one.told(line(type)), SendStatus::accepted);
}

TEST(voip_goes_by_the_rules) {
  Fixture strict({.voip_allowed = false});
  CHECK_EQ(strict.told(line("fixedVoip")), SendStatus::number_refused);
  CHECK_EQ(strict.told(line("nonFixedVoip"), Medium::voice), SendStatus::number_refused);
  CHECK_EQ(strict.told(line("mobile")), SendStatus::accepted);
  CHECK_EQ(strict.sent, 1);
}

TEST(a_recent_swap_stops_every_message) {
  Fixture one;  // It is 2025-11-24T16:00:00Z, and 72 h count.
  CHECK_EQ(one.told(swap(R"("2025-11-22T16:00:00Z")")), SendStatus::number_refused);
  CHECK_EQ(one.told(swap(R"("2025-11-22T16:00:00Z")"), Medium::voice), SendStatus::number_refused);
  CHECK_EQ(one.told(swap(R"("2025-11-20T16:00:00Z")")), SendStatus::accepted);
  CHECK_EQ(one.told(swap("null")), SendStatus::number_refused);
  CHECK_EQ(one.told(swap("\"yesterday\"")), SendStatus::number_refused);
  CHECK_EQ(one.told(swap("null", false)), SendStatus::accepted);
  one.told(swap("null"));
  CHECK_EQ(one.send().detail, "lookup: the SIM card was swapped lately");
}

TEST(risk_and_invalid_numbers_are_refused) {
  Fixture one;
  CHECK_EQ(one.told(R"(,"sms_pumping_risk":{"sms_pumping_risk_score":75})"), SendStatus::blocked);
  CHECK_EQ(one.told(R"(,"sms_pumping_risk":{"sms_pumping_risk_score":74})"), SendStatus::accepted);
  CHECK_EQ(one.told(R"(,"sms_pumping_risk":{"number_blocked":true})"), SendStatus::blocked);
  one.clock.steady += std::chrono::hours(2);
  one.transport->answer(200, R"({"valid":false})");
  CHECK_EQ(one.send().status, SendStatus::number_refused);
}

TEST(a_failed_look_up_blocks_only_when_it_is_required) {
  Fixture lenient;
  Fixture strict({.required = true});
  for (const auto& outcome :
       {HttpOutcome{.kind = HttpOutcome::Kind::not_sent, .detail = "no connection"},
        HttpOutcome{.kind = HttpOutcome::Kind::response, .status = 500, .body = "{}"},
        HttpOutcome{.kind = HttpOutcome::Kind::response, .status = 401, .body = "{\"valid\":true}"},
        HttpOutcome{.kind = HttpOutcome::Kind::response, .status = 200, .body = "{\"valid\":1}"}}) {
    lenient.transport->outcome = outcome;
    strict.transport->outcome = outcome;
    CHECK_EQ(lenient.send().status, SendStatus::accepted);
    CHECK_EQ(strict.send().status, SendStatus::try_elsewhere);
  }
  CHECK_EQ(strict.sent, 0);
  strict.transport->outcome = {.kind = HttpOutcome::Kind::not_sent, .detail = "no connection"};
  CHECK_EQ(strict.send().detail, "lookup: the look-up failed (no connection)");
}

TEST(a_field_with_an_error_code_is_not_known_and_not_kept) {
  Fixture lenient;
  Fixture strict({.required = true});
  const std::pair<std::string, const char*> answers[] = {
      {R"(,"line_type_intelligence":{"type":null,"error_code":60600})",
       "lookup: the look-up failed (line_type_intelligence: error 60600)"},
      {R"(,"sim_swap":{"last_sim_swap":null,"error_code":"60607"})",
       "lookup: the look-up failed (sim_swap: error 60607)"},
      {R"(,"sim_swap":{"last_sim_swap":{"swapped_in_period":false},"error_code":60607})",
       "lookup: the look-up failed (sim_swap: error 60607)"},
      {R"(,"sms_pumping_risk":{"error_code":60601},"sim_swap":{"error_code":60607})",
       "lookup: the look-up failed (sim_swap: error 60607, sms_pumping_risk: error 60601)"},
      {R"(,"sim_swap":null)", "lookup: the look-up failed (sim_swap: not told)"}};
  int requests = 0;
  for (const auto& [members, detail] : answers) {
    lenient.answer(members);
    strict.answer(members);
    const auto sent = lenient.send();
    CHECK_EQ(sent.status, SendStatus::accepted);
    CHECK_EQ(sent.detail, detail + std::string("; p: accepted"));
    CHECK(sent.needs_attention);
    CHECK_EQ(strict.send().status, SendStatus::try_elsewhere);
    CHECK_EQ(strict.send().detail, detail);
    CHECK_EQ(lenient.transport->requests, ++requests);
    CHECK_EQ(strict.transport->requests, 2 * requests);
  }
  CHECK_EQ(lenient.sent, requests);
  CHECK_EQ(strict.sent, 0);
  lenient.answer("");
  CHECK(!lenient.send().needs_attention);
}

TEST(beside_an_error_code_what_is_told_holds) {
  Fixture one;
  CHECK_EQ(one.told(line("landline") + R"(,"sim_swap":{"error_code":60607})"),
           SendStatus::number_cannot_sms);
  CHECK_EQ(one.told(swap("null") + R"(,"sms_pumping_risk":{"error_code":60601})"),
           SendStatus::number_refused);
  CHECK_EQ(one.sent, 0);
}

TEST(an_error_code_of_a_field_that_was_not_asked_for_says_nothing) {
  Fixture one;
  TwilioLookup lookup(
      {.authorization = Secret("Basic x"), .base_url = "https://l", .sim_swap = true},
      one.transport);
  one.answer(R"(,"sms_pumping_risk":{"error_code":60601},"line_type_intelligence":null)");
  CHECK(lookup.look_up(*PhoneNumber::parse_international("+353851234567"), {}).known);
}

TEST(what_is_known_is_kept_for_an_hour_and_for_one_number) {
  Fixture one;
  one.told(line("landline"));
  CHECK_EQ(one.send().status, SendStatus::number_cannot_sms);
  CHECK_EQ(one.transport->requests, 1);
  one.answer("");
  CHECK_EQ(one.send("+353861234567").status, SendStatus::accepted);
  CHECK_EQ(one.transport->requests, 2);
  one.clock.steady += std::chrono::minutes(59);
  CHECK_EQ(one.send().status, SendStatus::number_cannot_sms);
  one.clock.steady += std::chrono::minutes(1);
  CHECK_EQ(one.send().status, SendStatus::accepted);
  CHECK_EQ(one.transport->requests, 3);
}

TEST(the_rest_goes_through) {
  Fixture one;
  CHECK(one.messenger->offers(Medium::sms, {}));
  CHECK(!one.messenger->offers(Medium::voice, {}));
  CHECK(one.messenger->check("p", *PhoneNumber::parse_international("+353851234567"), "id",
                             Secret("1"), SteadyTime::max()) == CheckStatus::right);
  std::string observed;
  one.messenger->observe([&](const ProviderHealth& health) { observed = health.provider; });
  CHECK_EQ(observed, "p");
  CHECK(!one.messenger->is_following());
  one.messenger->follow({}, {}, {});
  CHECK(one.messenger->is_following());
  one.messenger->keep_warm();
  CHECK_EQ(one.sent, 2);
}

TEST(the_way_to_the_look_up_is_kept_warm_too) {
  Fixture one;
  one.messenger->keep_warm();
  CHECK((one.transport->warm == std::vector<std::string>{"https://l/v2/PhoneNumbers/"}));
  CHECK_EQ(one.transport->requests, 0);
}
