// SPDX-License-Identifier: Apache-2.0
#include "lib/config/provider_section.h"

#include "tests/support/test.h"
#include "tests/unit/configuration_file.h"

using namespace sms2fa;
using test::diagnostics;
using test::provider_file;

namespace {

void check_provider(std::string_view type, const std::string& lines, std::string_view complaint) {
  CHECK_EQ(diagnostics(provider_file(type, lines)), complaint);
}

constexpr std::string_view kSid = "0123456789abcdef0123456789abcdef";

std::string sid(std::string_view prefix) {
  return std::string(prefix) + std::string(kSid);
}

std::string twilio(const std::string& more) {
  return "account_sid = " + sid("AC") + "\n" + more;
}

}  // namespace

TEST(values_are_looked_at_whatever_the_type) {
  CHECK_EQ(diagnostics("[delivery]\nproviders = p\n[provider p]\n"
                       "method = post\nbase_url = http://x\nfrm = +1\n"),
           "c:3: [provider p] lacks type\n"
           "c:4: method: must be GET, POST or PUT\n"
           "c:5: base_url: must begin with https://\n"
           "c:6: unknown key frm; did you mean from?");
  check_provider("sendmail", "directory = outbox",
                 "c:4: type: must be twilio, telnyx, twilio-verify, telnyx-verify, http or outbox\n"
                 "c:5: directory: must be an absolute path, without . and .. in it");
}

TEST(the_type_may_stand_last) {
  CHECK_EQ(diagnostics("[provider p]\ndirectory = /o\nmethod = GET\ntype = outbox\n"
                       "[delivery]\nproviders = p\n"),
           "c:3: method: is no key of type outbox");
}

TEST(a_provider_needs_a_known_type_and_only_its_keys) {
  CHECK_EQ(diagnostics("[delivery]\nproviders = p\n[provider p]\ndirectory = /o\n"),
           "c:3: [provider p] lacks type");
  check_provider("sendmail", "directory = /o",
                 "c:4: type: must be twilio, telnyx, twilio-verify, "
                 "telnyx-verify, http or outbox");
  check_provider("outbox", "directory = /o\nurl = https://x\nform.to = {to}\nheader.A = b",
                 "c:6: url: is no key of type outbox\n"
                 "c:7: form.to: is no key of type outbox\n"
                 "c:8: header.A: is no key of type outbox");
  check_provider("outbox", "", "c:3: [provider p] lacks directory");
  check_provider("outbox", "directory = outbox",
                 "c:5: directory: must be an absolute path, without . and .. in it");
}

TEST(twilio_takes_one_credential_and_one_sender) {
  check_provider(
      "twilio", twilio("auth_token = a\nauth_token_file = /nowhere/at/all\nfrom = +15005550006"),
      "c:7: auth_token_file: No such file or directory (it holds the secret in one line)\n"
      "c:7: auth_token_file: excludes auth_token");
  check_provider("twilio",
                 twilio("auth_token = a\napi_key_sid = " + sid("SK") +
                        "\napi_key_secret = b\nfrom = +15005550006"),
                 "c:8: api_key_secret: excludes auth_token");
  check_provider("twilio", twilio("api_key_secret = b\nfrom = +15005550006"),
                 "c:3: [provider p] lacks api_key_sid");
  check_provider("twilio",
                 twilio("auth_token = a\nfrom = +15005550006\napi_key_sid = " + sid("SK")),
                 "c:8: api_key_sid: goes with api_key_secret or api_key_secret_file");
  check_provider(
      "twilio", twilio("auth_token = a\nfrom = +15005550006\nmessaging_service_sid = " + sid("MG")),
      "c:8: messaging_service_sid: excludes from");
  check_provider("twilio", twilio("auth_token = a\nfrom = Example"),
                 "c:7: from: must be a number in international form, such as +15005550006");
}

TEST(twilio_identifiers_have_their_shape) {
  for (const std::string& value :
       {sid("AD"), std::string("AC123"), sid("AC") + "0", "AC" + std::string(32, 'g'),
        std::string(34, 'A'), "\"" + sid("AC") + "\""})
    check_provider("twilio", "account_sid = " + value + "\nauth_token = a\nfrom = +15005550006",
                   "c:5: account_sid: must be AC and 32 hexadecimal digits");
  check_provider("twilio",
                 twilio("api_key_sid = " + sid("AC") + "\napi_key_secret = b\nfrom = +15005550006"),
                 "c:6: api_key_sid: must be SK and 32 hexadecimal digits");
  check_provider("twilio", twilio("auth_token = a\nmessaging_service_sid = " + sid("AC")),
                 "c:7: messaging_service_sid: must be MG and 32 hexadecimal digits");
}

