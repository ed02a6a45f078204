// SPDX-License-Identifier: Apache-2.0
#include "lib/session/wording.h"

#include <algorithm>

#include "lib/base/text.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace std::chrono_literals;

TEST(leads_read_as_documented) {
  CHECK_EQ(wording::code_sent(Medium::sms, "********67", "K7"),
           "Code sent by SMS to ********67 (ref K7). ");
  CHECK_EQ(wording::code_may_come(Medium::sms, "********67", "K7"),
           "A code should be on its way by SMS to ********67 (ref K7). ");
  CHECK_EQ(wording::code_sent_before(40s, "********67", "K7"),
           "Code sent 40 s ago to ********67 (ref K7). ");
  CHECK_EQ(wording::code_sent_again("********67", "K7"),
           "Code on its way again to ********67 (ref K7). ");
  CHECK_EQ(wording::wrong_code(2), "Wrong code, 2 tries left. ");
  CHECK_EQ(wording::wrong_code(1), "Wrong code, 1 try left. ");
}

TEST(times_are_seconds_first_and_minutes_rounded_up_later) {
  CHECK_EQ(wording::resend_too_soon(1s, false), "Not yet: r works in 1 s. ");
  CHECK_EQ(wording::resend_too_soon(119s, true), "Not yet: r and v work in 119 s. ");
  CHECK_EQ(wording::out_of_tries(120s),
           "Too many wrong codes. A new one can be sent in 2 min at the earliest.");
  CHECK_EQ(wording::locked(25min), "Too many wrong codes: locked for another 25 min.");
  CHECK_EQ(wording::too_many_messages(121s), "Too many messages lately. Try again in 3 min.");
  CHECK_EQ(wording::code_sent_before(0s, "x", "K7"), "Code sent 0 s ago to x (ref K7). ");
}

TEST(a_prompt_offers_what_may_be_typed) {
  MessageSettings settings;
  CHECK_EQ(wording::prompt("Lead. ", settings, {true, false, true}),
           "Lead. Enter one time PIN (r = resend): ");
  CHECK_EQ(wording::prompt("", settings, {false, false, true}), "Enter one time PIN: ");
  CHECK_EQ(wording::prompt("", settings, {true, true, true}),
           "Enter one time PIN (r = resend, v = call me): ");
  CHECK_EQ(wording::prompt("", settings, {true, false, false}),
           "Enter an authenticator or backup code (s = text me): ");
  CHECK_EQ(wording::prompt("", settings, {false, false, false, false}), "Enter a backup code: ");
}

// Columns of the longest line, behind the 20 that ssh puts before the first.
size_t longest_line(const std::string& text) {
  size_t longest = 0;
  size_t columns = 20;
  for (const char c : text) {
    columns = c == '\n' ? 0 : columns + 1;
    longest = std::max(longest, columns);
  }
  return longest;
}

TEST(prompts_fit_a_terminal_behind_what_ssh_puts_before_them) {
  MessageSettings settings;
  CHECK_EQ(wording::prompt(wording::code_sent(Medium::sms, "********67", "K7"), settings,
                           {true, false, true}),
           "Code sent by SMS to ********67 (ref K7).\nEnter one time PIN (r = resend): ");
  CHECK_EQ(wording::prompt("", settings, {true, true, false}),
           "Enter an authenticator or backup code\n(s = text me, v = call me): ");
  for (const size_t own : {17, 60, 100}) {
    settings.prompt = std::string(own / 2, 'p') + " " + std::string(own - own / 2, 'p');
    for (const bool send : {false, true})
      for (const bool call : {false, true})
        for (const bool out : {false, true})
          for (const auto& lead :
               {std::string(), wording::code_may_come(Medium::sms, "********67", "K7"),
                wording::code_sent_before(600s, "********67", "K7"),
                wording::code_coming("********67"), wording::not_delivered(true),
                wording::wrong_code(2) + wording::not_available(true, true),
                wording::resend_too_soon(600s, true), wording::used_before(2),
                wording::not_available(true, true) +
                    wording::code_may_come(Medium::sms, "********67", "K7")}) {
            const auto shown = wording::prompt(lead, settings, {send, call, out});
            CHECK(longest_line(shown) <= 80);
            CHECK(shown.ends_with(": "));
            CHECK(shown.find(" \n") == std::string::npos);
          }
  }
}

TEST(the_longest_prompt_fits_into_what_pam_takes) {
  MessageSettings settings;
  settings.prompt = std::string(100, 'p');
  for (const auto& lead :
       {wording::code_may_come(Medium::sms, "********67", "K7"),
        wording::code_sent_before(600s, "********67", "K7"), wording::wrong_code(2),
        wording::no_more_resends(), wording::resend_failed(),
        wording::not_available(true, true) +
            wording::code_may_come(Medium::sms, "********67", "K7"),
        wording::wrong_code(2) + wording::not_available(true, true)})
    CHECK(wording::prompt(lead, settings, {true, true, true}).size() <= 511);
}

TEST(notices_are_one_line_without_a_question) {
  for (const auto& notice :
       {wording::out_of_tries(30s), wording::expired(), wording::used_elsewhere(), wording::busy(),
        wording::no_code_was_typed(), wording::could_not_send(), wording::too_many_messages(30s),
        wording::unavailable()}) {
    CHECK(!notice.empty() && notice.ends_with("."));
    CHECK(notice.find('\n') == std::string::npos);
  }
}

TEST(the_message_holds_host_service_ref_and_code) {
  const Secret code("493817");
  const Secret text = wording::text_message({}, "web01.example", "sshd", "K7", code);
  CHECK_EQ(text.reveal(), "web01.example: 493817 is your code for sshd. Ref K7. Never share it.");
}

TEST(host_and_service_are_reduced_to_safe_characters_and_lengths) {
  const Secret code("493817");
  const std::string hostile = "a\n\r\x1b[0m{code}{ref}%n \"'<>/:@\\\xe2\x82\xac\xff.-_Z9";
  const Secret text =
      wording::text_message({}, hostile, hostile + std::string(500, 'x'), "K7", code);
  CHECK_EQ(text.reveal(),
           "a0mcoderefn.-_Z9: 493817 is your code for a0mcoderefn.-_Z9xxxx. Ref K7. "
           "Never share it.");
}

TEST(a_service_that_nobody_vouches_for_is_not_named) {
  for (const char* service : {"", "\n<>!"})
    CHECK_EQ(wording::text_message({}, "web01", service, "K7", Secret("493817")).reveal(),
             "web01: 493817 is your code for a local login. Ref K7. Never share it.");
}

TEST(the_longest_message_is_one_sms) {
  MessageSettings settings;
  const Secret code("A234567ABC");
  const Secret text =
      wording::text_message(settings, std::string(300, 'h'), std::string(300, 's'), "K7", code);
  const size_t length = gsm7_length(text.reveal());
  CHECK(length > 0 && length <= 160);
}

TEST(a_call_says_each_character_as_a_sentence) {
  MessageSettings settings;
  CHECK_EQ(wording::spoken_message(settings, Secret("4938A7")).reveal(),
           "Your login code is 4. 9. 3. 8. A. 7.");
  CHECK_EQ(wording::code_sent(Medium::voice, "********67", "K7"),
           "Calling ********67 with the code. ");
}

TEST(a_template_may_repeat_its_placeholders) {
  MessageSettings settings;
  settings.sms = "{code} {code} {ref}{ref} {host} {service}";
  const Secret text = wording::text_message(settings, "h", "s", "K7", Secret("493817"));
  CHECK_EQ(text.reveal(), "493817 493817 K7K7 h s");
}
