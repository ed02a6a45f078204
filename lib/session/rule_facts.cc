// SPDX-License-Identifier: Apache-2.0
#include "lib/session/rule_facts.h"

namespace sms2fa {

namespace {

FirstFactors first_factors(const LoginRequest& request) {
  if (request.peer != 0) return {};
  FirstFactors first;
  // sshd alone sets this variable of PAM's.
  if (request.service == "sshd") first = read_first_factors(request.ssh_auth_info);
  first.complete = first.complete && !request.ssh_auth_info_is_cut;
  if (request.first_proved) first.proved.push_back({FirstFactor::Kind::password});
  return first;
}

}  // namespace

RuleFacts rule_facts(const LoginRequest& request, WallTime now) {
  RuleFacts facts;
  facts.user = request.user;
  facts.service = request.service;
  facts.rhost = request.rhost;
  facts.first = first_factors(request);
  facts.memberships = request.memberships;
  facts.may_be_exempt = request.peer == 0 && request.lane == Lane::proven &&
                        request.uid.has_value() && !request.not_admitted;
  facts.today = std::chrono::floor<std::chrono::days>(now);
  return facts;
}

}  // namespace sms2fa