TEST(telnyx_senders_are_numbers_or_short_names) {
  check_provider("telnyx", "api_key = K\nfrom = +13115552368", "");
  check_provider("telnyx", "api_key = K\nfrom = Example",
                 "c:6: from: a name needs messaging_profile_id");
  for (const char* value : {"TwelveLetter", "12345", "Caf\xc3\xa9", "A-B"})
    check_provider(
        "telnyx", "api_key = K\nmessaging_profile_id = 1\nfrom = " + std::string(value),
        "c:7: from: must be a number in international form, or a name of up to 11 letters, "
        "digits and blanks");
  check_provider("telnyx", "",
                 "c:3: [provider p] lacks api_key or api_key_file\n"
                 "c:3: [provider p] lacks from");
}

TEST(calls_come_from_a_number) {
  check_provider("telnyx", "api_key = K\nfrom = +13115552368\ncall_from = Example",
                 "c:7: call_from: must be a number in international form, such as +15005550006");
  check_provider("telnyx", "api_key = K\nfrom = +13115552368\naccount_id = 18",
                 "c:7: account_id: goes with texml_application_id");
}

TEST(http_needs_an_address_and_both_placeholders) {
  const std::string url = "url = https://x\n";
  const std::string no_to =
      "c:3: [provider p] lacks {to} or {to_digits} in url, query.*, form.* or json (or only_to)";
  const std::string no_text = "c:3: [provider p] lacks {text} in url, query.*, form.* or json";
  check_provider("http", "form.to = {to}\nform.text = {text}", "c:3: [provider p] lacks url");
  check_provider("http", url, no_to + "\n" + no_text);
  check_provider("http", url + "form.to = {to}", no_text);
  check_provider("http", url + "json = {\"text\":\"{text}\"}", no_to);
  check_provider("http", url + "json = {\"text\":\"{text}\"}\nonly_to = +33612345678", "");
  check_provider("http", "url = https://x/{to}?t={text}\nmethod = GET", "");
  check_provider("http", url + "query.to = {to_digits}\nheader.X-Text = {text}", "");
  check_provider("http", url + "form.to = {to}\nform.text = {text}\njson = {}",
                 "c:8: json: excludes form.*");
  check_provider("http", url + "method = GET\njson = {\"{to}\":\"{text}\"}",
                 "c:7: json: needs method = POST or PUT");
  check_provider(
      "http", url + "form.to = {to}\nform.text = {text} {code}",
      "c:7: form.text: may hold no other placeholders than {to}, {to_digits} and {text}");
  check_provider("http", "url = https://x.{to}\nform.text = {text}",
                 "c:5: url: may hold placeholders only behind the host");
  check_provider("http", url + "form.to = {to}\nform.text = {text}\nbasic_user = a",
                 "c:3: [provider p] lacks basic_password or basic_password_file");
}

TEST(a_lookup_is_asked_for_field_by_field) {
  const std::string good = twilio("auth_token = a\nfrom = +15005550006\n");
  check_provider("twilio", good + "lookup = carrier",
                 "c:8: lookup: must be line-type, sim-swap or pumping-risk");
  check_provider("twilio", good + "lookup = sim-swap\nvoip = refuse",
                 "c:9: voip: goes with lookup = line-type");
  check_provider("twilio", good + "lookup = line-type\nsim_swap_within = 24h",
                 "c:9: sim_swap_within: goes with lookup = sim-swap");
}

TEST(verification_services_need_their_service) {
  const std::string account = twilio("auth_token = a\n");
  check_provider("twilio-verify", account + "verify_service_sid = " + sid("VA"), "");
  check_provider("twilio-verify", account, "c:3: [provider p] lacks verify_service_sid");
  check_provider("twilio-verify", account + "verify_service_sid = " + sid("MG"),
                 "c:7: verify_service_sid: must be VA and 32 hexadecimal digits");
  check_provider("twilio-verify",
                 account + "verify_service_sid = " + sid("VA") + "\nfrom = +15005550006",
                 "c:8: from: is no key of type twilio-verify");
  check_provider("telnyx-verify", "api_key = K\nverify_profile_id = 17", "");
  check_provider("telnyx-verify", "api_key = K", "c:3: [provider p] lacks verify_profile_id");
}

TEST(http_details_have_their_shapes) {
  const std::string good = "url = https://x\nform.to = {to}\nform.text = {text}\n";
  check_provider("http", good + "method = post", "c:8: method: must be GET, POST or PUT");
  check_provider("http", good + "header.A B = x", "c:8: header.NAME: NAME is not an HTTP header's");
  check_provider("http", good + "header. = x", "c:8: header.NAME: NAME is not an HTTP header's");
  check_provider("http", good + "header.A = caf\xc3\xa9", "c:8: header.A: must be printable ASCII");
  check_provider("http", good + "header.A = a\tb", "c:8: header.A: must be printable ASCII");
  check_provider("http", good + "form. = x", "c:8: form.NAME: NAME must be printable ASCII");
  for (const char* value : {"299-200", "99", "600", "200-", "-299", "2xx", "200 299"})
    check_provider("http", good + "success_status = " + value,
                   "c:8: success_status: must be a list of HTTP statuses, such as 200-202, 204");
}

TEST(json_cut_by_an_inline_comment_is_noticed) {
  check_provider("http", "url = https://x\njson = {\"to\":\"{to}\",\"text\":\"a ; {text}\"}",
                 "c:6: json: must be one JSON object in braces");
}

TEST(urls_are_https_and_hold_no_credentials) {
  const auto check_url = [](const std::string& url, const std::string& reason) {
    check_provider("telnyx", "api_key = K\nfrom = +13115552368\nbase_url = " + url,
                   reason.empty() ? "" : "c:7: base_url: " + reason);
  };
  check_url("https://host", "");
  check_url("https://host:8443/a/b-c_d~e", "");
  check_url("https://[2001:db8::1]:8443", "");
  for (const char* url : {"http://host", "HTTPS://host", "host", "ftp://host", "//host"})
    check_url(url, "must begin with https://");
  for (const char* url : {"https://user:pass@host", "https://user@host/", "https://host:1@evil"})
    check_url(url, "must not hold a user name or password");
  for (const char* url :
       {"https://", "https:///a", "https://ho st", "https://host:", "https://host:0",
        "https://host:65536", "https://host:a", "https://[::1", "https://[::1]x",
        "https://h\xc3\xb6st", "https://ho\"st", "https://ho_st"})
    check_url(url, "must hold a host name, and a port if any");
  check_url("https://host/?a=b", "must not hold a query");
  for (const char* url :
       {"https://host/a b", "https://host/{to}", "https://host/#a", "https://host/\xc3\xa9",
        "https://host/\\", "https://host/\"", "https://host/a\tb"})
    check_url(url, "holds characters that must be escaped in a URL");
}

TEST(proxies_are_a_scheme_a_host_and_a_port) {
  for (const char* proxy : {"http://proxy:3128", "http://10.0.0.1:443", "socks5h://[::1]:1080"})
    check_provider("telnyx", "api_key = K\nfrom = +13115552368\nproxy = " + std::string(proxy), "");
  for (const char* proxy :
       {"http://proxy", "proxy:3128", "https://proxy:443", "socks5://proxy:1080",
        "http://u:p@proxy:3128", "http://proxy:3128/", "http://:3128", "http://pro xy:3128"})
    check_provider("telnyx", "api_key = K\nfrom = +13115552368\nproxy = " + std::string(proxy),
                   "c:7: proxy: must be http:// or socks5h:// and host:port");
}

TEST(a_secret_file_must_be_trusted) {
  const test::ScratchDirectory directory;
  const auto check_file = [&](std::string_view content, mode_t mode, const std::string& reason) {
    const auto file = directory.write("key", content, mode);
    check_provider("telnyx", "api_key_file = " + file + "\nfrom = +13115552368", reason);
  };
  check_file("KEY\n", 0600, "");
  // That file is there, so its name is none of a secret in the wrong place.
  const auto open_to_all = directory.write("open", "KEY\n", 0644);
  check_provider("telnyx", "api_key_file = " + open_to_all + "\nfrom = +13115552368",
                 "c:5: api_key_file: " + open_to_all + ": others can read it (chmod o-r)");
  check_file("", 0600, "c:5: api_key_file: is empty");
  check_file("two words", 0600, "c:5: api_key_file: must hold printable ASCII without blanks");
  check_file("KEY\r\nX: y", 0600, "c:5: api_key_file: must hold printable ASCII without blanks");
  check_provider("telnyx", "api_key_file = key\nfrom = +13115552368",
                 "c:5: api_key_file: must be an absolute path, without . and .. in it");
}

TEST(no_complaint_repeats_a_secret) {
  const std::string secret = "S3cr3tS3cr3tS3cr3tS3cr3t";
  for (const std::string type : {"twilio", "telnyx", "http", "outbox"})
    for (const std::string key : {"account_sid",
                                  "auth_token",
                                  "auth_token_file",
                                  "api_key_sid",
                                  "api_key_secret",
                                  "api_key_secret_file",
                                  "api_key",
                                  "api_key_file",
                                  "from",
                                  "messaging_service_sid",
                                  "base_url",
                                  "ca_file",
                                  "proxy",
                                  "url",
                                  "method",
                                  "header.Authorization",
                                  "form.password",
                                  "json",
                                  "success_status",
                                  "directory",
                                  "type",
                                  "auth_tokn"})
      for (const std::string& value :
           {secret, secret + " x", "/" + secret, "{" + secret + "}", "https://u:" + secret + "@h",
            secret + std::string(200, 'x'), secret + "\x01"}) {
        const auto said = diagnostics("[delivery]\nproviders = p\n[provider p]\n" + key + " = " +
                                      value + "\n" + value + "\n" + value + "==\n" +
                                      (key == "type" ? "" : "type = " + type + "\n"));
        CHECK(!said.empty());
        if (!CHECK(said.find(secret) == std::string::npos)) test::fail(__FILE__, __LINE__, said);
      }
}
